"""Gaps: thirty minutes and more without a reading, and whether a sensor was changed then."""

from itertools import chain
from operator import sub
from typing import Final

from proxy.report.facts import HOUR, MINUTE, Event, Material
from proxy.report.model import Span
from proxy.report.series import Series

SHORTEST_GAP_MS: Final = 30 * MINUTE
_NEAR_MS: Final = 2 * HOUR


def gaps_of(series: Series, material: Material, *, start_ms: int, end_ms: int) -> tuple[Span, ...]:
    """Find the gaps of a period, those at its ends included. A gap begins where the last reading's minutes end."""
    sensors = [event for event in material.events if event.kind in ("sensor_start", "sensor_stop")]
    least = max(SHORTEST_GAP_MS, series.bin_minutes * MINUTE)
    found = []
    after, last = start_ms, start_ms
    for place in _after_a_pause(series, start_ms, least):
        if place:
            last, after = _end_of(series, place - 1)
        if series.at[place] - last >= least and series.at[place] > after:
            found.append(Span(after, series.at[place], _words(sensors, after, series.at[place])))
    if series.at:
        last, after = _end_of(series, -1)
    if end_ms - last >= least and end_ms > after:
        found.append(Span(after, end_ms, _words(sensors, after, end_ms)))
    return tuple(found)


def _after_a_pause(series: Series, start_ms: int, least: int) -> list[int]:
    """Give the places of readings that come so long after the one before: no gap ends elsewhere."""
    apart = map(sub, series.at, chain((start_ms,), series.at))
    return [place for place, pause in enumerate(apart) if pause >= least]


def _end_of(series: Series, place: int) -> tuple[int, int]:
    """Give from when on a reading is missed, and where the minutes end that it stands for."""
    at = series.at[place]
    last = at if not series.bin_minutes else at + (series.bin_minutes - 1) * MINUTE
    return last, round(at + series.minutes[place] * MINUTE)


def _words(sensors: list[Event], start_ms: int, end_ms: int) -> str:
    near = any(start_ms - _NEAR_MS <= event.at_ms <= end_ms + _NEAR_MS for event in sensors)
    return "sensor change" if near else ""
