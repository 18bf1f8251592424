"""The figures by name, as the JSON file, its schema and the parity test know them."""

from collections.abc import Mapping
from typing import Any

from proxy.report.figure import Figure
from proxy.report.model import BANDS, EPISODE_KINDS, Period

_GLUCOSE = (
    "mean_mgdl", "sd_mgdl", "cv_percent", "gmi_percent", "gri", "sensor_active_percent", "active_agp_percent",
    "below_percent", "above_percent", "tight_percent", "lbgi", "hbgi",
)  # fmt: skip
_EPISODES = ("count", "per_week", "mean_minutes", "extreme_mgdl", "night_percent")
_INSULIN = (
    "total_per_day", "basal_per_day", "bolus_per_day", "basal_percent", "bolus_percent", "automatic_bolus_per_day",
    "automatic_percent", "boluses_per_day", "carbs_per_day", "carb_entries_per_day",
)  # fmt: skip
_SPANS = ("off", "suspends", "overrides", "temporary_targets", "exercise")


def named_figures(period: Period) -> dict[str, Figure]:
    """Give every figure of a period by its dotted name, as `mean_mgdl`, `percent.low`, `episodes.low.count`."""
    glucose, insulin, automation = period.glucose, period.insulin, period.automation
    found = {name: getattr(glucose, name) for name in _GLUCOSE}
    found |= {f"percent.{band}": glucose.percent[band] for band in BANDS}
    for kind in EPISODE_KINDS:
        found |= {f"episodes.{kind}.{name}": getattr(period.episodes[kind], name) for name in _EPISODES}
    found |= {f"insulin.{name}": getattr(insulin, name) for name in _INSULIN}
    found["automation.closed_percent"] = automation.closed_percent
    found["automation.uploads_percent"] = automation.uploads_percent
    found |= {f"automation.percent.{mode}": figure for mode, figure in automation.percent.items()}
    for name in _SPANS:
        spans = getattr(automation, name)
        found |= {f"automation.{name}.count": spans.count, f"automation.{name}.percent": spans.percent}
    return found


def metrics(period: Period) -> dict[str, Any]:
    """Give the values of a period, nested by name; null where a figure is not available."""
    return nested({name: figure.value for name, figure in named_figures(period).items()})


def reasons(period: Period) -> dict[str, str]:
    """Give, by dotted name, why figures are not available."""
    return {
        name: figure.reason for name, figure in named_figures(period).items() if figure.reason is not None
    }


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Turn dotted names into objects within objects."""
    root: dict[str, Any] = {}
    for name, value in flat.items():
        *path, last = name.split(".")
        place = root
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value
    return root
