"""Readings that may not be what the body did: marked for the reader, never removed from any figure.

Warm-up: the first 12 hours of a sensor. Jump: 8 mg/dL a minute and more between neighbours, faster than glucose
changes. Compression low: at night a fall of 25 mg/dL in 15 minutes to below 80, and as steep a rise within two hours.
"""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from proxy.report.facts import HOUR, MINUTE, Event
from proxy.report.localtime import LocalTime
from proxy.report.model import Mark
from proxy.report.series import Series

WARM_UP_MS: Final = 12 * HOUR
JUMP_PER_MINUTE: Final = 8
_NEIGHBOURS_MS: Final = 11 * MINUTE
_STEEP: Final = 25
_WITHIN_MS: Final = 15 * MINUTE
_BELOW: Final = 80
_LONGEST_MS: Final = 2 * HOUR
_NIGHT_BEGINS_MS: Final = 22 * HOUR
_NIGHT_ENDS_MS: Final = 8 * HOUR


def marks_of(
    series: Series, events: tuple[Event, ...], time: LocalTime, start_ms: int, end_ms: int
) -> tuple[Mark, ...]:
    """Mark what may be artefacts in a period; of averages, only the warm-up can be told."""
    marks = list(_warm_ups(events, start_ms, end_ms))
    if not series.bin_minutes:
        marks += [*_jumps(series), *_compression_lows(series, time)]
    return tuple(sorted(marks, key=lambda mark: (mark.start_ms, mark.kind)))


def _warm_ups(events: tuple[Event, ...], start_ms: int, end_ms: int) -> Iterator[Mark]:
    for event in events:
        if event.kind == "sensor_start" and event.at_ms < end_ms and event.at_ms + WARM_UP_MS > start_ms:
            yield Mark(max(event.at_ms, start_ms), min(event.at_ms + WARM_UP_MS, end_ms), "warm_up")


def _jumps(series: Series) -> Iterator[Mark]:
    for (a, x), (b, y) in pairwise(zip(series.at, series.mgdl, strict=True)):
        if -JUMP_PER_MINUTE < y - x < JUMP_PER_MINUTE:
            continue  # slow enough even for neighbours a minute apart
        if b - a <= _NEIGHBOURS_MS and abs(y - x) * MINUTE >= JUMP_PER_MINUTE * max(b - a, MINUTE):
            yield Mark(a, b, "jump")


def _compression_lows(series: Series, time: LocalTime) -> Iterator[Mark]:
    over = 0
    for place in _before_lows(series):
        found = _fall_and_rise(series, time, place) if place >= over else None
        if found is not None:
            yield Mark(series.at[place], series.at[found], "compression_low")
            over = found


def _before_lows(series: Series) -> Iterator[int]:
    """Give the places from which glucose may fall so low so soon: the few readings just before a low one."""
    seen = 0
    for low, value in enumerate(series.mgdl):
        if value < _BELOW:
            first = bisect_left(series.at, series.at[low] - _WITHIN_MS, 0, low)
            yield from range(max(seen, first), low)
            seen = max(seen, low)


def _fall_and_rise(series: Series, time: LocalTime, place: int) -> int | None:
    """Give where the rise after a steep fall from `place` has ended; None if there is no such fall and rise."""
    at, mgdl = series.at, series.mgdl
    fallen = bisect_left(at, at[place] + _WITHIN_MS + 1, place) - 1
    if (
        mgdl[place] - mgdl[fallen] < _STEEP
        or mgdl[fallen] >= _BELOW
        or not _is_night(time.of_day(at[fallen]))
    ):
        return None
    last = bisect_left(at, at[place] + _LONGEST_MS, fallen)
    for low in range(fallen, last):
        risen = bisect_left(at, at[low] + _WITHIN_MS + 1, low) - 1
        if mgdl[risen] - mgdl[low] >= _STEEP:
            return risen
    return None


def _is_night(of_day_ms: int) -> bool:
    return of_day_ms >= _NIGHT_BEGINS_MS or of_day_ms < _NIGHT_ENDS_MS
