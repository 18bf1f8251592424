"""What is not shared, by section of a summary: one place for page, print and file. From the policy alone, never the data."""

from collections.abc import Mapping
from typing import Final

from proxy.core.tongue import say
from proxy.report.model import Summary

_STATED: Final = ("OpenAPS Offline", "Temporary Override", "Temporary Target", "Exercise")


def holes_of(summary: Summary) -> Mapping[str, str]:
    """Say what is not shared of "glucose", "insulin", "automation", "settings", "events" and "days"."""
    shared, holes = summary.shared, {}
    if not shared.glucose:
        holes["glucose"] = say("Glucose readings are not shared for this visit.")
    if not (shared.boluses or shared.carbs or shared.temp_basals or shared.total_insulin):
        holes["insulin"] = say("Insulin and carbohydrates are not shared for this visit.")
    if not shared.loop and not shared.shows(*_STATED):
        holes["automation"] = say(
            "Whether and how a system dosed automatically is not shared for this visit."
        )
    if not shared.profile:
        holes["settings"] = say("Pump and loop settings are not shared for this visit.")
    if shared.detail == "summary":
        whole = say("Single events are not shared for this visit: only figures for the whole period.")
        holes["events"] = whole
        holes["days"] = say("Single days are not shared for this visit: only figures for the whole period.")
    elif shared.detail != "full":
        holes["events"] = say("Single events are not shared for this visit: only averages.")
    return holes
