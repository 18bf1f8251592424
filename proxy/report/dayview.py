"""One local day on one axis: glucose, insulin, carbs and loop modes."""

from bisect import bisect_left
from datetime import date

from proxy.report.course import course_of
from proxy.report.facts import DAY, Material
from proxy.report.figure import Reason
from proxy.report.localtime import LocalDay, local_time
from proxy.report.model import DayView
from proxy.report.modes import spans_of
from proxy.report.series import series_of


def day_view(
    material: Material, day: date, *, start_ms: int, end_ms: int, zone: str, now_ms: int
) -> DayView | None:
    """Show one day of [start_ms, end_ms), cut off at `now_ms`; None if the day isn't in it.

    It needs the finest level of detail. Basal is drawn from temp basals, and from settings only if they are shown.
    """
    end_ms = min(end_ms, now_ms)
    time = local_time(zone, start_ms, end_ms)
    found = next((one for one in time.days(start_ms, end_ms) if one.day == day), None)
    if found is None:
        return None
    if material.shared.detail != "full":
        return _empty(found, "detail" if material.shared.detail == "summary" else "averages_only")
    start, end = max(found.start_ms, start_ms), min(found.end_ms, end_ms)
    series = series_of(material.readings, max(start - DAY, start_ms), end).cut(start, end)
    course = course_of(material, time, start, end, for_totals=False)
    return DayView(
        day=day,
        start_ms=found.start_ms,
        end_ms=found.end_ms,
        glucose=tuple(zip(series.at, series.mgdl, strict=True)) if material.shared.glucose else (),
        doses=tuple(dose for dose in material.doses if start <= dose.at_ms < end),
        carbs=tuple(meal for meal in material.carbs if start <= meal.at_ms < end),
        basal=tuple(
            (step.start_ms, step.end_ms, step.rate)
            for step in course.steps(start, end)
            if step.rate is not None
        ),
        modes=spans_of(course.evidence, start, end)
        if course.evidence.uploads.starts or course.evidence.stated
        else (),
        events=material.events[
            bisect_left(material.events, start, key=lambda event: event.at_ms) : bisect_left(
                material.events, end, key=lambda event: event.at_ms
            )
        ],
        reason=None,
    )


def _empty(day: LocalDay, reason: Reason) -> DayView:
    return DayView(day.day, day.start_ms, day.end_ms, (), (), (), (), (), (), reason)
