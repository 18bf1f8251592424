"""The order in which documents usually hold their fields.

A parser that meets names in the order in which it knows them finds each at once; else it looks through all of them:
that is half the time of reading treatments. The order is fixed here and never learned from a site's documents: what
we send is written in it, and must not depend on what is hidden.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from proxy.core.catalog import Field

# As Nightscout 15 stores what AAPS, xDrip, Trio and Loop write; a field that is not here comes after them.
_USUAL: Final[Mapping[str, tuple[str, ...]]] = {
    "entries": (
        *("_id", "type", "sgv", "date", "dateString", "direction", "noise", "filtered", "unfiltered", "rssi"),
        *("trend", "trendRate", "delta", "mbg", "slope", "intercept", "scale", "isValid", "identifier"),
    ),
    "treatments": (
        *("_id", "identifier", "date", "eventType", "isValid", "created_at", "timestamp", "duration"),
        *("durationInMilliseconds", "rate", "absolute", "temp", "type", "glucose", "glucoseType", "units"),
        *("carbs", "insulin", "isSMB", "isBasalInsulin"),
    ),
}


def usual_order(collection: str, fields: Iterable[Field]) -> list[Field]:
    """Put the fields of a collection in the usual order; the others follow in the order in which they came."""
    usual = _USUAL.get(collection, ("_id",))
    places = {path: place for place, path in enumerate(usual)}
    return sorted(fields, key=lambda field: places.get(field.path, len(usual)))
