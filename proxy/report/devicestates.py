"""Reads device states: whether a loop ran, whether it really did something, whether the pump was suspended."""

import re
from collections.abc import Iterable
from typing import Any, Final, Literal

from proxy.report.facts import MINUTE, Event, LoopState
from proxy.report.rows import dig, first_instant, get, instant, is_valid, text

FRESH_MS: Final = 15 * MINUTE
"""A cycle covers as much; what was enacted longer ago than this is an old one, sent again."""


def read_states(rows: Iterable[Any]) -> tuple[list[LoopState], list[Event]]:
    """Read device states that say something of a loop or pump, and the alarms in their texts."""
    states: list[LoopState] = []
    alarms: list[Event] = []
    for row in rows:
        at = first_instant(row, "created_at", "date", "mills")
        if at is None or not is_valid(row):
            continue
        state = _state(row, at)
        if state is not None:
            states.append(state)
        alarms += [Event(at, "possible_occlusion", words=words) for words in _texts(row) if is_alarm(words)]
    return states, alarms


_ALARM: Final = re.compile(r"occlu|blockage|blocked|no ?delivery|alarm", re.IGNORECASE)


def is_alarm(words: str) -> bool:
    """Say whether a text may tell of an occlusion: Nightscout has no such event."""
    return _ALARM.search(words) is not None


def _texts(row: Any) -> list[str]:
    found = (dig(row, "loop", "failureReason"), dig(row, "pump", "status", "status"))
    return [words for words in found if isinstance(words, str) and words != "normal"]


def _state(row: Any, at: int) -> LoopState | None:
    loop, openaps = get(row, "loop"), get(row, "openaps")
    suspended = _suspended(row)
    override = dig(row, "override", "active")
    system: Literal["", "loop", "openaps"] = "loop" if loop else "openaps" if openaps else ""
    if not system and suspended is None:
        return None
    return LoopState(
        at_ms=at,
        system=system,
        enacted_ms=_enacted(get(loop or openaps, "enacted"), at) if system else None,
        suggested=bool(openaps) and get(openaps, "suggested") is not None,
        failed=bool(loop) and text(get(loop, "failureReason")) != "",
        suspended=suspended,
        override=override if isinstance(override, bool) else None,
    )


def _enacted(enacted: Any, at: int) -> int | None:
    """Give when a dose was enacted; None if it wasn't, if the pump did not get it, or if that is long past."""
    if not enacted or get(enacted, "received") is False or get(enacted, "recieved") is False:
        return None
    # Some documents have no moment of their own: without the document's, nothing would ever count as enacted.
    moment = instant(get(enacted, "timestamp")) or at
    return moment if at - moment <= FRESH_MS else None


def _suspended(row: Any) -> bool | None:
    pump = get(row, "pump")
    if pump is None:
        return None
    for value in (get(pump, "suspended"), dig(pump, "status", "suspended")):
        if isinstance(value, bool):
            return value
    return None
