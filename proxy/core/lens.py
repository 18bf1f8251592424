"""A lens: how one collection looks through a view.

Takes a body of Nightscout's and gives the rows that may be shown, filtered, written anew and in our own order:
newest first, ties by visible content. Nightscout's order, its invalidated rows, and rows of which nothing would
be visible but when they were, do not come through.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import compress, count, repeat
from operator import attrgetter, eq, gt, itemgetter
from typing import Any

import msgspec

from proxy.core.catalog import COLLECTIONS, Field
from proxy.core.errors import UpstreamError
from proxy.core.instants import dated
from proxy.core.policy import Shown
from proxy.core.pseudonym import Pseudonyms
from proxy.core.repair import mended, repair
from proxy.core.shape import Node, tree
from proxy.core.tidy import put, tidy

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
_ROWS = msgspec.json.Decoder(list[msgspec.Raw])
_ANY = frozenset({None})

TOGETHER = 1024
"""Rows that are written anew together."""
PIECE = 64
"""Rows that are read at once where some rows are odd: few enough that one odd row makes few slow."""


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
            return self._piecewise(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._piecewise(mended(body))
        return rows, len(rows)

    def _piecewise(self, body: bytes) -> tuple[list[Row], int]:
        """Read rows of which some are odd: those around an odd one at once, as far as they can be."""
        raws = _documents(body)
        rows: list[Row] = []
        for at in range(0, len(raws), PIECE):
            piece = raws[at : at + PIECE]
            try:
                rows += self.decode(b"[" + b",".join(piece) + b"]")
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                rows += self._one_by_one(piece)
        return rows, len(raws)

    def _one_by_one(self, raws: Sequence[msgspec.Raw]) -> Iterator[Row]:
        for raw in raws:
            try:
                yield self.root.decode(raw)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                row = repair(self.root, raw)
                if row is not None:
                    yield row

    def _shown(self, moments: Sequence[int | None], decoded: Sequence[Row]) -> list[Dated]:
        """Keep the rows that have a date, are valid and of a type that is shown, and write their values anew."""
        kinds = repeat(None, len(decoded)) if self.type is None else map(attrgetter(self.type), decoded)
        named = _ANY if self.types is None else self.types
        kept = [
            (at, row)
            for at, row, kind in zip(moments, decoded, kinds, strict=True)
            if kind in named and at is not None and row.isValid
        ]
        rows = decoded if len(kept) == len(decoded) else [row for _, row in kept]
        # Some at a time, so that a row is still in the processor's cache when its next column is written.
        for at in range(0, len(rows), TOGETHER):
            tidy(self.root, rows[at : at + TOGETHER], self.pseudonyms, done=self.date)
        return in_order(kept if self.type is not None else self._that_say_something(kept))

    def _moments(self, rows: Sequence[Row]) -> Sequence[int | None]:
        """Give each row's own date in epoch milliseconds, None where there is none; and write the dates anew."""
        if self.date is None:
            return [0] * len(rows)
        before = list(map(attrgetter(self.date), rows))
        after, moments = dated(before)
        if after is not before:
            put(self.date, rows, after)
        return moments

    def _that_say_something(self, rows: list[Dated]) -> list[Dated]:
        return [pair for pair in rows if any(getattr(pair[1], name) is not None for name in self.values)]


def in_order(rows: list[Dated]) -> list[Dated]:
    """Sort newest first, and rows of one moment by their visible content."""
    moments = [at for at, _ in rows]
    if all(map(gt, moments, moments[1:])):
        return rows
    rows = sorted(rows, key=itemgetter(0), reverse=True)
    moments = [at for at, _ in rows]
    end = 0
    for start in compress(count(), map(eq, moments, moments[1:])):
        if start >= end:
            end = next((at for at in range(start, len(rows)) if moments[at] != moments[start]), len(rows))
            rows[start:end] = sorted(rows[start:end], key=lambda pair: _encode(pair[1]))
    return rows


def compile_lens(collection: str, shown: Shown, pseudonyms: Pseudonyms) -> Lens:
    """Compile what a policy shows of one collection."""
    root, decode = _compiled(collection, shown.fields)
    return Lens(
        collection=collection,
        types=None if shown.types is None else frozenset(shown.types),
        date=DATE_FIELD.get(collection),
        type=TYPE_FIELD.get(collection),
        root=root,
        values=_values(COLLECTIONS[collection], shown),
        pseudonyms=pseudonyms,
        decode=decode,
    )


@lru_cache(maxsize=64)
def _compiled(collection: str, fields: frozenset[str]) -> tuple[Node, Callable[[bytes], list[Row]]]:
    """Compile the fields that are shown: some milliseconds, spent once for all views of like policies."""
    type_field = TYPE_FIELD.get(collection)
    # In the catalogue's order, which is about that of real documents: so the parser finds the next name at once.
    named = [field for path, field in COLLECTIONS[collection].items() if path in fields]
    root = tree([*(_loose(field, type_field) for field in named), Field("isValid", "row", "raw")])
    return root, msgspec.json.Decoder(list[root.struct]).decode  # type: ignore[name-defined]  # made at run time


def _values(table: Mapping[str, Field], shown: Shown) -> tuple[str, ...]:
    names = {path.split(".")[0].rstrip("[]?") for path in shown.fields if table[path].privacy != "row"}
    return tuple(sorted(names))


def _loose(field: Field, type_field: str | None) -> Field:
    # Types are compared after decoding: an unknown event type is an ordinary row, not an odd one.
    return replace(field, kind="name") if field.path == type_field else field


def _documents(body: bytes) -> list[msgspec.Raw]:
    """Split a body into its documents; mended only if it has to be, since that takes longer than all the rest."""
    try:
        return _ROWS.decode(body)
    except (msgspec.DecodeError, RecursionError):
        pass  # perhaps for half an emoji, in a note that nobody will see
    try:
        return _ROWS.decode(mended(body))
    except (msgspec.DecodeError, RecursionError) as error:
        raise _unreadable() from error


def _unreadable() -> UpstreamError:
    return UpstreamError("upstream_unreadable", "Nightscout sent something that can't be read.")
