"""A lens: how one collection looks through a view.

Takes a body of Nightscout's and gives the rows that may be shown, filtered, written anew and in our own order:
newest first, ties by visible content. Nightscout's order, its invalidated rows, and rows of which nothing would
be visible but when they were, do not come through.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter, itemgetter, lt
from typing import Any

import msgspec

from proxy.core.catalog import COLLECTIONS, Field
from proxy.core.errors import UpstreamError
from proxy.core.policy import Shown
from proxy.core.pseudonym import Pseudonyms
from proxy.core.repair import mended, repair
from proxy.core.shape import ABSENT, Node, tree
from proxy.core.tidy import milliseconds, tidy

Row = Any
"""An instance of a compiled struct: only named fields, nothing else."""

Dated = tuple[int, Row]
"""Epoch milliseconds of the row, and the row."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of one body: the visible rows, and how far it reached."""

    rows: list[Dated]
    documents: int
    """How many documents there were, hidden ones included: fewer than asked for means there are no more."""
    oldest: int
    """The earliest date among them."""


TYPE_FIELD = {"entries": "type", "treatments": "eventType"}
DATE_FIELD = {
    "entries": "date",
    "treatments": "created_at",
    "devicestatus": "created_at",
    "profile": "startDate",
    "activity": "created_at",
}

_encode = msgspec.json.Encoder().encode
_TRUE_OR_NULL = (b"true", b"null")
_ROWS = msgspec.json.Decoder(list[msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Lens:
    """One collection of a view, compiled."""

    collection: str
    types: frozenset[str] | None
    date: str | None
    """None for foods: they are a list, not a series."""
    type: str | None
    root: Node
    values: tuple[str, ...]
    """The fields that make a row worth showing: all but its id, type and times."""
    pseudonyms: Pseudonyms
    decode: Callable[[bytes], list[Row]]

    def read(self, body: bytes) -> Batch:
        """Filter a JSON array of documents. Raises UpstreamError if it isn't one."""
        decoded, documents = self._decoded(body)
        moments = self._moments(decoded)
        oldest = min((at for at in moments if at is not None), default=0)
        return Batch(self._shown(moments, decoded), documents, oldest)

    def type_of(self, row: Row) -> str | None:
        """Give a row's type or event type."""
        return None if self.type is None else getattr(row, self.type)

    def read_one(self, body: bytes) -> Row | None:
        """Filter a single document; None if it may not be shown."""
        shown = self.read(b"[" + body + b"]").rows
        return shown[0][1] if len(shown) == 1 else None

    def _decoded(self, body: bytes) -> tuple[list[Row], int]:
        """Read the rows, and count the documents: those that are no rows are documents all the same."""
        try:
            rows = self.decode(body)
        except msgspec.ValidationError:
            return self._one_by_one(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._one_by_one(mended(body))
        return rows, len(rows)

    def _one_by_one(self, body: bytes) -> tuple[list[Row], int]:
        try:
            raws = _ROWS.decode(body)
        except (msgspec.DecodeError, RecursionError) as error:
            raise _unreadable() from error
        rows = []
        for raw in raws:
            try:
                rows.append(self.root.decode(raw))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                row = repair(self.root, raw)
                if row is not None:
                    rows.append(row)
        return rows, len(raws)

    def _shown(self, moments: list[int | None], decoded: list[Row]) -> list[Dated]:
        named = self._named(decoded)
        kept = [
            (at, row)
            for at, row, is_named in zip(moments, decoded, named, strict=True)
            if is_named and at is not None
        ]
        rows = [row for _, row in kept]
        for row in rows:
            row.isValid = ABSENT
        tidy(self.root, rows, self.pseudonyms)
        if self.type is None:
            kept = [pair for pair in kept if self._says_something(pair[1])]
        return in_order(kept)

    def _named(self, rows: list[Row]) -> list[bool]:
        """Say of each row whether it is valid and of a type that is shown."""
        types, validity = self.types, [row.isValid for row in rows]
        if validity.count(ABSENT) == len(validity):
            valid = [True] * len(rows)
        else:
            valid = [raw is ABSENT or bytes(raw) in _TRUE_OR_NULL for raw in validity]
        if types is None or self.type is None:
            return valid
        kinds = map(attrgetter(self.type), rows)
        return [is_valid and kind in types for is_valid, kind in zip(valid, kinds, strict=True)]

    def _moments(self, rows: list[Row]) -> list[int | None]:
        """Give each row's own date in epoch milliseconds; None where there is none."""
        if self.date is None:
            return [0] * len(rows)
        return [
            value if value is None or value.__class__ is int else _moment(value)
            for value in map(attrgetter(self.date), rows)
        ]

    def _says_something(self, row: Row) -> bool:
        return any(getattr(row, name) is not None for name in self.values)


def in_order(dated: list[Dated]) -> list[Dated]:
    """Sort newest first, and rows of one moment by their visible content."""
    moments = [at for at, _ in dated]
    if any(map(lt, moments, moments[1:])):
        dated = sorted(dated, key=itemgetter(0), reverse=True)
        moments = [at for at, _ in dated]
    if len(set(moments)) == len(moments):
        return dated
    ordered: list[Dated] = []
    for _, together in groupby(dated, key=itemgetter(0)):
        ties = list(together)
        ordered += ties if len(ties) == 1 else sorted(ties, key=lambda pair: _encode(pair[1]))
    return ordered


def compile_lens(collection: str, shown: Shown, pseudonyms: Pseudonyms) -> Lens:
    """Compile what a policy shows of one collection."""
    table = COLLECTIONS[collection]
    type_field = TYPE_FIELD.get(collection)
    named = [table[path] for path in sorted(shown.fields)]
    root = tree([*(_loose(field, type_field) for field in named), Field("isValid", "row", "raw")])
    return Lens(
        collection=collection,
        types=None if shown.types is None else frozenset(shown.types),
        date=DATE_FIELD.get(collection),
        type=type_field,
        root=root,
        values=_values(table, shown),
        pseudonyms=pseudonyms,
        decode=msgspec.json.Decoder(list[root.struct]).decode,  # type: ignore[name-defined]  # made at run time
    )


def _moment(value: str | float) -> int | None:
    return milliseconds(value) if isinstance(value, str) else round(value)


def _values(table: Mapping[str, Field], shown: Shown) -> tuple[str, ...]:
    names = {path.split(".")[0].rstrip("[]?") for path in shown.fields if table[path].privacy != "row"}
    return tuple(sorted(names))


def _loose(field: Field, type_field: str | None) -> Field:
    # Types are compared after decoding: an unknown event type is an ordinary row, not an odd one.
    return replace(field, kind="name") if field.path == type_field else field


def _unreadable() -> UpstreamError:
    return UpstreamError("upstream_unreadable", "Nightscout sent something that can't be read.")
