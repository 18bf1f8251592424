"""The query language of API v3: ``field$operator=value``, sort, limit, skip, fields."""

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from heapq import nlargest, nsmallest
from itertools import islice
from typing import Any

from proxy.demo.moment import iso, parse_iso

Row = dict[str, Any]
Test = Callable[[Row], bool]
LARGEST = 1000
_RESERVED = {"token", "sort", "sort$desc", "limit", "skip", "fields", "now"}
_ORDERED = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}
_FOREVER = 2**52


class Refused(ValueError):
    """A query that v3 answers with a status and a sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Search:
    """A v3 query: `span` is what it asks of created_at (epoch ms), for collections too large to scan."""

    tests: tuple[Test, ...]
    order: tuple[str, ...]
    descending: bool
    limit: int
    skip: int
    fields: frozenset[str] | None
    span: tuple[int, int]


def parse_search(pairs: list[tuple[str, str]]) -> Search:
    """Query pairs as a `Search`; raises `Refused` as v3 would refuse."""
    given = dict(pairs)
    if "sort" in given and "sort$desc" in given:
        raise Refused(400, "Parameters sort and sort_desc cannot be combined")
    asked = [_taken_apart(name, value) for name, value in pairs if name not in _RESERVED]
    # Of several conditions on one field Nightscout 15.0.7 keeps the last: a span cannot be asked for.
    filters = list({parts[0]: parts for parts in asked}.values())
    fields = given.get("fields")
    first = given.get("sort$desc") or given.get("sort")
    return Search(
        tests=tuple(_test(*parts) for parts in filters),
        order=(*([first] if first else []), "identifier", "created_at", "date"),
        descending="sort$desc" in given,
        limit=_number(given.get("limit"), LARGEST, 1, LARGEST, "limit"),
        skip=_number(given.get("skip"), 0, 0, _FOREVER, "skip"),
        fields=frozenset(fields.split(",")) if fields and fields != "_all" else None,
        span=_span(filters),
    )


def _number(text: str | None, default: int, low: int, high: int, name: str) -> int:
    if not text:
        return default
    if not re.fullmatch(r"\d+", text) or not low <= int(text) <= high:
        raise Refused(400, f"Parameter {name} out of tolerance")
    return int(text)


def _taken_apart(name: str, text: str) -> tuple[str, str, Any]:
    field, sign, word = name.rpartition("$") if re.search(r"\$[a-zA-Z]+$", name) else (name, "", "eq")
    if sign and word not in {*_ORDERED, "eq", "ne", "in", "nin", "re"}:
        raise Refused(400, f"Unsupported filter operator {word}")
    return field, word, _value(field, text)


def _value(field: str, text: str) -> Any:
    value: Any = float(text) if re.fullmatch(r"[+-]?\d+(\.\d+)?", text) else text
    value = {"true": True, "false": False}.get(text, value)
    if isinstance(value, str) and len(text) > 1 and text.startswith("'") and text.endswith("'"):
        value = text[1:-1]
    at = _moment(value) if field in ("date", "srvModified", "srvCreated", "created_at") else None
    if at is None:
        return value
    return iso(at) if field == "created_at" else at


def _moment(value: Any) -> int | None:
    if isinstance(value, float):
        return int(value)
    try:
        return parse_iso(value)
    except (TypeError, ValueError):
        return None


def _test(field: str, word: str, value: Any) -> Test:
    if word in _ORDERED:
        return _compared(field, _ORDERED[word], value)
    if word in ("in", "nin"):
        among = set(str(value).split("|"))
        return lambda row: (str(row.get(field)) in among) is (word == "in")
    if word == "re":
        pattern = re.compile(str(value))
        return lambda row: isinstance(row.get(field), str) and bool(pattern.search(row[field]))
    return lambda row: (row.get(field) == value) is (word == "eq")


def _compared(field: str, compare: Callable[[Any, Any], bool], bound: Any) -> Test:
    kinds = (str,) if isinstance(bound, str) else (int, float)
    return lambda row: isinstance(row.get(field), kinds) and compare(row[field], bound)


def _span(filters: list[tuple[str, str, Any]]) -> tuple[int, int]:
    low, high = 0, _FOREVER
    for field, word, value in filters:
        if field == "created_at" and word in _ORDERED and isinstance(value, str):
            at = parse_iso(value)
            low, high = (max(low, at), high) if word.startswith("g") else (low, min(high, at))
    return low, high


def found_in(rows: Iterable[Row], search: Search) -> list[Row]:
    """Rows that hold and are not deleted, in the order asked for, one page of them."""
    chosen = (
        row for row in rows if row.get("isValid") is not False and all(test(row) for test in search.tests)
    )
    if search.order[0] == "created_at" and search.descending and not isinstance(rows, list):
        # Device status comes newest first already, and is too large to sort as a whole.
        return _page(chosen, search)
    first = nlargest if search.descending else nsmallest
    return first(search.skip + search.limit, chosen, key=partial(_key, search.order))[search.skip :]


def _key(order: tuple[str, ...], row: Row) -> list[tuple[int, Any]]:
    return [_rank(row.get(field)) for field in order]


def _page(rows: Iterable[Row], search: Search) -> list[Row]:
    return list(islice(rows, search.skip, search.skip + search.limit))


def _rank(value: Any) -> tuple[int, Any]:
    if isinstance(value, str):
        return 2, value
    return (1, value) if isinstance(value, int | float) else (0, 0)
