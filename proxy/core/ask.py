"""Asking for more: a clinician presses a button, the owner answers on the phone, or does not.

Rules of this file: pure. What can be asked follows from the policy and the grant alone, never from the data. What the
clinician is told is the same for a no, for silence and for a console that is down, at every moment.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Final, Literal

import msgspec

from proxy.core.adjusted import SWITCHES, can_switch_on, is_on
from proxy.core.errors import StoreUnavailable
from proxy.core.grant import DAY, LONGEST, Grant
from proxy.core.policy import SUMMARY_WINDOWS, Policy
from proxy.core.ports import PASSING

ASK: Final = f"{PASSING}ask"
"""Documents by the id of a grant: the last thing that was asked under it."""
LASTS: Final = 600_000
"""Milliseconds for which a question waits for its answer."""
MOST_A_DAY: Final = 10

MORE_DAYS: Final = "more days"
MORE_TIME: Final = "more time"
WORDS: Final = {
    MORE_DAYS: "more days",
    MORE_TIME: "more time",
    **{switch.key: switch.words[0].lower() + switch.words[1:] for switch in SWITCHES},
}
"""What can be asked for, in words for both sides."""
_STEPS: Final = (7, 14, 30, 60, 90, 180, 365)

Answer = Literal["", "taken", "yes", "no"]


@dataclass(frozen=True, slots=True)
class Ask:
    """What is kept of a question."""

    wish: str
    """A key of WORDS."""
    asked_at: int
    times: tuple[int, ...]
    """When things were asked under this grant within a day, this one included; epoch milliseconds."""
    answer: Answer = ""
    """“taken” while an owner's answer is carried out: nobody else can answer then."""
    answered_at: int = 0

    def waits(self, now: int) -> bool:
        """Say whether no new question can be asked yet. A no changes nothing here: it must not show."""
        return self.answer != "yes" and now - self.asked_at < LASTS

    def can_be_answered(self, now: int) -> bool:
        """Say whether an owner may still answer."""
        return not self.answer and now - self.asked_at < LASTS


@dataclass(frozen=True, slots=True)
class Told:
    """How it stands, as the clinician may know it."""

    state: Literal["", "asked", "given", "lapsed"] = ""
    wish: str = ""
    at: int = 0
    """When it was asked, or given; epoch milliseconds."""
    may_ask: bool = True
    """Whether another question may be asked now."""
    too_often: bool = False


def offered(policy: Policy, grant: Grant) -> tuple[str, ...]:
    """Give what can be asked for under a grant: what its policy lists, and what it does not show already."""
    return tuple(wish for wish in policy.may_ask if _is_more(policy, grant, wish))


def _is_more(policy: Policy, grant: Grant, wish: str) -> bool:
    if wish == MORE_DAYS:
        return bool(days_to_give(policy, grant))
    if wish == MORE_TIME:
        return grant.expires_at < grant.minted_at + LONGEST
    return can_switch_on(policy) and not is_on(policy, wish)


def days_to_give(policy: Policy, grant: Grant) -> tuple[int, ...]:
    """Give the lengths that an owner can choose from, the shortest first; never more than the policy names."""
    steps = SUMMARY_WINDOWS if policy.detail == "summary" else (*_STEPS, policy.window)
    return tuple(sorted({days for days in steps if grant.days < days <= policy.window}))


def told(ask: Ask | None, now: int) -> Told:
    """Say how a question stands: an answer that is no yes is none."""
    if ask is None:
        return Told()
    too_often = len(_recent(ask, now)) >= MOST_A_DAY
    if ask.waits(now):
        return Told("asked", ask.wish, ask.asked_at, may_ask=False)
    if ask.answer == "yes" and now - ask.answered_at < LASTS:
        return Told("given", ask.wish, ask.answered_at, may_ask=not too_often, too_often=too_often)
    if ask.answer != "yes" and now - ask.asked_at < 2 * LASTS:
        return Told("lapsed", ask.wish, ask.asked_at, may_ask=not too_often, too_often=too_often)
    return Told(may_ask=not too_often, too_often=too_often)


def asked(known: Ask | None, wish: str, now: int) -> Ask | None:
    """Give the question that takes the place of the last one; None if one waits, or there were too many today."""
    if not told(known, now).may_ask:
        return None
    return Ask(wish, now, (*_recent(known, now), now))


def answered(ask: Ask, answer: Answer, now: int) -> Ask:
    """Give a question with its answer."""
    return replace(ask, answer=answer, answered_at=now)


def mark(grant: Grant, how: Told) -> str:
    """Give a text that differs as soon as a page has something new to show: by it an open page knows when to reload."""
    parts = (grant.policy_hash, grant.days, grant.expires_at, how.state, how.wish, how.at)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def encode(ask: Ask) -> bytes:
    """Write it as it is kept."""
    return msgspec.json.encode(ask)


def decode(body: bytes) -> Ask:
    """Read what was kept. Raises StoreUnavailable."""
    try:
        return msgspec.json.decode(body, type=Ask)
    except msgspec.DecodeError:
        # Without its cause: a decoder's words could quote what is kept.
        raise StoreUnavailable("The data can't be read: restore a backup.") from None


def _recent(ask: Ask | None, now: int) -> tuple[int, ...]:
    return () if ask is None else tuple(at for at in ask.times if now - at < DAY)
