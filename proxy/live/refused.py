"""Refusals of the socket's door: Engine.IO's own codes for clients, and our three fields for everyone else."""

import secrets
from typing import Final

import msgspec
from aiohttp import web

from proxy.core.errors import ChaperoneError, GrantEnded, StoreUnavailable, TokenError
from proxy.core.headers import PRIVATE

_NO_ACCESS: Final = "No access, or it has ended. Open the link again, or ask the person who shared it."
_NO_RECORD: Final = "The access log can't be written just now, so nothing can be shown. Try again."
_BAD_REQUEST: Final = 3
"""Engine.IO's code for what has none of its own."""
_UNAVAILABLE: Final = 503


class Refused(ChaperoneError):
    """A request that the socket's door does not take. `code` is Engine.IO's."""

    def __init__(self, status: int, reason: str, message: str, code: int = _BAD_REQUEST) -> None:
        super().__init__(message)
        self.http_status = status
        self.word = reason
        self.code = code


def bad_request() -> Refused:
    """Refuse what is no request of this protocol."""
    return Refused(400, "bad_request", "Bad request")


def bad_version() -> Refused:
    """Refuse older protocols: their framing is another one."""
    return Refused(400, "bad_version", "Unsupported protocol version", 5)


def unknown_sid() -> Refused:
    """Refuse a connection that is not, or no more."""
    return Refused(400, "unknown_connection", "Session ID unknown", 1)


def foreign() -> Refused:
    """Refuse pages of others."""
    return Refused(403, "foreign_origin", "Pages of other addresses can't connect here.", 4)


def crowded() -> Refused:
    """Refuse one connection too many."""
    return Refused(429, "too_many_connections", "Too many open pages. Close some and try again.", 4)


def nobody_there() -> Refused:
    """Refuse while no process serves the sockets: one that takes over needs a moment."""
    return Refused(503, "live_unavailable", "The live view is not there just now. Try again in a moment.", 4)


def not_shared() -> Refused:
    """Refuse a view that has no single readings: there is nothing live in it."""
    return Refused(403, "not_shared", "Live data is not shared. Ask the person who shared if you need it.", 4)


def reason_of(error: ChaperoneError) -> str:
    """Give the word for machines."""
    return error.word if isinstance(error, Refused) else error.reason


def refusal(error: ChaperoneError) -> web.Response:
    """Write a refusal."""
    status, message, code = error.status, str(error), _BAD_REQUEST
    if isinstance(error, Refused):
        status, code = error.http_status, error.code
    elif isinstance(error, (TokenError, GrantEnded)):
        message = _NO_ACCESS
    elif isinstance(error, StoreUnavailable):
        message = _NO_RECORD
    headers = PRIVATE if status < _UNAVAILABLE else {**PRIVATE, "Retry-After": "1"}
    body = {"code": code, "message": message, "reason": reason_of(error), "request_id": secrets.token_hex(8)}
    return web.Response(
        status=status, body=msgspec.json.encode(body), content_type="application/json", headers=headers
    )
