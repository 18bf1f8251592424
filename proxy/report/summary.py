"""The summary: one period's figures, those of the period before, the typical day, days, settings and notes.

Pure: the same material, span, zone and moment give the same summary.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from proxy.report.artefacts import marks_of
from proxy.report.course import Course, course_of
from proxy.report.curve import curve_of
from proxy.report.days import days_of
from proxy.report.episodes import episodes_of
from proxy.report.facts import DAY, MINUTE, Material, Shared
from proxy.report.gaps import gaps_of
from proxy.report.glucose import glucose_of
from proxy.report.insulin import DayInsulin
from proxy.report.localtime import LocalTime, local_time
from proxy.report.model import Latest, Notes, Period, Sufficiency, Summary
from proxy.report.series import Series, series_of
from proxy.report.settings import settings_of
from proxy.report.targets import STANDARD, Targets

_DAYS_ENOUGH: Final = 14
_ACTIVE_ENOUGH: Final = 70
_RECENT_MS: Final = 15 * MINUTE


def summarise(
    material: Material,
    *,
    start_ms: int,
    end_ms: int,
    zone: str,
    now_ms: int,
    targets: Targets = STANDARD,
    floor_ms: int | None = None,
) -> Summary:
    """Summarise [start_ms, end_ms), cut off at `now_ms`, in the days of `zone`.

    The period before is compared if it begins no earlier than `floor_ms`, the first instant that is shared and read
    (None: there is no such limit), and if the policy shows more than figures for whole periods.
    """
    end_ms = max(start_ms + MINUTE, min(end_ms, now_ms))
    shared = material.shared
    time = local_time(zone, start_ms - (end_ms - start_ms), end_ms)
    before_ms = time.before(start_ms, end_ms)
    compared = shared.detail != "summary" and (floor_ms is None or before_ms >= floor_ms)
    course = course_of(material, time, before_ms if compared else start_ms, end_ms)
    series = series_of(material.readings, start_ms, end_ms, detail=shared.detail)
    insulin = course.days(start_ms, end_ms)
    period = _period(series, course, targets, insulin, start_ms, end_ms)
    modes = period.automation.closed_percent.reason
    return Summary(
        now_ms=now_ms,
        zone=time.name,
        zone_known=time.known,
        targets=targets,
        shared=shared,
        period=period,
        previous=_previous(course, targets, before_ms, start_ms) if compared else None,
        sufficiency=_sufficiency(period, series, time),
        curve=curve_of(series, shared, time, start_ms=start_ms, end_ms=end_ms),
        days=days_of(series, course, targets, insulin, start_ms=start_ms, end_ms=end_ms, modes=modes),
        settings=settings_of(material, start_ms, end_ms),
        notes=_notes(series, material, time, start_ms, end_ms),
        latest=_latest(series, shared),
    )


def _period(
    series: Series,
    course: Course,
    targets: Targets,
    insulin: Sequence[DayInsulin],
    start_ms: int,
    end_ms: int,
) -> Period:
    shared = course.material.shared
    return Period(
        start_ms=start_ms,
        end_ms=end_ms,
        glucose=glucose_of(series, shared, targets, start_ms=start_ms, end_ms=end_ms),
        episodes=episodes_of(series, shared, targets, course.time, length_ms=end_ms - start_ms),
        insulin=course.insulin(insulin),
        automation=course.automation(start_ms, end_ms),
    )


def _previous(course: Course, targets: Targets, start_ms: int, end_ms: int) -> Period | None:
    material = course.material
    series = series_of(material.readings, start_ms, end_ms, detail=material.shared.detail)
    insulin = course.days(start_ms, end_ms)
    period = _period(series, course, targets, insulin, start_ms, end_ms)
    return period if series.at or period.insulin.days_counted else None


def _sufficiency(period: Period, series: Series, time: LocalTime) -> Sufficiency:
    asked = (period.end_ms - period.start_ms) / DAY
    days = sum(series.any(day.start_ms, day.end_ms) for day in time.days(period.start_ms, period.end_ms))
    active = period.glucose.sensor_active_percent.value
    enough = days >= _DAYS_ENOUGH and active is not None and active >= _ACTIVE_ENOUGH
    return Sufficiency(asked, days, enough, "" if enough else _banner(days, active))


def _banner(days: int, active: float | None) -> str:
    if active is None:
        return "There are no glucose readings to judge."
    return (
        f"Fewer data than the consensus asks for: {days} {'day' if days == 1 else 'days'} with readings, sensor active "
        f"{active:.0f} % of the time. Rely on these figures only with 14 days and 70 %."
    )


def _notes(series: Series, material: Material, time: LocalTime, start_ms: int, end_ms: int) -> Notes:
    # When things happened is finer than a figure for the whole period, and a bin doesn't tell it.
    if material.shared.detail != "full":
        return Notes((), (), (), "averages_only" if material.shared.averages else "detail")
    starts = [event.at_ms for event in material.events]
    events = material.events[bisect_left(starts, start_ms) : bisect_left(starts, end_ms)]
    gaps = gaps_of(series, material, start_ms=start_ms, end_ms=end_ms) if material.shared.glucose else ()
    return Notes(events, gaps, marks_of(series, material.events, time, start_ms, end_ms), None)


def _latest(series: Series, shared: Shared) -> Latest | None:
    if shared.detail != "full" or not series.at:
        return None
    fresh = len(series.at) > 1 and series.at[-1] - series.at[-2] <= _RECENT_MS
    return Latest(series.at[-1], series.mgdl[-1], series.mgdl[-1] - series.mgdl[-2] if fresh else None)
