"""The whole error tree, on one screen.

Expected outcomes are values; these are raised for broken input and broken surroundings only.
Each error knows the HTTP status it becomes, a stable `reason` for machines, and a sentence for people
that never quotes the client, the upstream or a value of the site.
"""

from typing import ClassVar


class ChaperoneError(Exception):
    """Something that must stop this request (or command), with words for people."""

    status: ClassVar[int] = 503
    reason: ClassVar[str] = "unavailable"


class PolicyError(ChaperoneError):
    """A policy file is not valid; the message lists every fault as file:line:column."""

    status = 400
    reason = "policy_invalid"


class TokenError(ChaperoneError):
    """A token is not ours, not valid now, or not for this site."""

    status = 401
    reason = "token_invalid"


class QueryError(ChaperoneError):
    """A parameter, or its value, is not one that this door takes."""

    status = 400
    reason = "filter_withheld"


class UpstreamError(ChaperoneError):
    """Nightscout did not give an answer that can be read; `reason` says which limit or fault."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.upstream_reason = reason


class StoreUnavailable(ChaperoneError):
    """The store can't promise that a record is durable: nothing may be answered."""

    reason = "store_unavailable"


class GrantEnded(ChaperoneError):
    """The grant ended before this could be recorded: nothing more of it may leave."""

    status = 401
    reason = "access_ended"


class Conflict(ChaperoneError):
    """Somebody else changed a document since it was read: read it again, or tell the person who waits."""

    status = 409
    reason = "changed_meanwhile"


class ClockError(ChaperoneError):
    """This machine's clock is behind the newest record, or known to be wrong."""

    reason = "clock"


class GrantError(ChaperoneError):
    """A share can't be made as asked; the message has one plain sentence per fault, a line each."""

    status = 400
    reason = "grant_invalid"
