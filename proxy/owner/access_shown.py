"""A grant as the pages of “Who has access” show it: from the grant and its own snapshot of the policy."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from proxy.core.errors import PolicyError
from proxy.core.grant import Ending, Grant, State
from proxy.core.labels import labels
from proxy.core.policy import Identity
from proxy.core.policyfile import parse
from proxy.core.ports import Store
from proxy.core.record import Draft
from proxy.owner.turn import Turn

_MOST_REMEMBERED: Final = 64


@dataclass(frozen=True, slots=True)
class What:
    """What a policy shares, in words. Without labels for a policy that this version can't read."""

    title: str
    shown: Sequence[str] = ()
    withheld: Sequence[str] = ()
    identity: Identity = "nothing"
    """How much it tells of who the data is of."""


@dataclass(frozen=True, slots=True)
class Access:
    """One grant, and what there is to say of it at one moment."""

    grant: Grant
    what: What
    state: State
    ending: Ending | None
    at_end: int
    """When it ended or will end at the latest: epoch milliseconds."""

    @property
    def is_live(self) -> bool:
        """Whether somebody has, or can get, access."""
        return self.state != "ended"


@dataclass(slots=True)
class Snapshots:
    """Words for policies; those of the last ones are remembered, because reading one takes a while."""

    _known: OrderedDict[str, What] = field(default_factory=OrderedDict)

    def access(self, grant: Grant, now: int) -> Access:
        """Describe a grant at `now`."""
        state = grant.state(now)
        at_end = grant.expires_at if grant.ended_at is None else grant.ended_at
        return Access(grant, self._what(grant), state, grant.how_it_ended(now), at_end)

    def _what(self, grant: Grant) -> What:
        found = self._known.pop(grant.policy_hash, None) or _read(grant)
        self._known[grant.policy_hash] = found
        if len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)
        return found


def _read(grant: Grant) -> What:
    try:
        policy = parse(grant.policy_text, file="this share")
    except PolicyError:
        return What(grant.policy_name)
    words = labels(policy)
    return What(
        policy.title,
        (*words.shown, words.detail),
        words.withheld,
        identity=policy.identity,
    )


async def visits(store: Store) -> list[Grant]:
    """Give what was shared with somebody, the newest first. Raises StoreUnavailable."""
    return [grant for grant in await store.grants() if grant.kind == "visit"]


async def visit_of(turn: Turn) -> Grant | None:
    """Give the grant of the address, if it was given to somebody; an erased one too. Raises StoreUnavailable."""
    grant = await turn.console.store.grant(turn.request.match_info["grant"])
    return grant if grant is not None and grant.kind == "visit" else None


async def settled(store: Store, grant: Grant, now: int) -> Grant:
    """Seal a grant that ended by the clock: only then is its check number the last one."""
    if grant.ended_at is not None or grant.state(now) != "ended":
        return grant
    return await store.end(grant.id, "expired", Draft("ended", grant.expires_at, {"ending": "expired"}))
