"""Bins on local time, for files: 5 or 15 minutes, an hour, a day, each counted from local midnight.

A bin with fewer than half of its expected readings is given and marked. What derives from settings that are not
shown is never finer than a day, and no bin is finer than the level of detail.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum
from typing import Final, Literal

from proxy.core.policy import Detail
from proxy.report.basal import Step
from proxy.report.course import Course, course_of
from proxy.report.facts import DAY, HOUR, MINUTE, Event, Material, Mode
from proxy.report.glucose import totals_of
from proxy.report.insulin import DayInsulin
from proxy.report.localtime import LocalDay, local_time
from proxy.report.model import ModeSpan
from proxy.report.modes import spans_of
from proxy.report.series import Series, series_of

Granularity = Literal["5min", "15min", "hour", "day"]
LENGTHS: Final[Mapping[Granularity, int]] = {
    "5min": 5 * MINUTE, "15min": 15 * MINUTE, "hour": HOUR, "day": 2 * DAY,
}  # fmt: skip
_ALLOWED: Final[Mapping[Detail, tuple[Granularity, ...]]] = {
    "full": ("5min", "15min", "hour", "day"), "15min": ("15min", "hour", "day"), "hourly": ("hour", "day"),
    "daily": ("day",), "summary": (),
}  # fmt: skip
_HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin. None where nothing is known or shared; insulin in U, carbs in g."""

    start_ms: int
    end_ms: int
    readings: int
    mean_mgdl: float | None
    min_mgdl: float | None
    max_mgdl: float | None
    sparse: bool
    """Whether there are fewer than half of the expected readings."""
    basal: float | None
    bolus: float | None
    carbs: float | None
    mode: Mode | None
    """The mode of most of the bin."""
    events: tuple[Event, ...]


def allowed(detail: Detail) -> tuple[Granularity, ...]:
    """Give the granularities that a level of detail allows, finest first."""
    return _ALLOWED[detail]


def bins(
    material: Material, granularity: Granularity, *, start_ms: int, end_ms: int, zone: str, now_ms: int
) -> Iterator[Bin]:
    """Give the bins that touch [start_ms, end_ms), oldest first, one at a time.

    Raises ValueError if the level of detail doesn't allow the granularity.
    """
    if granularity not in allowed(material.shared.detail):
        raise ValueError(f"{material.shared.detail} has no bins of {granularity}")
    end_ms = min(end_ms, now_ms)
    time = local_time(zone, start_ms, end_ms)
    course = course_of(material, time, start_ms, end_ms)
    series = series_of(material.readings, start_ms, end_ms, detail=material.shared.detail)
    for day in time.days(start_ms, end_ms):
        yield from _of_day(day, granularity, course, series, start_ms, end_ms)


def _of_day(
    day: LocalDay, granularity: Granularity, course: Course, series: Series, start_ms: int, end_ms: int
) -> Iterator[Bin]:
    edges = [*range(day.start_ms, day.end_ms, LENGTHS[granularity]), day.end_ms]
    of_day = series.cut(day.start_ms, day.end_ms)
    steps = course.steps(max(day.start_ms, start_ms), min(day.end_ms, end_ms))
    for start, end in pairwise(edges):
        first, last = max(start, start_ms), min(end, end_ms)
        if first < last:
            yield _bin(LocalDay(day.day, first, last), (start, end), granularity, course, of_day, steps)


def _bin(
    seen: LocalDay,
    edges: tuple[int, int],
    granularity: Granularity,
    course: Course,
    series: Series,
    steps: Sequence[Step],
) -> Bin:
    shared = course.material.shared
    start, end = seen.start_ms, seen.end_ms
    part = series.cut(start, end)
    covered = fsum(part.minutes) * MINUTE
    # Averages of averages have a mean, but no lowest and highest reading.
    exact = bool(part.at) and not part.bin_minutes
    insulin = course.part(seen, steps)
    return Bin(
        start_ms=edges[0],
        end_ms=edges[1],
        readings=sum(part.count),
        mean_mgdl=totals_of(part).mean if part.at else None,
        min_mgdl=min(part.mgdl) if exact else None,
        max_mgdl=max(part.mgdl) if exact else None,
        sparse=covered < _HALF * (end - start),
        basal=_basal(insulin, course, granularity),
        bolus=insulin.bolus if shared.boluses else None,
        carbs=insulin.grams if shared.carbs else None,
        mode=_mode(spans_of(course.evidence, start, end), course),
        events=_events(course.material, start, end),
    )


def _basal(insulin: DayInsulin, course: Course, granularity: Granularity) -> float | None:
    shared = course.material.shared
    finer = granularity != "day" and course.with_settings and not shared.settles_basal
    if finer or not shared.temp_basals or insulin.known_share < 1:
        return None
    return insulin.basal


def _mode(spans: tuple[ModeSpan, ...], course: Course) -> Mode | None:
    if not course.evidence.uploads.starts and not course.evidence.stated:
        return None
    return max(spans, key=lambda span: span.end_ms - span.start_ms).mode


def _events(material: Material, start: int, end: int) -> tuple[Event, ...]:
    low = bisect_left(material.events, start, key=lambda event: event.at_ms)
    return material.events[low : bisect_left(material.events, end, low, key=lambda event: event.at_ms)]
