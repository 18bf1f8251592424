"""How long a guesser has to wait: five wrong tries are free, then each costs more.

Rules of this file: pure. A try is counted before it is looked at, so that parallel guesses can't share one.
"""

from dataclasses import dataclass, replace
from typing import Final

from proxy.core.grant import DAY

FREE: Final = 5
FREE_IN_ALL: Final = 25
FIRST_WAIT: Final = 15_000
LONGEST_WAIT: Final = 15 * 60_000
_SKEW: Final = 60_000
"""So far the clocks of two nodes may differ."""
FORGOTTEN: Final = DAY
"""Milliseconds after the last wrong try, after which all is forgotten."""


@dataclass(frozen=True, slots=True)
class Guesses:
    """What is known of the tries under one name, or in all. Times are epoch milliseconds."""

    wrong: int = 0
    at: int = 0
    not_before: int = 0
    """The next try is not looked at before this moment."""


def take(known: Guesses, now: int, *, free: int = FREE) -> Guesses | None:
    """Count one more try as wrong until it turns out right; None if it comes too early."""
    if now - known.at >= FORGOTTEN:
        known = Guesses()
    if known.at - now > _SKEW:
        # The clock was ahead then: whoever waited for it would wait for days.
        known = replace(known, at=now, not_before=0)
    if now < known.not_before:
        return None
    wrong = known.wrong + 1
    over = wrong - free
    # 2**7 times 15 s is more than the longest wait already.
    wait = 0 if over < 0 else min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(over, 7))
    return Guesses(wrong, now, now + wait)


def give_back(known: Guesses) -> Guesses:
    """Take one back: it was right, and so no guess."""
    return replace(known, wrong=max(0, known.wrong - 1), not_before=0)
