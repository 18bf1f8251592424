"""A lens: how one collection looks through a view.

Takes a body of Nightscout's and gives the rows that may be shown, filtered, written anew and in our own order:
newest first, ties by visible content. Nightscout's order, its invalidated rows, and rows of which nothing would
be visible but when they were, do not come through.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

import msgspec

from proxy.core.catalog import COLLECTIONS, Field
from proxy.core.errors import UpstreamError
from proxy.core.policy import Shown
from proxy.core.pseudonym import Pseudonyms
from proxy.core.repair import repair
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
        decoded = self._decoded(body)
        moments = [self.moment(row) for row in decoded]
        oldest = min((at for at in moments if at is not None), default=0)
        return Batch(self._shown(list(zip(moments, decoded, strict=True))), len(decoded), oldest)

    def type_of(self, row: Row) -> str | None:
        """Give a row's type or event type."""
        return None if self.type is None else getattr(row, self.type)

    def read_one(self, body: bytes) -> Row | None:
        """Filter a single document; None if it may not be shown."""
        shown = self.read(b"[" + body + b"]").rows
        return shown[0][1] if len(shown) == 1 else None

    def _decoded(self, body: bytes) -> list[Row]:
        try:
            return self.decode(body)
        except msgspec.ValidationError:
            return self._one_by_one(body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise _unreadable() from error

    def _one_by_one(self, body: bytes) -> list[Row]:
        try:
            raws = msgspec.json.decode(body, type=list[msgspec.Raw])
        except (msgspec.DecodeError, RecursionError) as error:
            raise _unreadable() from error
        one = msgspec.json.Decoder(self.root.struct).decode
        rows = []
        for raw in raws:
            try:
                rows.append(one(raw))
            except (msgspec.DecodeError, RecursionError):
                row = repair(self.root, raw)
                if row is not None:
                    rows.append(row)
        return rows

    def _shown(self, dated: list[tuple[int | None, Row]]) -> list[Dated]:
        kept = [(at, row) for at, row in dated if at is not None and self._is_named(row)]
        rows = [row for _, row in kept]
        for row in rows:
            row.isValid = ABSENT
        tidy(self.root, rows, self.pseudonyms)
        if self.type is None:
            kept = [pair for pair in kept if self._says_something(pair[1])]
        return in_order(kept)

    def _is_named(self, row: Row) -> bool:
        if row.isValid is not ABSENT and bytes(row.isValid) not in _TRUE_OR_NULL:
            return False
        return self.types is None or self.type_of(row) in self.types

    def moment(self, row: Row) -> int | None:
        """Give the row's own date in epoch milliseconds."""
        if self.date is None:
            return 0
        value = getattr(row, self.date)
        if value is None or value.__class__ is int:
            return value
        return milliseconds(value)

    def _says_something(self, row: Row) -> bool:
        return any(getattr(row, name) is not None for name in self.values)


def in_order(dated: list[Dated]) -> list[Dated]:
    """Sort newest first, and rows of one moment by their visible content."""
    dated.sort(key=itemgetter(0), reverse=True)
    moments = [at for at, _ in dated]
    if len(set(moments)) == len(moments):
        return dated
    return sorted(dated, key=lambda pair: (-pair[0], _encode(pair[1])))


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


def _values(table: Mapping[str, Field], shown: Shown) -> tuple[str, ...]:
    names = {path.split(".")[0].rstrip("[]?") for path in shown.fields if table[path].privacy != "row"}
    return tuple(sorted(names))


def _loose(field: Field, type_field: str | None) -> Field:
    # Types are compared after decoding: an unknown event type is an ordinary row, not an odd one.
    return replace(field, kind="name") if field.path == type_field else field


def _unreadable() -> UpstreamError:
    return UpstreamError("upstream_unreadable", "Nightscout sent something that can't be read.")
