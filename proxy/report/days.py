"""Daily rows: the figures of each local day, by the same rules as those of the period."""

from collections.abc import Sequence
from dataclasses import replace

from proxy.report.automation import length_of_modes
from proxy.report.course import Course
from proxy.report.facts import MODES, Mode
from proxy.report.figure import Figure, Reason, known, missing
from proxy.report.glucose import day_figures
from proxy.report.insulin import DayInsulin, figures_of_day
from proxy.report.localtime import LocalDay
from proxy.report.model import SMALL_DAYS, Day, ModeSpan
from proxy.report.modes import spans_of
from proxy.report.series import Series
from proxy.report.targets import Targets


def days_of(
    series: Series,
    course: Course,
    targets: Targets,
    insulin: Sequence[DayInsulin],
    *,
    start_ms: int,
    end_ms: int,
    modes: Reason | None,
) -> tuple[Day, ...]:
    """Compute the local days of a period, oldest first; none at `summary` detail.

    `insulin` is that of each of them; `modes` is why there are no loop modes to tell, None if there are.
    """
    if course.material.shared.detail == "summary":
        return ()
    days = list(course.time.days(start_ms, end_ms))
    # What is drawn of a day is the bulk of a summary: of a year of minutes, half a million pairs.
    drawn = days[-SMALL_DAYS].start_ms if len(days) > SMALL_DAYS else start_ms
    return tuple(
        replace(
            _day(day, _clipped(day, start_ms, end_ms), series, course, targets, units, modes),
            trace=_trace(series, day, start_ms, end_ms) if day.end_ms > drawn else (),
        )
        for day, units in zip(days, insulin, strict=True)
    )


def _trace(series: Series, day: LocalDay, start_ms: int, end_ms: int) -> tuple[tuple[int, float], ...]:
    seen = _clipped(day, start_ms, end_ms)
    part = series.cut(seen.start_ms, seen.end_ms)
    return tuple((at - day.start_ms, value) for at, value in zip(part.at, part.mgdl, strict=True))


def _clipped(day: LocalDay, start_ms: int, end_ms: int) -> LocalDay:
    return LocalDay(day.day, max(day.start_ms, start_ms), min(day.end_ms, end_ms))


def _day(
    day: LocalDay,
    seen: LocalDay,
    series: Series,
    course: Course,
    targets: Targets,
    insulin: DayInsulin,
    modes: Reason | None,
) -> Day:
    shared = course.material.shared
    length = seen.end_ms - seen.start_ms
    part = series.cut(seen.start_ms, seen.end_ms)
    glucose = day_figures(part, shared, targets, length_ms=length)
    total, basal, bolus, automatic, carbs = figures_of_day(insulin, shared)
    spans = spans_of(course.evidence, seen.start_ms, seen.end_ms) if modes is None else ()
    return Day(
        day=day.day,
        start_ms=day.start_ms,
        end_ms=day.end_ms,
        readings=sum(part.count),
        mean_mgdl=glucose.mean,
        sd_mgdl=glucose.sd,
        min_mgdl=glucose.lowest,
        max_mgdl=glucose.highest,
        sensor_active_percent=glucose.active,
        percent=glucose.percent,
        total=total,
        basal=basal,
        bolus=bolus,
        automatic_bolus=automatic,
        carbs=carbs,
        closed_percent=_closed(spans, modes, length),
        mode=_most(spans),
        trace=(),
    )


def _closed(spans: Sequence[ModeSpan], modes: Reason | None, length_ms: int) -> Figure:
    if modes is not None:
        return missing(modes)
    lengths = length_of_modes(spans)
    share = (length_ms - lengths["unknown"]) / length_ms
    return known(100 * lengths["closed"] / length_ms, coverage=share)


def _most(spans: Sequence[ModeSpan]) -> Mode | None:
    lengths = length_of_modes(spans)
    if not spans:
        return None
    return max(MODES, key=lengths.__getitem__)
