"""Views for tests, and what is seen through them."""

from collections.abc import Sequence
from typing import Any

import msgspec

from proxy.core.catalog import COLLECTIONS
from proxy.core.policy import TYPE_KEYS, known_types
from proxy.core.policyfile import parse
from proxy.core.view import View, Window, compile_view

HOUR = 3_600_000
DAY = 24 * HOUR
NOW = 1_795_435_200_000
"""2026-11-23 12:00 UTC."""
SITE_KEY = bytes(range(32))

ENTRIES = "entries: {types: [sgv, mbg, cal], classes: [glucose]}"
TREATMENTS = (
    "treatments: {event_types: [Bolus, SMB, Meal Bolus, Note], classes: [insulin, carbs], fields: [notes]}"
)
STATUS = "devicestatus: {classes: [insulin, device, loop]}"
PROFILE = "profile: {classes: [settings]}"
FOOD = "food: {classes: [carbs], fields: [name]}"
ACTIVITY = "activity: {classes: [activity]}"
ALL = (ENTRIES, TREATMENTS, STATUS, PROFILE, FOOD, ACTIVITY)


def policy_text(*show: str, detail: str = "full", more: str = "") -> str:
    return f"version: 1\nname: p\ntitle: P\nwindow: 365\ndetail: {detail}\n{more}show:\n" + "".join(
        f"  {line}\n" for line in show
    )


def a_view(
    *show: str,
    detail: str = "full",
    since: int = NOW - 90 * DAY,
    until: int | None = None,
    zone: str = "UTC",
    site_key: bytes = SITE_KEY,
) -> View:
    policy = parse(policy_text(*(show or ALL), detail=detail), file="p.yaml")
    return compile_view(policy, Window(since, until), zone=zone, site_key=site_key)


def everything() -> tuple[str, ...]:
    """Every field of the catalogue that can be named, by its own path, and every type."""
    return tuple(map(_all_of, COLLECTIONS))


def _all_of(collection: str) -> str:
    table = COLLECTIONS[collection]
    fields = [path for path, field in table.items() if field.privacy not in ("row", "secret")]
    key, path = TYPE_KEYS.get(collection, ("", ""))
    types = f"{key}: {msgspec.json.encode(known_types(table, path)).decode()}, " if key else ""
    return f"{collection}: {{{types}fields: {msgspec.json.encode(fields).decode()}}}"


def body(documents: Sequence[Any]) -> bytes:
    return msgspec.json.encode(documents)


def look(view: View, collection: str, documents: Sequence[Any] | bytes) -> list[dict[str, Any]]:
    """Give the rows that are seen, as a client reads them."""
    raw = documents if isinstance(documents, bytes) else body(documents)
    rows = [row for _, row in view.lenses[collection].read(raw).rows]
    read: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(rows))
    return read


def look_at(view: View, collection: str, document: Any) -> dict[str, Any] | None:
    """Give what is seen of a single document; None if its row is withheld."""
    rows = look(view, collection, [document])
    assert len(rows) <= 1
    return rows[0] if rows else None
