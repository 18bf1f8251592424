"""The typical day: percentiles of glucose by quarters of an hour of local time, smoothed.

5, 25, 50, 75 and 95 %, linear between neighbours (numpy's default, R's type 7), then each percentile is smoothed with
1-4-1 around the clock. There is no curve unless each of the best seven days has an hour of readings, and they
average 70 %.
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from itertools import islice
from typing import Final

from proxy.report.facts import DAY, MINUTE, Shared
from proxy.report.figure import Reason
from proxy.report.localtime import LocalTime
from proxy.report.model import Curve, CurvePoint
from proxy.report.series import Series

STEP_MINUTES: Final = 15
STEPS: Final = 24 * 60 // STEP_MINUTES
PERCENTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
_BEST_DAYS: Final = 7
_HOUR_OF_READINGS: Final = 60
_AVERAGE_SHARE: Final = 0.7


def curve_of(series: Series, shared: Shared, time: LocalTime, *, start_ms: int, end_ms: int) -> Curve:
    """Compute the curve of one period."""
    reason = _why_none(series, shared, time, start_ms, end_ms)
    if reason is not None:
        return Curve((), reason)
    held = _by_quarter(series, time)
    raw = [_quantiles(values) for values in held]
    p05, p25, p50, p75, p95 = (smooth(line) for line in zip(*raw, strict=True))
    points = zip(held, p05, p25, p50, p75, p95, strict=True)
    return Curve(
        tuple(CurvePoint(n * STEP_MINUTES, len(values), *rest) for n, (values, *rest) in enumerate(points)),
        None,
    )


def _quantiles(values: "array[float]") -> Sequence[float | None]:
    ordered = sorted(values)
    return [quantile(ordered, share) if ordered else None for share in PERCENTILES]


def quantile(ordered: Sequence[float], share: float) -> float:
    """Give a quantile of sorted values, linear between neighbours."""
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def smooth(line: Sequence[float | None]) -> list[float | None]:
    """Weigh each point 4 and its neighbours 1, around the clock. A hole stays a hole, and weighs nothing beside."""
    smoothed: list[float | None] = []
    for place, middle in enumerate(line):
        if middle is None:
            smoothed.append(None)
            continue
        beside = [value for value in (line[place - 1], line[(place + 1) % len(line)]) if value is not None]
        smoothed.append((4 * middle + sum(beside)) / (4 + len(beside)))
    return smoothed


def _by_quarter(series: Series, time: LocalTime) -> "list[array[float]]":
    held = [array("d") for _ in range(STEPS)]
    if not series.at:
        return held
    for start, end, offset in time.stretches(series.at[0], series.at[-1] + 1):
        low, high = bisect_left(series.at, start), bisect_left(series.at, end)
        for at, value in zip(islice(series.at, low, high), islice(series.mgdl, low, high), strict=True):
            held[(at + offset) % DAY // (STEP_MINUTES * MINUTE)].append(value)
    return held


def _why_none(series: Series, shared: Shared, time: LocalTime, start_ms: int, end_ms: int) -> Reason | None:
    if not shared.glucose:
        return "not_shared"
    if not series.at:
        return "no_data"
    if series.bin_minutes > STEP_MINUTES:
        return "averages_only"
    shares = []
    for day in time.days(start_ms, end_ms):
        minutes = sum(series.cut(day.start_ms, day.end_ms).minutes)
        if minutes >= _HOUR_OF_READINGS:
            shares.append(min(1.0, minutes * MINUTE / (day.end_ms - day.start_ms)))
    best = sorted(shares)[-_BEST_DAYS:]
    enough = len(best) == _BEST_DAYS and sum(best) / _BEST_DAYS >= _AVERAGE_SHARE
    return None if enough else "not_enough_data"
