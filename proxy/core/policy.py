"""A policy: what a grant may show, as the owner wrote it in YAML, closed and checked.

Rules of this file: the words of the language stand here, once. Reading a file is policyfile's business, deciding
what of a document leaves is the lens's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from proxy.core.catalog import Field, Table

Detail = Literal["full", "15min", "hourly", "daily", "summary"]
Identity = Literal["nothing", "initials", "name", "name and birth date"]
Zone = Literal["site", "offset", "viewer"]

DETAILS: tuple[Detail, ...] = get_args(Detail)
"""From the finest to the coarsest."""
IDENTITIES: tuple[Identity, ...] = get_args(Identity)
"""From the least to the most."""
ZONES: tuple[Zone, ...] = get_args(Zone)
"""From the most to the least: the site's zone tells a region, an offset less, the viewer's own nothing."""
EXPORTS = ("csv", "json", "pdf")
DERIVED = ("total insulin",)
"""Figures that we compute from withheld inputs: total insulin needs the profile's basal rates."""
CLASSES_TO_ASK_FOR = ("glucose", "insulin", "carbs", "devices", "settings")
"""Switches of “Adjust for this visit”."""
REQUESTS = ("more days", "more time", *CLASSES_TO_ASK_FOR)
"""What a clinician may ask the owner for."""
LONGEST_WINDOW = 365
SUMMARY_WINDOWS = (7, 14, 30, 90)

TYPE_KEYS: Mapping[str, tuple[str, str]] = {
    "entries": ("types", "type"),
    "treatments": ("event_types", "eventType"),
}
"""Collections whose rows have a type: the policy's key for it, and the catalogue's path."""

WHOLE: frozenset[str] = frozenset({"glucose", "insulin", "carbs", "device", "loop", "settings", "activity"})
"""Classes that can be named as a whole; of the others, fields are named path by path, and secrets not at all."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What of one collection may leave."""

    fields: frozenset[str]
    """Catalogue paths, the row fields included."""
    types: tuple[str, ...] | None
    """The entry types or event types, sorted; None for a collection whose rows have no type."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A checked policy. `collections` names what is shown; a collection that is absent is withheld."""

    name: str
    title: str
    text: str
    hash: str
    """Hex SHA-256 of the text."""
    window: int
    """The most days that a grant of this policy may show."""
    detail: Detail
    pages: bool
    live: bool
    exports: tuple[str, ...]
    derive: tuple[str, ...]
    identity: Identity
    timezone: Zone
    may_ask: tuple[str, ...]
    collections: Mapping[str, Shown]


def comes_with_class(field: Field) -> bool:
    """Say whether naming its class shows a field: words never leave unless their own path is named."""
    return field.privacy in WHOLE and field.kind != "text"


def fields_of_class(table: Table, privacy: str) -> frozenset[str]:
    """Give the paths that naming a class of a collection shows."""
    return frozenset(
        path for path, field in table.items() if field.privacy == privacy and comes_with_class(field)
    )


def row_fields(table: Table) -> frozenset[str]:
    """Give the paths that come with every row that is shown: its id, type and times."""
    return frozenset(path for path, field in table.items() if field.privacy == "row")


def known_types(table: Table, path: str) -> tuple[str, ...]:
    """Give the types that rows of a collection may have."""
    return tuple(value for value in table[path].values if value)
