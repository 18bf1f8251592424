"""Rows in the form of the door: v1 JSON, v1 CSV, or v3's envelope."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress, repeat
from operator import is_
from typing import Any

import msgspec

from proxy.core.columns import column
from proxy.core.doors import Entrance
from proxy.core.lens import Lens, Row
from proxy.core.query import Query
from proxy.core.tidy import put

_json = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Form:
    """How the rows of one answer are written: opening, rows joined, closing."""

    content_type: str
    opening: bytes
    joint: bytes
    closing: bytes


JSON_V1 = Form("application/json", b"[", b",", b"]")
JSON_V3 = Form("application/json", b'{"status":200,"result":[', b",", b"]}")
CSV = Form("text/csv", b"", b"\r\n", b"")


def form_of(entrance: Entrance) -> Form:
    """Choose the form by door and extension."""
    if entrance.format == "csv":
        return CSV
    return JSON_V3 if entrance.door.api == "v3" else JSON_V1


def write_rows(rows: Sequence[Row], lens: Lens, query: Query, entrance: Entrance) -> bytes:
    """Write the rows of a page, joined, without opening and closing."""
    if entrance.format == "csv":
        return b"\r\n".join(_csv_line(row) for row in rows)
    if entrance.door.api == "v3":
        return b",".join(_json.encode(_v3(row, query)) for row in rows)
    if lens.collection == "treatments":
        _null_doses(lens, rows)
    return _json.encode(rows)[1:-1]


def _csv_line(row: Any) -> bytes:
    # Nightscout's five columns; the fifth, the device, is not shared and says so.
    cells = (
        (row.dateString, row.date, row.sgv, getattr(row, "direction", None), "not shared")
        if hasattr(row, "sgv")
        else (row.date,)
    )
    return b",".join(_json.encode(cell) if cell is not None else b"" for cell in cells)


_NULL = msgspec.Raw(b"null")


def _null_doses(lens: Lens, rows: Sequence[Row]) -> None:
    """v1 writes `carbs` and `insulin` as null when there are none (Nightscout's treatments/index.js)."""
    for name in ("carbs", "insulin"):
        if name in lens.root.children:
            without = map(is_, column(rows, name), repeat(None))
            put(name, compress(rows, without), repeat(_NULL))


def _v3(row: Any, query: Query) -> dict[str, Any]:
    """v3 calls the id `identifier` and gives just the fields that were asked for."""
    fields: dict[str, Any] = msgspec.to_builtins(row)
    original = fields.pop("_id", None)
    if original is not None:
        fields.setdefault("identifier", original)
    if query.fields is None:
        return fields
    return {name: fields[name] for name in query.fields if name in fields}
