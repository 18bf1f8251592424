"""Episodes of low and high glucose, as Battelino 2023 defines them and iglu computes them.

On a grid of five minutes that begins at midnight (UTC, and so in every zone); gaps of up to 45 minutes are filled linearly, a longer one
ends an episode and never joins two. An episode is three grid points (15 minutes) beyond its threshold, and ends
with three points that aren't. Low is below 70, very low below 54 (a subset of low, counted by itself), extended is
low for more than 120 minutes, high above 180, very high above 250.
"""

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from math import nan
from typing import Final

from proxy.report.facts import DAY, HOUR, MINUTE, Shared
from proxy.report.figure import Figure, Reason, known, missing
from proxy.report.localtime import LocalTime
from proxy.report.model import EPISODE_KINDS, Episode, EpisodeKind, Episodes
from proxy.report.series import Series
from proxy.report.targets import Targets

STEP_MS: Final = 5 * MINUTE
LONGEST_FILLED_MS: Final = 45 * MINUTE
NIGHT_ENDS_MS: Final = 6 * HOUR
_WEEK_MINUTES: Final = 7 * 24 * 60
_FIRST_POINTS: Final[Mapping[EpisodeKind, int]] = {
    kind: 25 if kind == "extended_low" else 3 for kind in EPISODE_KINDS
}
"""How many points beyond the threshold begin an episode: 25 are more than 120 minutes."""
_NOWHERE: Final = ord("x")
_BEYOND: Final[Mapping[EpisodeKind, bytes]] = {
    "low": b"11000", "extended_low": b"11000", "very_low": b"10000", "high": b"00011", "very_high": b"00001",
}  # fmt: skip
"""Of each kind, whether very low (L), low (l), in range (i), high (h) and very high (H) are beyond its threshold."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Glucose every five minutes; nan stands once between two stretches that a gap keeps apart."""

    at: "array[int]"
    mgdl: "array[float]"


def grid_of(series: Series) -> Grid:
    """Lay readings on the grid, linearly between neighbours."""
    if not series.at:
        return Grid(array("q"), array("d"))
    at, mgdl = array("q"), array("d")
    base = series.at[0] // DAY * DAY
    point = base - (base - series.at[0]) // STEP_MS * STEP_MS  # the first one that is not before a reading
    end = (series.at[0] - base) / MINUTE
    # The last has no neighbour.
    for a, b, x, y in zip(
        series.at, islice(series.at, 1, None), series.mgdl, islice(series.mgdl, 1, None), strict=False
    ):
        start, end = end, (b - base) / MINUTE
        if b - a > LONGEST_FILLED_MS:
            if point == a:
                at.append(a)
                mgdl.append(x)
            at.append(b)
            mgdl.append(nan)
            point = base - (base - b) // STEP_MS * STEP_MS
        elif point < b:
            # In minutes and in this order of operations, so that a value on a threshold falls on the same side as in numpy.
            slope = (y - x) / (end - start)
            while point < b:
                at.append(point)
                mgdl.append(slope * ((point - base) / MINUTE - start) + x)
                point += STEP_MS
    if point == series.at[-1]:
        at.append(point)
        mgdl.append(series.mgdl[-1])
    return Grid(at, mgdl)


def spans_beyond(flags: bytes, first_points: int) -> list[tuple[int, int]]:
    """Find episodes in a line of 1 (beyond), 0 (not) and x (gap); give index spans [start, end)."""
    pattern = rb"1{%d,}(?:0{1,2}1+)*(?:0{1,2}(?![01]))?" % first_points
    return [found.span() for found in re.finditer(pattern, flags)]


def episodes_of(
    series: Series, shared: Shared, targets: Targets, time: LocalTime, *, length_ms: int
) -> dict[EpisodeKind, Episodes]:
    """Find the episodes of one period of `length_ms`; of what lies before its start they know nothing."""
    reason = _why_none(series, shared)
    if reason is not None:
        return {kind: _without(kind, reason) for kind in EPISODE_KINDS}
    grid = grid_of(series)
    lines = _lines(grid, targets)
    known_minutes = (len(grid.mgdl) - lines["low"].count(_NOWHERE)) * STEP_MS / MINUTE
    found = {kind: _each(kind, grid, lines[kind], series, targets, time) for kind in EPISODE_KINDS}
    share = min(1.0, known_minutes * MINUTE / length_ms)
    return {kind: _counted(kind, each, known_minutes, share, shared) for kind, each in found.items()}


