"""Which of Nightscout's widgets a policy fills: one whose data is not shared is absent, not empty and not zero.

The care portal, calculator, editors and alarms are in none.
"""

from typing import Final

from proxy.core.policy import Policy, Shown
from proxy.core.view import has_rows

_ALWAYS: Final = ("bgnow", "delta", "direction", "timeago", "devicestatus", "errorcodes", "ar2")
_BY_EVENT: Final = (
    ("cage", "Site Change"),
    ("sage", "Sensor Change"),
    ("sage", "Sensor Start"),
    ("iage", "Insulin Change"),
    ("bage", "Pump Battery Change"),
)
_BY_STATUS: Final = (
    ("iob", ("loop.iob.iob", "openaps.iob", "pump.iob")),
    ("pump", ("pump.reservoir", "pump.battery", "pump.status")),
    ("upbat", ("uploader.battery",)),
    ("openaps", ("openaps.suggested.timestamp",)),
    ("loop", ("loop.timestamp",)),
    ("override", ("override.active",)),
    ("cob", ("loop.cob.cob", "openaps.suggested.COB", "openaps.enacted.COB")),
)
_BY_FIELD: Final = (("notes", "notes"), ("targets", "targetTop"), ("switches", "profile"))
"""Parts of what is said of treatments."""

_FORECASTS: Final = (
    ("loop", ("loop.predicted",)),
    ("openaps", ("openaps.suggested.predBGs", "openaps.enacted.predBGs")),
)


def shown_plugins(policy: Policy) -> list[str]:
    """Name the plugins of a policy, as Nightscout's settings do."""
    treatments, statuses = _shown(policy, "treatments"), _shown(policy, "devicestatus")
    plugins = list(_ALWAYS)
    if treatments is not None:
        plugins += ["bolus", *(name for name, event in _BY_EVENT if event in (treatments.types or ()))]
    if statuses is not None:
        plugins += [name for name, marks in _BY_STATUS if _names_any(statuses, marks)]
    if _shown(policy, "profile") is not None:
        # A page computes these from the profile: from the neutral one they would be zero, or nothing. By "profile"
        # our script knows, too, that it may.
        plugins += ["basal", "profile", "cob"]
    return list(dict.fromkeys(plugins))


def shown_forecasts(policy: Policy) -> list[str]:
    """Name the forecasts of a policy, as Nightscout's settings do: those of the devices, none of a page's own making."""
    statuses = _shown(policy, "devicestatus")
    return [name for name, marks in _FORECASTS if statuses is not None and _names_any(statuses, marks)]


def shown_parts(policy: Policy) -> tuple[str, ...]:
    """Name the parts of a page that have something to show: collections, plugins, `forecast`, `notes`, `targets`, `switches`.

    `switches` are the names of the profiles that were switched to.
    """
    forecast = ["forecast"] if shown_forecasts(policy) else []
    treatments = _shown(policy, "treatments")
    fields = () if treatments is None else treatments.fields
    words = [part for part, field in _BY_FIELD if field in fields]
    collections = [name for name in policy.collections if _shown(policy, name) is not None]
    return tuple(sorted({*collections, *shown_plugins(policy), *forecast, *words}))


def _shown(policy: Policy, collection: str) -> Shown | None:
    return policy.collections.get(collection) if has_rows(collection, policy.detail) else None


def _names_any(shown: Shown, beginnings: tuple[str, ...]) -> bool:
    return any(path.startswith(beginnings) for path in shown.fields)
