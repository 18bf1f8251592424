"""Giving access: what the console, `mint`, `preview` and `serve --share` have in common.

The clock is looked at, the grant and its secrets are made, the owner's chain tells of it, and only then it is kept.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from proxy.core.codes import hash_token
from proxy.core.errors import ClockError
from proxy.core.grant import Grant
from proxy.core.mint import Minted, Times, new_grant
from proxy.core.policy import Policy
from proxy.core.ports import Clock, RandomBytes, Store
from proxy.core.record import Value
from proxy.core.token import token_sha1
from proxy.core.tongue import _

CLOCK_SLACK = 2_000
"""Milliseconds that a clock may have been corrected backwards."""

PREVIEW_LASTS = 600_000
"""Milliseconds that an owner may look at what a clinician would see."""

PREVIEWED_BY = _("Preview for the owner")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to be shared, with whom and how."""

    policy: Policy
    clinician: str
    days: int
    words: str = ""
    url_token: bool = False
    kind: Literal["visit", "preview"] = "visit"


@dataclass(frozen=True, slots=True)
class Giver:
    """By whom and where grants are made."""

    store: Store
    site: str
    clock: Clock
    random: RandomBytes
    entry_key: bytes = field(repr=False)
    public_url: str
    """The clinicians' origin."""
    note: Callable[[str, str], Awaitable[None]]
    """Puts on the owner's chain what is about to be done, and to which grant. Raises StoreUnavailable."""
    token_for: Callable[[Grant], str] | None = None
    """Signs a token for tools; None if there is to be none."""
    before: Callable[[Grant], Awaitable[None]] | None = None
    """Keeps what must be there before the grant is."""
    also: Mapping[str, Value] = field(default_factory=dict)
    """What the record of the consent tells beside."""


@dataclass(frozen=True, slots=True)
class Share:
    """A grant that is kept, and its secrets, to be shown once. `token` is empty if none was made."""

    minted: Minted
    token: str

    def __repr__(self) -> str:
        # The secrets must not come out of a traceback or a log line.
        return f"Share(grant={self.minted.grant.id!r})"


async def give(giver: Giver, wishes: Wishes, times: Times) -> Share:
    """Make a grant and keep it. Raises GrantError, ClockError, StoreUnavailable."""
    now = await present(giver.store, giver.clock)
    minted = await asyncio.to_thread(
        new_grant,
        wishes.policy,
        site=giver.site,
        clinician=wishes.clinician,
        days=wishes.days,
        times=times,
        now=now,
        random=giver.random,
        entry_key=giver.entry_key,
        public_url=giver.public_url,
        words=wishes.words,
        url_token=wishes.url_token,
        kind=wishes.kind,
    )
    token = "" if giver.token_for is None else giver.token_for(minted.grant)
    hashed = hash_token(giver.entry_key, token_sha1(token)) if token else ""
    grant = replace(minted.grant, token_hash=hashed)
    await giver.note("mint" if wishes.kind == "visit" else "preview", grant.id)
    if giver.before is not None:
        await giver.before(grant)
    consent = replace(minted.consent, fields={**giver.also, **minted.consent.fields})
    kept = await giver.store.add_grant(grant, consent)
    return Share(replace(minted, grant=kept), token)


def preview_times(now: int) -> Times:
    """Give the times of a preview."""
    return Times(opens_at=now, lasts=None, expires_at=now + PREVIEW_LASTS)


async def present(store: Store, clock: Clock) -> int:
    """Give the time. Raises ClockError if it is before the newest record: nothing would be shown then."""
    now = clock()
    if now < await store.newest_record_at() - CLOCK_SLACK:
        raise ClockError("This machine's clock is behind the newest record: set it right, then try again.")
    return now
