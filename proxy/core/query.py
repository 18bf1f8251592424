"""What a client asks for, parsed from the few parameters that a door takes.

Everything else is refused in the same words, whatever it names: a filter on a hidden field, a hidden value and
nonsense must look alike. Sources: Nightscout's query.js (v1) and generic/search (v3), version 15.0.7.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from proxy.core.errors import QueryError
from proxy.core.grant import DAY
from proxy.core.lens import Lens
from proxy.core.tidy import milliseconds
from proxy.core.tongue import _
from proxy.core.view import View

LARGEST_COUNT = 50_000
V3_LIMIT = 1000
IGNORED = frozenset({"t", "_", "now"})
_TOO_MANY = {
    # Whole sentences, so that whoever reads one in another language reads the figure in it too.
    LARGEST_COUNT: _("At most 50,000 rows can be asked for at once. Ask for fewer."),
    V3_LIMIT: _("At most 1,000 rows can be asked for at once. Ask for fewer."),
}
V1_WINDOW = 4 * DAY
"""v1 answers the last four days unless a date is asked for (Nightscout's query.js)."""
V1_COUNT = {"entries": 10, "devicestatus": 10, "profile": 10, "treatments": 100}
V1_COUNT_WITH_FIND = {"treatments": 1000}
LONGEST_NUMBER = 13
"""Digits of epoch milliseconds until the year 2286."""

Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Query:
    """A question about one collection: half-open [since, until) in epoch milliseconds, and how many rows."""

    collection: str
    since: int
    until: int
    types: tuple[str, ...] | None
    count: int
    newest_first: bool = True
    skip: int = 0
    fields: tuple[str, ...] | None = None

    def words(self, shown: frozenset[str] | None = None) -> str:
        """Give the normalised query for the record: nothing of the client's own text. `shown` are all types."""
        order = "newest" if self.newest_first else "oldest"
        every = self.types is None or frozenset(self.types) == shown
        types = "" if every or self.types is None else f" types={'|'.join(self.types)}"
        more = "" if self.fields is None else f" fields={','.join(self.fields)}"
        skip = f" skip={self.skip}" if self.skip else ""
        return f"{self.collection} since={self.since} until={self.until} count={self.count} {order}{types}{skip}{more}"


def _refuse() -> QueryError:
    return QueryError(_("This filter is not available here. Ask by date, type and count."))


def parse_v1(view: View, lens: Lens, parameters: Parameters, *, now: int, types: Iterable[str] = ()) -> Query:
    """Read a v1 query. `types` narrows it further (`/entries/sgv`). Raises QueryError."""
    reader = _Reader(view, lens, now)
    listed = f"find[{lens.type}][$in][]"
    asked = _once([pair for pair in parameters if pair[0] != listed])
    several = tuple(value for key, value in parameters if key == listed)
    count = asked.pop("count", None)
    found = bool(several)
    for key, value in asked.items():
        found |= key.startswith("find[")
        reader.v1(key, value)
    reader.narrow(several)
    reader.narrow(tuple(types))
    default = V1_COUNT_WITH_FIND.get(lens.collection) if found else None
    default = default or V1_COUNT.get(lens.collection, LARGEST_COUNT)
    if not reader.dated and lens.collection in ("entries", "treatments", "devicestatus", "activity"):
        reader.since = max(reader.since, now - V1_WINDOW)
    return reader.query(_number(count, 1, LARGEST_COUNT) if count is not None else default)


def parse_v3(view: View, lens: Lens, parameters: Parameters, *, now: int) -> Query:
    """Read a v3 search. Raises QueryError."""
    reader = _Reader(view, lens, now)
    asked = _once(parameters)
    limit = asked.pop("limit", None)
    skip = asked.pop("skip", None)
    fields = asked.pop("fields", None)
    if {"sort", "sort$desc"} <= asked.keys():
        raise _refuse()
    for key, value in asked.items():
        reader.v3(key, value)
    query = reader.query(_number(limit, 1, V3_LIMIT) if limit is not None else V3_LIMIT)
    return replace(
        query,
        skip=_number(skip, 0, LARGEST_COUNT) if skip is not None else 0,
        fields=None if fields in (None, "_all") else _fields(lens, fields or ""),
    )


def _fields(lens: Lens, text: str) -> tuple[str, ...]:
    names = text.split(",")
    # A hidden field and one that does not exist are refused alike; a shown one that no row has is not.
    if not set(names) <= (lens.root.children.keys() - {"isValid"}):
        raise _refuse()
    return tuple(sorted(set(names)))


def _once(parameters: Parameters) -> dict[str, str]:
    asked: dict[str, str] = {}
    for key, value in parameters:
        if key in IGNORED:
            continue
        if key in asked:
            raise _refuse()
        asked[key] = value
    return asked


def _number(text: str, low: int, high: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        raise _refuse()
    value = int(text)
    if value > high:
        raise QueryError(_TOO_MANY[high])
    if value < low:
        raise _refuse()
    return value


def _moment(text: str) -> int | None:
    if re.fullmatch(r"[0-9]+", text, re.ASCII):
        return int(text) if len(text) <= LONGEST_NUMBER else None
    return milliseconds(text.replace(" ", "+"))  # an offset's plus sign is a space in an address


_V1_DATE = re.compile(r"find\[(?P<field>\w+)\]\[\$(?P<op>gte?|lte?)\]", re.ASCII)
_V3_DATE = re.compile(r"(?P<field>\w+)\$(?P<op>gte?|lte?)", re.ASCII)
_ORDERS = ("1", "-1", "asc", "desc")
_LITERAL = re.compile(r"/(?P<word>[A-Za-z0-9 .]{1,60})/i", re.ASCII)


class _Reader:
    """Narrows the view's window and types, parameter by parameter."""

    def __init__(self, view: View, lens: Lens, now: int) -> None:
        self.lens = lens
        self.since = view.window.since
        self.until = view.window.close(now)
        self.types = lens.types
        self.dated = False
        self.newest_first = True

    def v1(self, key: str, value: str) -> None:
        date = _V1_DATE.fullmatch(key)
        if date is not None:
            self._date(date["field"], date["op"], value, v3=False)
        elif key == f"find[{self.lens.type}]":
            self._type(value)
        elif key == f"find[{self.lens.type}][$in]":
            self.narrow((value,))
        elif self.lens.date is not None and key == f"sort[{self.lens.date}]" and value in _ORDERS:
            self.newest_first = value in ("-1", "desc")
        else:
            raise _refuse()

    def v3(self, key: str, value: str) -> None:
        date = _V3_DATE.fullmatch(key)
        if date is not None:
            self._date(date["field"], date["op"], value, v3=True)
        elif (
            key in ("sort", "sort$desc") and self.lens.date is not None and value in ("date", self.lens.date)
        ):
            self.newest_first = key == "sort$desc"
        elif self.lens.type is not None and key in (self.lens.type, f"{self.lens.type}$eq"):
            self.narrow((value,))
        elif self.lens.type is not None and key == f"{self.lens.type}$in":
            self.narrow(tuple(value.split("|")))
        else:
            raise _refuse()

    def _date(self, field: str, op: str, value: str, *, v3: bool) -> None:
        if field not in self._date_fields(v3=v3):
            raise _refuse()
        at = _moment(value)
        if at is None:
            raise _refuse()
        self.dated = True
        if op in ("gt", "gte"):
            self.since = max(self.since, at + (op == "gt"))
        else:
            self.until = min(self.until, at + (op == "lte"))

    def _date_fields(self, *, v3: bool) -> tuple[str, ...]:
        own = self.lens.date
        if own is None:
            return ()
        if v3:
            return (own, "date", "created_at")
        return ("date", "dateString") if own == "date" else (own,)

    def _type(self, value: str) -> None:
        word = _LITERAL.fullmatch(value)
        if word is None:
            self.narrow((value,))
            return
        part = word["word"].lower()
        self.narrow(tuple(name for name in self.lens.types or () if part in name.lower()) or ("",))

    def narrow(self, types: tuple[str, ...]) -> None:
        if not types:
            return
        if self.types is None or not set(types) <= self.types:
            raise _refuse()
        self.types = frozenset(types)

    def query(self, count: int) -> Query:
        return Query(
            self.lens.collection,
            self.since,
            max(self.since, self.until),
            None if self.types is None else tuple(sorted(self.types)),
            count,
            newest_first=self.newest_first,
        )
