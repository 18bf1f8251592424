"""All tables of the catalogue, by collection. Nightscout's `settings` collection has none: it is never shown."""

from collections.abc import Mapping

from proxy.core.catalog.activity import ACTIVITY
from proxy.core.catalog.devicestatus import DEVICESTATUS
from proxy.core.catalog.entries import ENTRIES
from proxy.core.catalog.field import Table
from proxy.core.catalog.food import FOOD
from proxy.core.catalog.profile import PROFILE
from proxy.core.catalog.treatments import TREATMENTS

COLLECTIONS: Mapping[str, Table] = {
    "entries": ENTRIES,
    "treatments": TREATMENTS,
    "devicestatus": DEVICESTATUS,
    "profile": PROFILE,
    "food": FOOD,
    "activity": ACTIVITY,
}
