"""What a policy shares of each input of the report: from the policy alone, never from the data.

A sum counts as shared only if all types that feed it are: a total that leaves out some boluses would be a wrong one.
"""

from typing import Final

from proxy.core.policy import Policy, Shown
from proxy.report.cover import is_unnamed
from proxy.report.facts import Shared

_BOLUS_TYPES: Final = frozenset(
    {"Snack Bolus", "Meal Bolus", "Correction Bolus", "Combo Bolus", "Bolus Wizard", "Bolus", "SMB"}
)
_CARB_TYPES: Final = frozenset({"Snack Bolus", "Meal Bolus", "Carb Correction", "Bolus Wizard"})
_AUTOMATIC: Final = frozenset({"type", "isSMB", "automatic"})
_BASAL_TYPES: Final = frozenset(
    {"Temp Basal", "Suspend Pump", "Resume Pump", "Basal Suspension", "Basal Resume"}
)
_SWITCH_FIELDS: Final = frozenset({"percentage", "timeshift", "duration"})
_TEMP_FIELDS: Final = frozenset({"absolute", "rate", "percent", "duration"})
_BASAL: Final = "store.*.basal[].value"
_LOOP: Final = ("openaps.enacted.", "loop.enacted.", "openaps.suggested.timestamp", "loop.timestamp")
_SUSPENDED: Final = frozenset({"pump.suspended", "pump.status.suspended"})
_NOTHING: Final = Shown(frozenset(), ())


def shared_of(policy: Policy) -> Shared:
    """Say which inputs of the report a policy shows."""
    entries, treatments = (policy.collections.get(name, _NOTHING) for name in ("entries", "treatments"))
    states, profile = (policy.collections.get(name, _NOTHING) for name in ("devicestatus", "profile"))
    entry_types, types = frozenset(entries.types or ()), frozenset(treatments.types or ())
    fields = treatments.fields
    boluses = "insulin" in fields and types >= _BOLUS_TYPES
    return Shared(
        detail=policy.detail,
        glucose="sgv" in entries.fields and "sgv" in entry_types,
        fingersticks=("mbg" in entries.fields and "mbg" in entry_types)
        or ("glucose" in fields and "BG Check" in types),
        boluses=boluses,
        automatic=boluses and fields >= _AUTOMATIC,
        carbs="carbs" in fields and types >= _CARB_TYPES,
        temp_basals=fields >= _TEMP_FIELDS and types >= _BASAL_TYPES,
        profile=_BASAL in profile.fields,
        switches="Profile Switch" in types and fields >= _SWITCH_FIELDS,
        total_insulin="total insulin" in policy.derive,
        loop=any(path.startswith(_LOOP) for path in states.fields),
        pump=bool(states.fields & _SUSPENDED) or {"Suspend Pump", "Resume Pump"} <= types,
        devices=not is_unnamed(policy),
        words="notes" in fields,
        event_types=types,
    )
