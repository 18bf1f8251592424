"""A lens: how one collection looks through a view.

Takes a body of Nightscout's and gives the rows that may be shown, filtered, written anew and in our own order:
newest first, ties by visible content. Nightscout's order, its invalidated rows, and rows of which nothing would
be visible but when they were, do not come through.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import compress, repeat
from operator import and_, attrgetter, ne
from typing import Any

import msgspec

from proxy.core.catalog import COLLECTIONS, Field
from proxy.core.columns import column
from proxy.core.errors import UpstreamError
from proxy.core.instants import dated, moment_of
from proxy.core.policy import Shown
from proxy.core.pseudonym import Pseudonyms
from proxy.core.repair import mended, repair
from proxy.core.shape import Node, tree
from proxy.core.sheet import Dated, Row, Sheet, in_order
from proxy.core.tidy import put, tidy
from proxy.core.tongue import _
from proxy.core.usual import usual_order

__all__ = ["DATE_FIELD", "TYPE_FIELD", "Batch", "Dated", "Lens", "Row", "compile_lens"]


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of one body: the visible rows, and how far it reached."""

    sheet: Sheet
    documents: int
    """How many documents there were, hidden ones included: fewer than asked for means there are no more."""
    oldest: int
    """The earliest date among them."""

    @property
    def rows(self) -> list[Dated]:
        """Give the visible rows with their moments."""
        return self.sheet.pairs()


TYPE_FIELD = {"entries": "type", "treatments": "eventType"}
DATE_FIELD = {
    "entries": "date",
    "treatments": "created_at",
    "devicestatus": "created_at",
    "profile": "startDate",
    "activity": "created_at",
}

_ROWS = msgspec.json.Decoder(list[msgspec.Raw])

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
    inside: bool = False
    """Whether rows are only computed with, and never shown: then words and names stay as they are."""

    def read(self, body: bytes) -> Batch:
        """Filter a JSON array of documents. Raises UpstreamError if it isn't one."""
        decoded, documents = self._decoded(body)
        dates, rows = self._dated(decoded)
        oldest = moment_of(min(dates)) if dates else 0
        return Batch(self._shown(dates, rows), documents, oldest)

    def type_of(self, row: Row) -> str | None:
        """Give a row's type or event type."""
        return None if self.type is None else getattr(row, self.type)

    def types_within(self, types: Iterable[str]) -> bool:
        """Say whether all rows that are shown are of these types anyway."""
        return self.types is not None and self.types.issubset(types)

    def read_one(self, body: bytes) -> Row | None:
        """Filter a single document; None if it may not be shown."""
        shown = self.read(b"[" + body + b"]").sheet.rows
        return shown[0] if len(shown) == 1 else None

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

    def _shown(self, dates: Sequence[Any], rows: Sequence[Row]) -> Sheet:
        """Keep the rows that are valid and of a type that is shown, and write their values anew."""
        valid, kinds = column(rows, "isValid"), self._kinds(rows)
        named = frozenset({None}) if self.types is None else self.types
        if not all(valid) or not named.issuperset(kinds):
            dates, rows = _those(dates, rows, list(map(and_, valid, map(named.__contains__, kinds))))
        # Some at a time, so that a row is still in the processor's cache when its next column is written.
        for at in range(0, 0 if self.inside else len(rows), TOGETHER):
            tidy(self.root, rows[at : at + TOGETHER], self.pseudonyms, done=self.date)
        if self.type is None:
            dates, rows = _those(dates, rows, self._that_say_something(rows))
        return in_order(dates, rows, by_id=next(iter(self.root.children)) == "_id")

    def _dated(self, rows: Sequence[Row]) -> tuple[Sequence[Any], Sequence[Row]]:
        """Write the dates anew; give what rows are put in order by, and the rows: those without a date are left out."""
        if self.date is None:
            return [0] * len(rows), rows
        before = column(rows, self.date)
        after, dates = dated(before)
        if after is before:
            return dates, rows
        put(self.date, rows, after)
        return _those(dates, rows, [date is not None for date in dates])

    def _kinds(self, rows: Sequence[Row]) -> Sequence[str | None]:
        return [None] * len(rows) if self.type is None else column(rows, self.type)

    def _that_say_something(self, rows: Sequence[Row]) -> list[bool]:
        if not self.values:
            return [False] * len(rows)
        nothing = (None,) * len(self.values) if len(self.values) > 1 else None
        return list(map(ne, map(attrgetter(*self.values), rows), repeat(nothing)))


def _those(
    dates: Sequence[Any], rows: Sequence[Row], kept: Sequence[bool]
) -> tuple[Sequence[Any], Sequence[Row]]:
    if False not in kept:
        return dates, rows
    return list(compress(dates, kept)), list(compress(rows, kept))


def compile_lens(collection: str, shown: Shown, pseudonyms: Pseudonyms, *, inside: bool = False) -> Lens:
    """Compile what a policy shows of one collection, or, `inside`, what is computed with and never shown."""
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
        inside=inside,
    )


@lru_cache(maxsize=64)
def _compiled(collection: str, fields: frozenset[str]) -> tuple[Node, Callable[[bytes], list[Row]]]:
    """Compile the fields that are shown: some milliseconds, spent once for all views of like policies."""
    type_field = TYPE_FIELD.get(collection)
    named = [_loose(field, type_field) for path, field in COLLECTIONS[collection].items() if path in fields]
    root = tree(usual_order(collection, [*named, Field("isValid", "row", "raw")]))
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
    return UpstreamError("upstream_unreadable", _("Nightscout sent something that can't be read."))
