"""Mean, SD, CV, GMI, GRI and time in ranges, as the consensus defines them.

Ranges are judged on values rounded to whole mg/dL (half to even), with both ends inside the range. SD is that of a
sample (n - 1). GMI is 3.31 + 0.02392 x mean (Bergenstal 2018). GRI is Klonoff's of 2022, always on 54, 70, 180, 250.
"""

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import mul
from typing import Final, Literal

from proxy.report.facts import DAY, MINUTE, Shared
from proxy.report.figure import Figure, Reason, known, missing
from proxy.report.model import BANDS, Band, Glucose
from proxy.report.series import Series
from proxy.report.targets import STANDARD, Targets

LEAST_FOR_SD: Final = 30
_TIGHT: Final = (70, 140)
_ENOUGH: Final = 0.7
_HIDES_SPREAD: Final = 15
"""Averages over longer than this many minutes hide how far glucose spreads."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Minutes spent at each value: all that the figures need, and few values however many readings."""

    minutes: Mapping[float, float]
    rows: int

    @property
    def covered(self) -> float:
        """Give the minutes covered."""
        return math.fsum(self.minutes.values())

    @property
    def mean(self) -> float:
        """Give the mean in mg/dL."""
        return math.fsum(map(mul, self.minutes.keys(), self.minutes.values())) / self.covered

    @property
    def sd(self) -> float:
        """Give the standard deviation of a sample in mg/dL."""
        mean = self.mean
        squares = math.fsum(weight * (value - mean) ** 2 for value, weight in self.minutes.items())
        return math.sqrt(squares / self.covered * self.rows / (self.rows - 1))

    def percent(self, holds: Callable[[int], bool]) -> float:
        """Give the percentage of time in which the rounded value meets a condition."""
        inside = math.fsum(weight for value, weight in self.minutes.items() if holds(round(value)))
        return 100 * inside / self.covered

    def risk(self, *, high: bool) -> float:
        """Give the low (or high) blood glucose index of Kovatchev."""
        return (
            math.fsum(
                weight * 10 * scaled**2
                for value, weight in self.minutes.items()
                if ((scaled := 1.509 * (math.log(value) ** 1.084 - 5.381)) > 0) == high
            )
            / self.covered
        )


def totals_of(series: Series) -> Totals:
    """Add up the minutes at each value."""
    minutes: defaultdict[float, float] = defaultdict(float)
    if len(set(series.minutes)) == 1:
        # Whole minutes: so often the same is what adding them up comes to, to the last bit.
        each = series.minutes[0]
        return Totals({value: each * times for value, times in Counter(series.mgdl).items()}, len(series.at))
    for value, weight in zip(series.mgdl, series.minutes, strict=True):
        minutes[value] += weight
    return Totals(minutes, len(series.at))


def band_percents(totals: Totals, targets: Targets) -> dict[Band, float]:
    """Give the exclusive bands; they add to 100."""
    edges = (targets.very_low, targets.low, targets.high + 1, targets.very_high + 1)  # of whole mg/dL
    inside: dict[Band, list[float]] = {band: [] for band in BANDS}
    for value, weight in totals.minutes.items():
        inside[BANDS[bisect_right(edges, round(value))]].append(weight)
    covered = totals.covered
    return {band: 100 * math.fsum(weights) / covered for band, weights in inside.items()}


def gri_of(bands: Mapping[Band, float]) -> float:
    """Give the glycaemia risk index from exclusive standard bands."""
    risk = 3.0 * bands["very_low"] + 2.4 * bands["low"] + 1.6 * bands["very_high"] + 0.8 * bands["high"]
    return min(risk, 100.0)


def gri_zone(gri: float) -> Literal["A", "B", "C", "D", "E"]:
    """Give the zone of a risk index."""
    zones: tuple[Literal["A", "B", "C", "D"], ...] = ("A", "B", "C", "D")
    return next((zone for zone, end in zip(zones, (20, 40, 60, 80), strict=True) if gri <= end), "E")


def why_none(series: Series, shared: Shared, *, length_ms: int) -> Reason | None:
    """Say why a period can have no figures of glucose; None if it can.

    Nothing is computed from less than 24 hours of readings, or, in a period under two days, from less than 70 %.
    """
    if not shared.glucose:
        return "not_shared"
    if not series.at:
        return "no_data"
    needed = DAY if length_ms >= 2 * DAY else _ENOUGH * length_ms
    return "not_enough_data" if sum(series.minutes) * MINUTE < min(needed, DAY) else None


