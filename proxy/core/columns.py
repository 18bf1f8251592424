"""Columns: the values of one field in all rows of a kind.

Read by a function that is made for the one kind and field. Python then learns where in such a row the value lies, and
takes it from there; `attrgetter` looks it up for each row anew, which takes twice as long.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from keyword import iskeyword
from operator import attrgetter
from typing import Any

Reader = Callable[[Sequence[Any]], list[Any]]


def column(rows: Sequence[Any], name: str) -> list[Any]:
    """Give the values of a field, in the order of the rows, which are all of one struct."""
    if not rows:
        return []
    kind: object = type(rows[0])
    return _reader(kind, name)(rows)


def column_of_some(rows: Sequence[Any], kinds: frozenset[type], name: str) -> list[Any]:
    """Give the values of a field of rows that are None or of structs which all have it; None of what is None."""
    return _reader_of_some(kinds, name)(rows)


@lru_cache(maxsize=4096)
def _reader_of_some(kinds: frozenset[type], name: str) -> Reader:  # noqa: ARG001 - so that others have their own
    """Make the function, as `_reader` does."""
    if iskeyword(name) or not name.isidentifier():
        return lambda rows: [None if row is None else getattr(row, name) for row in rows]
    made: Reader = eval(f"lambda rows: [None if row is None else row.{name} for row in rows]", {})  # noqa: S307 - a name of our own catalogue
    return made


@lru_cache(maxsize=4096)
def _reader(kind: object, name: str) -> Reader:
    """Make the function; `kind` only sees to it that each kind has its own."""
    if iskeyword(name):  # such as `class`
        return lambda rows: list(map(attrgetter(name), rows))
    if not name.isidentifier():
        raise ValueError(f"{kind} can't have a field of this name")
    made: Reader = eval(f"lambda rows: [row.{name} for row in rows]", {})  # noqa: S307 - a name of our own catalogue
    return made
