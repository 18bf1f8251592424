"""A slow second opinion on what may leave, written from the catalogue's words alone.

Knows nothing of how views are compiled. Says of a path and a value whether a policy lets it out.
"""

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from proxy.core.catalog import COLLECTIONS, Field
from proxy.core.policy import TYPE_KEYS, Shown

Path = tuple[str, ...]
"""Names from the outside in; "[]" for an element of a list."""

LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_PROFILE = re.compile(r"Profile [1-9][0-9]*", re.ASCII)
DATES = {"entries": "date", "profile": "startDate"}


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Walk a JSON value: every leaf with its path; empty lists and objects are leaves."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list) and value:
        for inner in value:
            yield from leaves(inner, (*path, "[]"))
    else:
        yield path, value


def steps(written: str) -> list[Path]:
    """Give the shapes that a path of the catalogue stands for: `a[?].b` is a.b and a.[].b."""
    shapes: list[Path] = [()]
    for part in written.split("."):
        name = part.removesuffix("[]").removesuffix("[?]")
        one = [(*shape, name) for shape in shapes]
        many = [(*shape, name, "[]") for shape in shapes]
        shapes = many if part.endswith("[]") else one + many if part.endswith("[?]") else one
    return shapes


def named(collection: str, shown: Shown) -> dict[Path, Field]:
    """Give the fields that may leave, by every shape of their path."""
    table = COLLECTIONS[collection]
    return {shape: table[path] for path in shown.fields for shape in steps(path)}


def field_at(fields: dict[Path, Field], path: Path) -> Field | None:
    """Find the field at a path; names that a wildcard stands for must have been given by us."""
    if path in fields:
        return fields[path]
    for shape, field in fields.items():
        if len(shape) == len(path) and all(
            want == have or (want == "*" and _PROFILE.fullmatch(have))
            for want, have in zip(shape, path, strict=True)
        ):
            return field
    return None


def is_of_kind(field: Field, value: Any) -> bool:
    """Say whether a value is what the catalogue says that it must be, written as we write it."""
    if isinstance(value, bool):
        return field.kind == "bool"
    if isinstance(value, str):
        return _is_text_of_kind(field, value)
    if field.kind == "number":
        return (
            _is_number(value)
            and field.low <= value <= field.high
            and (field.decimals > 0 or value == int(value))
        )
    return field.kind in ("ms", "time") and _is_moment(value)


def _is_text_of_kind(field: Field, value: str) -> bool:
    match field.kind:
        case "iso" | "time":
            return _is_written(value)
        case "enum":
            return value in field.values
        case "text":
            return not re.search("[<>&\"'`\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", value)
        case _:
            shapes = {
                "clock": r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?",
                "id": r"[0-9a-f-]{24,36}",
                "key": "Profile 1",
            }
            return field.kind in shapes and re.fullmatch(shapes[field.kind], value) is not None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_moment(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LATEST.timestamp() * 1000


def _is_written(value: Any) -> bool:
    return (
        isinstance(value, str)
        and _UTC.fullmatch(value) is not None
        and datetime.fromisoformat(value) <= LATEST
    )


def may_be_a_row(collection: str, shown: Shown, document: Any) -> bool:
    """Say whether a document may be shown at all: an object, valid, of a named type, with a readable date."""
    if not isinstance(document, dict) or document.get("isValid", True) not in (True, None):
        return False
    if isinstance(document.get("isValid"), int) and not isinstance(document.get("isValid"), bool):
        return False
    if shown.types is not None and document.get(TYPE_KEYS[collection][1]) not in shown.types:
        return False
    return collection == "food" or document.get(DATES.get(collection, "created_at")) is not None