def glucose_of(series: Series, shared: Shared, targets: Targets, *, start_ms: int, end_ms: int) -> Glucose:
    """Compute the figures of one period from its readings."""
    length = end_ms - start_ms
    totals = totals_of(series)
    share = min(1.0, totals.covered * MINUTE / length) if length > 0 else 0.0
    why = why_none(series, shared, length_ms=length)
    plain = _Maker(why, share, "")
    spread = _Maker(_spread_reason(why, series), share, _basis(series))
    bands = band_percents(totals, targets) if spread.reason is None else dict.fromkeys(BANDS, 0.0)
    risk = band_percents(totals, STANDARD) if spread.reason is None else bands
    gri = _gri(spread, risk, targets)
    sd = spread if totals.rows >= LEAST_FOR_SD or spread.reason else _Maker("not_enough_data", share, "")
    return Glucose(
        readings=sum(series.count),
        duplicates=series.duplicates,
        interval_minutes=series.interval,
        first_ms=series.at[0] if series.at else None,
        last_ms=series.at[-1] if series.at else None,
        mean_mgdl=plain.figure(lambda: totals.mean),
        sd_mgdl=sd.figure(lambda: totals.sd),
        cv_percent=sd.figure(lambda: 100 * totals.sd / totals.mean),
        gmi_percent=plain.figure(lambda: 3.31 + 0.02392 * totals.mean),
        gri=gri,
        gri_zone=gri_zone(gri.value) if gri.value is not None else "",
        sensor_active_percent=_active(series, shared, share),
        active_agp_percent=_active_between(series, shared),
        percent={band: spread.figure(partial(bands.__getitem__, band)) for band in BANDS},
        below_percent=spread.figure(lambda: bands["very_low"] + bands["low"]),
        above_percent=spread.figure(lambda: bands["high"] + bands["very_high"]),
        tight_percent=spread.figure(lambda: totals.percent(lambda value: _TIGHT[0] <= value <= _TIGHT[1])),
        lbgi=spread.figure(lambda: totals.risk(high=False)),
        hbgi=spread.figure(lambda: totals.risk(high=True)),
    )


@dataclass(frozen=True, slots=True)
class DayFigures:
    """The figures of one day, or part of one, from however few readings it has."""

    mean: Figure
    sd: Figure
    lowest: Figure
    highest: Figure
    active: Figure
    percent: Mapping[Band, Figure]


def day_figures(series: Series, shared: Shared, targets: Targets, *, length_ms: int) -> DayFigures:
    """Compute the figures of one day."""
    totals = totals_of(series)
    share = min(1.0, totals.covered * MINUTE / length_ms)
    why: Reason | None = None if series.at else "no_data"
    plain = _Maker(why if shared.glucose else "not_shared", share, "")
    spread = _Maker(_spread_reason(plain.reason, series), share, _basis(series))
    sd = spread if totals.rows >= LEAST_FOR_SD or spread.reason else _Maker("not_enough_data", share, "")
    bands = band_percents(totals, targets) if spread.reason is None else {}
    return DayFigures(
        mean=plain.figure(lambda: totals.mean),
        sd=sd.figure(lambda: totals.sd),
        lowest=spread.figure(lambda: min(series.mgdl)),
        highest=spread.figure(lambda: max(series.mgdl)),
        active=_active(series, shared, share),
        percent={band: spread.figure(partial(bands.__getitem__, band)) for band in BANDS},
    )


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes figures that share a reason and a coverage."""

    reason: Reason | None
    coverage: float
    note: str

    def figure(self, compute: Callable[[], float]) -> Figure:
        if self.reason is not None:
            return missing(self.reason, coverage=self.coverage)
        return known(compute(), coverage=self.coverage, note=self.note)


def _spread_reason(why: Reason | None, series: Series) -> Reason | None:
    return why or ("averages_only" if series.bin_minutes > _HIDES_SPREAD else None)


def _basis(series: Series) -> str:
    return f"from averages of {series.bin_minutes} minutes" if series.bin_minutes else ""


def _gri(spread: _Maker, risk: Mapping[Band, float], targets: Targets) -> Figure:
    if targets.name == "pregnancy":
        return missing("not_applicable", coverage=spread.coverage)
    return spread.figure(lambda: gri_of(risk))


def _active(series: Series, shared: Shared, share: float) -> Figure:
    if not shared.glucose:
        return missing("not_shared")
    return known(100 * share, coverage=share) if series.at else missing("no_data")


def _active_between(series: Series, shared: Shared) -> Figure:
    """Give readings over expected readings between the first and the last, the last one's own interval included."""
    if not shared.glucose or not series.at or series.interval is None:
        return missing("no_data" if shared.glucose else "not_shared")
    between = (series.at[-1] - series.at[0]) / MINUTE + series.minutes[-1]
    share = min(1.0, sum(series.minutes) / between)
    return known(100 * share, coverage=share)
