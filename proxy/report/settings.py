"""Pump and loop settings by time of day, and when each changed."""

from itertools import pairwise
from typing import Final, Literal

from proxy.report.facts import Material, Schedule, Therapy
from proxy.report.intervals import followed
from proxy.report.model import Settings, SettingsVersion

_DAY_SECONDS: Final = 86_400
_Part = Literal["basal", "carb_ratio", "sensitivity", "targets", "insulin_hours"]


def settings_of(material: Material, start_ms: int, end_ms: int) -> Settings:
    """Give each version valid in a period, newest first: the one in force at its start included."""
    if not material.shared.profile:
        return Settings((), "not_shared")
    begun = [therapy for therapy in material.therapies if therapy.since_ms < end_ms]
    versions: list[SettingsVersion] = []
    for before, therapy in pairwise([None, *begun]):
        changed = _changed(before, therapy)
        # Records are written anew without any change: that is no new version.
        if therapy is not None and (before is None or changed):
            versions.append(_version(therapy, changed))
    valid = [one for one, later in followed(versions) if (later is None or later.since_ms > start_ms)]
    return Settings(tuple(reversed(valid)), None if valid else "no_data")


def daily_units(schedule: Schedule) -> float | None:
    """Add up a basal schedule over a day."""
    if not schedule:
        return None
    ends = [*(second for second, _ in schedule[1:]), _DAY_SECONDS]
    return sum(value * (end - second) / 3600 for (second, value), end in zip(schedule, ends, strict=True))


def _version(therapy: Therapy, changed: tuple[_Part, ...]) -> SettingsVersion:
    return SettingsVersion(
        since_ms=therapy.since_ms,
        name=therapy.name,
        basal=therapy.basal,
        carb_ratio=therapy.carb_ratio,
        sensitivity=therapy.sensitivity,
        target_low=therapy.target_low,
        target_high=therapy.target_high,
        insulin_hours=therapy.insulin_hours,
        daily_basal=daily_units(therapy.basal),
        changed=changed,
    )


def _changed(before: Therapy | None, now: Therapy | None) -> tuple[_Part, ...]:
    if before is None or now is None:
        return ()
    parts: tuple[tuple[_Part, bool], ...] = (
        ("basal", before.basal != now.basal),
        ("carb_ratio", before.carb_ratio != now.carb_ratio),
        ("sensitivity", before.sensitivity != now.sensitivity),
        ("targets", (before.target_low, before.target_high) != (now.target_low, now.target_high)),
        ("insulin_hours", before.insulin_hours != now.insulin_hours),
    )
    return tuple(name for name, differs in parts if differs)
