"""Writes rows as uploaders do; instants in hours after MIDNIGHT, a midnight in UTC."""

from typing import Any

from proxy.core.instants import written
from proxy.report.course import course_of
from proxy.report.facts import DAY, EVERYTHING, HOUR, Shared
from proxy.report.localtime import local_time
from proxy.report.material import read_material
from proxy.report.model import Automation, Insulin

MIDNIGHT = 1_780_272_000_000
"""2026-06-01T00:00:00Z."""

Row = dict[str, Any]


def at(hours: float) -> int:
    return MIDNIGHT + round(hours * HOUR)


def treatment(hours: float, event_type: str, **fields: Any) -> Row:
    return {"eventType": event_type, "created_at": written(at(hours)), **fields}


def temp(hours: float, minutes: float, **fields: Any) -> Row:
    return treatment(hours, "Temp Basal", duration=minutes, **fields)


def status(hours: float, **fields: Any) -> Row:
    return {"created_at": written(at(hours)), **fields}


def profile(*blocks: tuple[str, float], since: float = -24 * 100, **fields: Any) -> Row:
    basal = [{"time": time, "value": value} for time, value in blocks]
    return {
        "startDate": written(at(since)), "defaultProfile": "Default",
        "store": {"Default": {"basal": basal, "units": "mg/dl"}}, **fields,
    }  # fmt: skip


FLAT = [profile(("00:00", 1.0))]
"""Settings of 1 U/h, 24 U a day."""
BOLUS = treatment(12, "Correction Bolus", insulin=1.0)
"""So that there are uploads on that day."""


def insulin(
    treatments: list[Row],
    profiles: list[Row] | None = None,
    states: list[Row] | None = None,
    *,
    days: float = 1,
    zone: str = "UTC",
    shared: Shared = EVERYTHING,
    inside: dict[str, list[Row]] | None = None,
) -> Insulin:
    """Compute insulin of so many days from MIDNIGHT."""
    material = read_material(
        treatments=treatments,
        profiles=profiles or [],
        devicestatus=states or [],
        shared=shared,
        inside=inside,
    )
    start, end = MIDNIGHT, MIDNIGHT + round(days * DAY)
    course = course_of(material, local_time(zone, start, end), start, end)
    return course.insulin(course.days(start, end))


def automation(
    states: list[Row],
    treatments: list[Row] | None = None,
    profiles: list[Row] | None = None,
    *,
    hours: float = 10,
    shared: Shared = EVERYTHING,
) -> Automation:
    """Compute automation of so many hours from MIDNIGHT."""
    material = read_material(
        treatments=treatments or [], profiles=profiles or [], devicestatus=states, shared=shared
    )
    start, end = MIDNIGHT, at(hours)
    return course_of(material, local_time("UTC", start, end), start, end).automation(start, end)
