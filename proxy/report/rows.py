"""Rows of v1's shape, read leniently: dicts or a view's structs, with whatever fields are left in them."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import Any, Final

import msgspec

from proxy.core.columns import column_of_some
from proxy.core.instants import milliseconds
from proxy.report.facts import MINUTE

MGDL_PER_MMOL: Final = 18.01559
_TOGETHER: Final = 512
_LIKELY_MMOL = 30
"""A fingerstick without a unit below this is in mmol/L."""


def get(row: Any, name: str) -> Any:
    """Give a field of a dict or struct; None if it isn't there."""
    return row.get(name) if type(row) is dict else getattr(row, name, None)


def batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Cut a stream into lists of some hundred rows, to be read in columns."""
    stream = iter(rows)
    return iter(lambda: list(islice(stream, _TOGETHER)), [])


def column(rows: Sequence[Any], *names: str) -> list[Any]:
    """Give a field of every row, nested if there are more names; None where it isn't there.

    How a row is asked is chosen once for its kind: a summary reads a dozen fields of ten thousand rows.
    """
    found = rows
    for name in names:
        found = _column(found, name)
    return list(found)


def _column(rows: Sequence[Any], name: str) -> list[Any]:
    kinds = frozenset(map(type, rows)) - {type(None)}
    structs = [kind for kind in kinds if issubclass(kind, msgspec.Struct)]
    if len(structs) == len(kinds):
        having = sum(name in kind.__struct_fields__ for kind in structs)
        if not having:
            return [None] * len(rows)
        if having == len(structs):
            return column_of_some(rows, kinds, name)
    asks = {kind: _ask(kind, name) for kind in {type(None), *kinds}}
    return [asks[type(row)](row) for row in rows]


def _ask(kind: type, name: str) -> Callable[[Any], Any]:
    """Choose once how rows of a kind are asked for a field."""
    fields = () if kind is type(None) else getattr(kind, "__struct_fields__", None)
    if fields is None:
        return lambda row: dig(row, name)
    return attrgetter(name) if name in fields else lambda _: None


def moments(rows: Sequence[Any], *names: str) -> list[int | None]:
    """Give of every row the first of some fields that holds an instant."""
    found = [instant(value) for value in column(rows, names[0])]
    if None not in found or len(names) == 1:
        return found
    return [first_instant(row, *names[1:]) if at is None else at for row, at in zip(rows, found, strict=True)]


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
