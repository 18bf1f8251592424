"""Puts events in order: each once, repeated sensor starts merged, what lasts ended by what comes after it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from proxy.report.devicestates import is_alarm
from proxy.report.facts import HOUR, MINUTE, Event, EventKind

_MERGED_WITHIN: Final[dict[EventKind, int]] = {
    "sensor_start": HOUR, "sensor_stop": HOUR, "possible_occlusion": HOUR, "site_change": 10 * MINUTE,
    "insulin_change": 10 * MINUTE, "battery_change": 10 * MINUTE, "fingerstick": 5 * MINUTE,
    "calibration": 5 * MINUTE,
}  # fmt: skip
"""Rows of one kind that come within so long of the first say the same: phones, receivers and people all write them."""
_ENDED_BY_THE_NEXT: Final = frozenset({"override", "temporary_target", "loop_off"})


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """Sort events and make each stand for one thing that happened."""
    found: list[Event] = []
    latest: dict[EventKind, int] = {}
    for event in sorted(
        _with_alarms(events), key=lambda one: (one.at_ms, one.kind, one.words, one.value or 0)
    ):
        place = latest.get(event.kind)
        before = found[place] if place is not None else None
        if before is not None and _same(before, event):
            found[latest[event.kind]] = replace(before, merged=before.merged + 1)
            continue
        if before is not None and event.kind in _ENDED_BY_THE_NEXT:
            found[latest[event.kind]] = replace(before, end_ms=min(before.end_ms or 0, event.at_ms))
        latest[event.kind] = len(found)
        found.append(event)
    return tuple(event for event in found if event.end_ms != event.at_ms)


def _with_alarms(events: Iterable[Event]) -> Iterable[Event]:
    for event in events:
        yield event
        if event.kind in ("note", "announcement") and is_alarm(event.words):
            yield Event(event.at_ms, "possible_occlusion", words=event.words)


def _same(before: Event, event: Event) -> bool:
    if event.at_ms - before.at_ms > _MERGED_WITHIN.get(event.kind, 0):
        return False
    if event.kind == "fingerstick":
        return before.value is not None and event.value is not None and abs(before.value - event.value) < 1
    if event.kind in _MERGED_WITHIN:
        return True
    return (before.end_ms, before.words) == (event.end_ms, event.words)
