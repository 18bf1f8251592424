"""Gaps: thirty minutes and more without a reading, and whether a sensor was changed then."""

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
    for at, minutes in zip(series.at, series.minutes, strict=True):
        if at - last >= least and at > after:
            found.append(Span(after, at, _words(sensors, after, at)))
        last = at if not series.bin_minutes else at + (series.bin_minutes - 1) * MINUTE
        after = round(at + minutes * MINUTE)
    if end_ms - last >= least and end_ms > after:
        found.append(Span(after, end_ms, _words(sensors, after, end_ms)))
    return tuple(found)


def _words(sensors: list[Event], start_ms: int, end_ms: int) -> str:
    near = any(start_ms - _NEAR_MS <= event.at_ms <= end_ms + _NEAR_MS for event in sensors)
    return "sensor change" if near else ""
