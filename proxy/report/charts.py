"""Charts as SVG text, for page and print alike: no scripts, no styles, no outside references.

Classes let a page colour them; the attributes beside them are a palette that is still told apart in grey. Only
numbers and fixed words go in: nothing that a person wrote.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Final

from proxy.report.facts import MODES, Mode
from proxy.report.model import BANDS, Band, Curve, Day
from proxy.report.targets import Targets
from proxy.report.words import Units, clock, glucose, in_units

COLOURS: Final[Mapping[str, str]] = {
    "very_high": "#9c4a0b",
    "high": "#f2c14e",
    "in_range": "#4f9d69",
    "low": "#c23636",
    "very_low": "#6b1414",
    "closed": "#4f9d69",
    "open": "#9dc3e6",
    "suspended": "#d9a441",
    "off": "#8a5a83",
    "unknown": "#c9ced1",
}
INK, SOFT, LINE, TARGET = "#17211f", "#52605d", "#c4cdca", "#e4efe7"
_TOPS: Final = (300, 350, 400)
"""Where the glucose axis ends: what lies above is drawn at its edge."""
GAP_MINUTES: Final = 31
"""A line is not drawn over a longer hole."""
_GAP_MS: Final = GAP_MINUTES * 60_000
_MOST_POINTS: Final = 300
_THINNED_MS: Final = 600_000


@dataclass(frozen=True, slots=True)
class Frame:
    """A drawing area and its scales, in the units of the viewBox."""

    left: float
    top: float
    right: float
    bottom: float
    first: float
    last: float
    lowest: float
    highest: float

    def x(self, at: float) -> float:
        """Place a moment."""
        return self.left + (at - self.first) / (self.last - self.first) * (self.right - self.left)

    def y(self, value: float) -> float:
        """Place a value, cut off at the edges."""
        within = min(max(value, self.lowest), self.highest)
        return self.bottom - (within - self.lowest) / (self.highest - self.lowest) * (self.bottom - self.top)


def svg(width: float, height: float, kind: str, title: str, body: str, *, stretched: bool = False) -> str:
    """Wrap a drawing; `title` is its text alternative in one sentence."""
    shape = 'preserveAspectRatio="none" ' if stretched else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart {kind}" viewBox="0 0 {width:g} {height:g}" role="img" {shape}'
        f'aria-label="{title}" font-family="system-ui, sans-serif" font-size="12">{body}</svg>'
    )


def range_bar(percents: Mapping[Band, float], title: str) -> str:
    """Draw the five ranges as one upright bar, very high at the top; `percents` add to 100."""
    parts, top = [], 0.0
    for band in reversed(BANDS):
        height = percents[band] * 2.4
        if height > 0:
            shown = max(height - 1, min(height, 1.5))
            parts.append(
                f'<rect class="b-{band}" x="0" y="{top:.1f}" width="56" height="{shown:.1f}" fill="{COLOURS[band]}"/>'
            )
        top += height
    return svg(56, 240, "range-bar", title, "".join(parts), stretched=True)


def flat_bar(percents: Mapping[Mode, float], title: str) -> str:
    """Draw the shares of loop modes as one flat bar; `percents` add to 100."""
    parts, left = [], 0.0
    for mode in MODES:
        width = percents[mode] * 6
        if width > 0:
            parts.append(
                f'<rect class="m-{mode}" x="{left:.1f}" y="0" width="{max(width - 1, 1):.1f}" height="26" '
                f'fill="{COLOURS[mode]}"/>'
            )
        left += width
    return svg(600, 26, "flat-bar", title, "".join(parts), stretched=True)


def curve(shown: Curve, targets: Targets, units: Units, title: str) -> str:
    """Draw the typical day: median, half of all days, nine tenths of all days."""
    highest = max(300.0, *(point.p95 or 0 for point in shown.points))
    frame = Frame(46, 12, 712, 258, 0, 1440, 40, next(top for top in _TOPS if top >= min(highest, _TOPS[-1])))
    points = list(shown.points)
    body = _grid(frame, targets, units)
    body += _band(frame, [(p.minute + 7.5, p.p05, p.p95) for p in points], "p90", "#d5dde6")
    body += _band(frame, [(p.minute + 7.5, p.p25, p.p75) for p in points], "p50", "#9fb4cc")
    body += _edges(frame, targets)
    body += _line(frame, [(p.minute + 7.5, p.p50) for p in points], "median", width=2.5)
    return svg(720, 290, "curve", title, body)


def small_day(day: Day, targets: Targets, title: str) -> str:
    """Draw one day in small: the target range and the readings."""
    frame = Frame(1, 2, 143, 62, 0, day.end_ms - day.start_ms, 40, 330)
    upper, lower = frame.y(targets.high), frame.y(targets.low)
    body = (
        f'<rect class="ground" x="1" y="2" width="142" height="60" fill="none" stroke="{LINE}"/>'
        f'<rect class="target" x="1" y="{upper:.0f}" width="142" height="{lower - upper:.0f}" fill="{TARGET}"/>'
        + "".join(
            f'<path class="hair" d="M{1 + part * 35.5:g} 2v60" stroke="{LINE}" stroke-width=".5"/>'
            for part in (1, 2, 3)
        )
        + _trace(frame, thinned(day.trace), "trace")
    )
    return svg(144, 64, "small-day", title, body, stretched=True)


def thinned(trace: Sequence[tuple[int, float]]) -> Sequence[tuple[int, float]]:
    """Leave of more readings than a small drawing can show the lowest and the highest of each ten minutes."""
    if len(trace) <= _MOST_POINTS:
        return trace
    kept: list[tuple[int, float]] = []
    for _, group in groupby(trace, key=lambda point: point[0] // _THINNED_MS):
        part = list(group)
        edges = {min(part, key=itemgetter(1)), max(part, key=itemgetter(1))}
        kept += sorted(edges)
    return kept


def _trace(frame: Frame, trace: Sequence[tuple[int, float]], kind: str) -> str:
    """Draw readings as a line, broken where none are for half an hour; few readings (averages) as dots."""
    if len(trace) < 2:  # noqa: PLR2004 - a line needs two
        return "".join(_dot(frame, at, value) for at, value in trace)
    # As `frame.x` and `frame.y` place it, reckoned once for the hundreds of readings of each small day.
    left, wide = frame.left, (frame.right - frame.left) / (frame.last - frame.first)
    bottom, tall = frame.bottom, (frame.bottom - frame.top) / (frame.highest - frame.lowest)
    first, lowest, highest = frame.first, frame.lowest, frame.highest
    path, last = [], None
    for at, value in trace:
        letter = "M" if last is None or at - last > _GAP_MS else "L"
        within = lowest if value < lowest else min(value, highest)
        path.append(f"{letter}{left + (at - first) * wide:.1f} {bottom - (within - lowest) * tall:.0f}")
        last = at
    return f'<path class="{kind}" d="{"".join(path)}" fill="none" stroke="{INK}" stroke-width="1.3"/>'


def _dot(frame: Frame, at: float, value: float) -> str:
    return f'<circle class="dot" cx="{frame.x(at):.1f}" cy="{frame.y(value):.1f}" r="2" fill="{INK}"/>'


def _grid(frame: Frame, targets: Targets, units: Units) -> str:
    """Draw the ground: target range, hours below, glucose at the left."""
    upper, lower = frame.y(targets.high), frame.y(targets.low)
    width = frame.right - frame.left
    ground = (
        f'<rect class="target" x="{frame.left:g}" y="{upper:.1f}" width="{width:g}" height="{lower - upper:.1f}" '
        f'fill="{TARGET}"/>'
    )
    parts = [ground]
    for hour in range(0, 25, 3):
        x = frame.x(frame.first + (frame.last - frame.first) * hour / 24)
        kind = "major" if hour % 6 == 0 else "minor"
        anchor = "start" if hour == 0 else "end" if hour == 24 else "middle"  # noqa: PLR2004 - midnight
        parts.append(
            f'<path class="hair" d="M{x:.1f} {frame.top:g}V{frame.bottom:g}" stroke="{LINE}" stroke-width=".7"/>'
            f'<text class="{kind}" x="{x:.1f}" y="{frame.bottom + 20:g}" text-anchor="{anchor}" fill="{SOFT}">'
            f"{clock(hour * 3600)}</text>"
        )
    for value in sorted({targets.very_low, targets.low, targets.high, targets.very_high, frame.highest}):
        y = frame.y(value)
        parts.append(
            f'<text x="{frame.left - 7:g}" y="{y + 4:.1f}" text-anchor="end" fill="{SOFT}">{_label(value, units)}</text>'
            f'<path class="hair" d="M{frame.left:g} {y:.1f}H{frame.right:g}" stroke="{LINE}" stroke-width=".7"/>'
        )
    return "".join(parts)


def _label(mgdl: float, units: Units) -> str:
    return glucose(mgdl, units) if units == "mg/dL" else f"{in_units(mgdl, units):.1f}"


def _edges(frame: Frame, targets: Targets) -> str:
    return "".join(
        f'<path class="edge" d="M{frame.left:g} {frame.y(value):.1f}H{frame.right:g}" stroke="#2e7d4f" stroke-width="1.2"/>'
        for value in (targets.low, targets.high)
    )


def _runs(
    points: Sequence[tuple[float, ...]], holds: Callable[[tuple[float, ...]], bool]
) -> list[list[tuple[float, ...]]]:
    """Cut points into runs without holes."""
    runs: list[list[tuple[float, ...]]] = [[]]
    for point in points:
        if holds(point):
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _band(
    frame: Frame, points: Sequence[tuple[float, float | None, float | None]], kind: str, colour: str
) -> str:
    whole: list[tuple[float, ...]] = [
        (at, low, high) if low is not None and high is not None else (at,) for at, low, high in points
    ]
    paths = []
    for run in _runs(whole, lambda point: len(point) > 1):
        upper = [f"{frame.x(at):.1f} {frame.y(high):.1f}" for at, _, high in run]
        lower = [f"{frame.x(at):.1f} {frame.y(low):.1f}" for at, low, _ in reversed(run)]
        paths.append("M" + "L".join(upper + lower) + "Z")
    return f'<path class="{kind}" d="{"".join(paths)}" fill="{colour}"/>'


def _line(frame: Frame, points: Sequence[tuple[float, float | None]], kind: str, *, width: float) -> str:
    whole: list[tuple[float, ...]] = [(at, value) if value is not None else (at,) for at, value in points]
    paths = [
        "M" + "L".join(f"{frame.x(at):.1f} {frame.y(value):.1f}" for at, value in run)
        for run in _runs(whole, lambda point: len(point) > 1)
    ]
    return (
        f'<path class="{kind}" d="{"".join(paths)}" fill="none" stroke="{INK}" stroke-width="{width:g}" '
        'stroke-linejoin="round"/>'
    )
