"""A policy: what a grant may show, as the owner wrote it in YAML, closed and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Detail = Literal["full", "15min", "hourly", "daily", "summary"]
Identity = Literal["nothing", "initials", "name", "name and birth date"]
Zone = Literal["site", "offset", "viewer"]


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
