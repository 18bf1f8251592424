"""A grant: one clinician's access, and the states it goes through.

waiting → open → ended (expired | revoked | finished); ended is final. Times are epoch milliseconds.
What a grant may show is its own copy of a policy's text: editing the file later changes nothing here.
"""

from dataclasses import dataclass
from typing import Literal

State = Literal["waiting", "open", "ended"]
Ending = Literal["expired", "revoked", "finished", "restored"]

HOUR = 3_600_000
DAY = 24 * HOUR
LONGEST = 30 * DAY
"""No grant, and so no token, lives longer than this (design §8)."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What the store keeps of a grant, without its log."""

    id: str
    site: str
    kind: Literal["visit", "preview", "owner"]
    clinician: str
    policy_name: str
    policy_text: str
    policy_hash: str
    days: int
    """Days shown before the opening."""
    minted_at: int
    opens_at: int
    """No entry before this moment."""
    lasts: int | None
    """Milliseconds from the first opening; None if the end is a date."""
    expires_at: int
    """The latest possible end; moved nearer at the first opening when `lasts` is set."""
    opened_at: int | None
    ended_at: int | None
    ending: Ending | None
    zone: str | None
    """The site's time zone at the opening; the window's midnights are counted in it."""
    link_hash: str
    code_hash: str
    pin_hash: str
    tries_left: int
    url_token: bool
    """Whether tools may send the token as `?token=`."""
    length: int
    """Records so far."""
    head: str
    """The check number: hex SHA-256 of the chain so far."""
    token_hash: str = ""
    """Keyed hash of the token's SHA-1, for tools that send only that; empty if no token was minted."""
    erased_on: str | None = None
    """Day of erasure (ISO); of an erased grant only id, length and head are left beside it."""

    def state(self, now: int) -> State:
        """Give the state at `now`, whether or not the ending has been sealed yet."""
        if self.ended_at is not None or now >= self.expires_at:
            return "ended"
        return "waiting" if self.opened_at is None else "open"

    def how_it_ended(self, now: int) -> Ending | None:
        """Give the way it ended: what was sealed, or expiry by the clock."""
        if self.ending is not None:
            return self.ending
        return "expired" if now >= self.expires_at else None


def end_after_opening(grant: Grant, opened_at: int) -> int:
    """Give the end that a first opening at `opened_at` brings: never later than the latest possible."""
    if grant.lasts is None:
        return grant.expires_at
    return min(grant.expires_at, opened_at + grant.lasts)