def threshold_of(kind: EpisodeKind, targets: Targets) -> int:
    """Give the threshold of a kind in mg/dL."""
    edges: Mapping[EpisodeKind, int] = {
        "low": targets.low, "extended_low": targets.low, "very_low": targets.very_low,
        "high": targets.high, "very_high": targets.very_high,
    }  # fmt: skip
    return edges[kind]


def is_low(kind: EpisodeKind) -> bool:
    """Say whether a kind lies below range."""
    return kind in ("low", "very_low", "extended_low")


def _why_none(series: Series, shared: Shared) -> Reason | None:
    if not shared.glucose:
        return "not_shared"
    if series.bin_minutes:
        return "averages_only"
    return None if series.at else "no_data"


def _lines(grid: Grid, targets: Targets) -> dict[EpisodeKind, bytes]:
    """Say of each point of the grid by a letter in which range it lies, and so, of each kind, whether it is beyond."""
    very_low, low, high, very_high = targets.very_low, targets.low, targets.high, targets.very_high
    # nan is on no side of anything: it becomes the x that no episode crosses.
    ranges = bytes(
        [
            105 if low <= v <= high
            else (108 if v >= very_low else 76) if v < low
            else (104 if v <= very_high else 72) if v > high
            else _NOWHERE
            for v in grid.mgdl
        ]
    )  # fmt: skip
    return {kind: ranges.translate(bytes.maketrans(b"LlihH", beyond)) for kind, beyond in _BEYOND.items()}


def _each(
    kind: EpisodeKind, grid: Grid, line: bytes, series: Series, targets: Targets, time: LocalTime
) -> tuple[Episode, ...]:
    extreme = min if is_low(kind) else max
    return tuple(
        Episode(
            start_ms=grid.at[start],
            end_ms=grid.at[end - 1] + STEP_MS,
            minutes=(end - start) * STEP_MS / MINUTE,
            extreme_mgdl=extreme(grid.mgdl[start:end]),
            at_night=time.of_day(grid.at[start]) < NIGHT_ENDS_MS,
            single_reading=_readings_beyond(kind, series, targets, grid.at[start], grid.at[end - 1]) <= 1,
        )
        for start, end in spans_beyond(line, _FIRST_POINTS[kind])
    )


def _readings_beyond(kind: EpisodeKind, series: Series, targets: Targets, first: int, last: int) -> int:
    """Count the readings behind an episode; those just before and after it may be what the line was drawn from."""
    low, high = bisect_left(series.at, first - STEP_MS), bisect_left(series.at, last + STEP_MS + 1)
    edge = threshold_of(kind, targets)
    values = series.mgdl[low:high]
    return sum(value < edge for value in values) if is_low(kind) else sum(value > edge for value in values)


def _without(kind: EpisodeKind, reason: Reason) -> Episodes:
    none = missing(reason)
    return Episodes(kind, none, none, none, none, none, ())


def _counted(
    kind: EpisodeKind, each: tuple[Episode, ...], known_minutes: float, share: float, shared: Shared
) -> Episodes:
    count = len(each)
    single = sum(one.single_reading for one in each)
    extreme = min if is_low(kind) else max
    weeks = known_minutes / _WEEK_MINUTES

    def of_each(compute: Callable[[], float]) -> Figure:
        return known(compute(), coverage=share) if each else missing("not_applicable", coverage=share)

    return Episodes(
        kind=kind,
        count=known(
            count, coverage=share, note=f"{single} of {count} rest on a single reading" if single else ""
        ),
        per_week=known(count / weeks, coverage=share) if weeks else missing("not_enough_data"),
        mean_minutes=of_each(lambda: sum(one.minutes for one in each) / count),
        extreme_mgdl=of_each(lambda: extreme(one.extreme_mgdl for one in each)),
        night_percent=of_each(lambda: 100 * sum(one.at_night for one in each) / count),
        each=each if shared.detail == "full" else (),
    )
