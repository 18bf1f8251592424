"""Rows of v1's shape, read leniently: dicts or a view's structs, with whatever fields are left in them."""

import math
from typing import Any, Final

from proxy.core.instants import milliseconds
from proxy.report.facts import MINUTE

MGDL_PER_MMOL: Final = 18.01559
_LIKELY_MMOL = 30
"""A fingerstick without a unit below this is in mmol/L."""


def get(row: Any, name: str) -> Any:
    """Give a field of a dict or struct; None if it isn't there."""
    return row.get(name) if type(row) is dict else getattr(row, name, None)


def dig(row: Any, *names: str) -> Any:
    """Give a nested field; None if any step isn't there. Of a list, the first element is meant."""
    for name in names:
        if isinstance(row, list):
            row = row[0] if row else None
        if row is None:
            return None
        row = get(row, name)
    return row


def number(value: Any) -> float | None:
    """Read a number, also one that was written as text; None for anything else."""
    if type(value) is int:
        return value
    if isinstance(value, bool) or value is None:
        return None
    try:
        read = float(value)
    except (TypeError, ValueError):
        return None
    return read if math.isfinite(read) else None


def text(value: Any) -> str:
    """Give a text; empty for anything else."""
    return value if isinstance(value, str) else ""


def instant(value: Any) -> int | None:
    """Read an instant, written as ISO text or as epoch milliseconds (perhaps as text); None for anything else."""
    if type(value) is int and value > 0:
        return value
    if isinstance(value, str):
        found = milliseconds(value)
        if found is not None:
            return found
    read = number(value)
    return round(read) if read is not None and read > 0 else None


def first_instant(row: Any, *names: str) -> int | None:
    """Give the first of some fields that holds an instant."""
    for name in names:
        at = instant(get(row, name))
        if at is not None:
            return at
    return None


def duration_ms(row: Any) -> int | None:
    """Give how long a treatment lasts: its milliseconds if stated, else its minutes; None if neither is there."""
    exact, minutes = number(get(row, "durationInMilliseconds")), number(get(row, "duration"))
    if exact is not None:
        return round(exact)
    return None if minutes is None else round(minutes * MINUTE)


def is_valid(row: Any) -> bool:
    """Say whether a row was not invalidated by its uploader."""
    return get(row, "isValid") is not False


def in_mgdl(value: float, units: Any) -> float:
    """Convert a glucose value; without a unit, small numbers are mmol/L."""
    stated = text(units).casefold()
    mmol = stated.startswith("mmol") or (not stated and value < _LIKELY_MMOL)
    return value * MGDL_PER_MMOL if mmol else value
