"""The query language of API v1, as much of it as a reader sends: find, count, sort.

What is not spoken here (regular expressions, `$where`, `$or`, ...) raises `NotSpoken`, so that a test
sees at once when such a thing was passed on.
"""

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from proxy.demo.moment import DAY, iso, parse_iso

Row = dict[str, Any]
Test = Callable[[Row], bool]
WINDOW = 4 * DAY
_WHOLE = {"date", "sgv", "filtered", "unfiltered", "rssi", "noise", "mbg", "insulin", "carbs", "glucose"}
_ORDERED = {"$gt": operator.gt, "$gte": operator.ge, "$lt": operator.lt, "$lte": operator.le}
_BY_PATTERN = {"eventType", "notes", "enteredBy"}


class NotSpoken(ValueError):
    """A query that Nightscout may understand and the demo site does not."""


class BadDate(ValueError):
    """A date that Nightscout cannot read: it answers ``null``."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query string taken apart: `names` are its top-level parameters."""

    find: Row
    sort: dict[str, str]
    count: str | None
    names: frozenset[str]

    def at_most(self, default: int | None) -> int | None:
        """How many rows: ``count``, else the door's default; None (and a count of 0) means all."""
        if self.count is None:
            return default
        number = _whole(self.count)
        if number is None:
            raise BadDate(self.count)
        return abs(number) or None


def parse(query_string: str) -> Query:
    """``find[date][$gte]=1&count=2`` as a `Query`; brackets nest, ``[]`` makes a list."""
    tree: Row = {}
    for name, value in parse_qsl(query_string, keep_blank_values=True):
        _put(tree, [name.partition("[")[0], *re.findall(r"\[([^\]]*)\]", name)], value)
    find, sort, count = tree.get("find", {}), tree.get("sort", {}), tree.get("count")
    return Query(
        find if isinstance(find, dict) else {},
        sort if isinstance(sort, dict) else {},
        count if isinstance(count, str) and count else None,
        frozenset(tree),
    )


def _put(tree: Row, path: list[str], value: str) -> None:
    if path[-1] == "" or path[-1].isdigit():
        path = path[:-1]
        value_list: list[str] | None = [value]
    else:
        value_list = None
    for step in path[:-1]:
        inner = tree.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        tree = inner
    if value_list is None:
        tree[path[-1]] = value
    else:
        tree.setdefault(path[-1], []).extend(value_list)


def chosen(rows: Iterable[Row], query: Query, *, field: str, now_ms: int) -> Iterable[Row]:
    """Rows that meet the conditions, and of the last four days unless a date (`field`) is asked for."""
    find = dict(query.find)
    if not {field, "dateString", "_id"} & find.keys():
        floor = now_ms - WINDOW
        find = {field: {"$gte": str(floor) if field == "date" else iso(floor)}} | find
    for name, wanted in find.items():
        for part in _tests(name, wanted, field):
            rows = filter(part, rows)
    return rows


def _tests(name: str, wanted: Any, date_field: str) -> Iterable[Test]:
    if isinstance(wanted, str) and not name.startswith("$"):
        if name == date_field and name != "date":
            raise BadDate(wanted)  # equality on a date: Nightscout walks over the text's letters
        yield _equal(name, wanted)
        return
    if isinstance(wanted, list) or name.startswith("$"):
        raise NotSpoken(name)
    for sign, bound in wanted.items():
        yield _test(name, sign, bound, is_date=name == date_field)


def _test(name: str, sign: str, bound: Any, *, is_date: bool) -> Test:
    if sign == "$in" and isinstance(bound, str | list):
        among = {_typed(name, item) for item in ([bound] if isinstance(bound, str) else bound)}
        return lambda row: isinstance(row.get(name), str | int | float) and row[name] in among
    if sign == "$eq" and isinstance(bound, str):
        return _equal(name, bound)
    if sign == "$ne" and isinstance(bound, str):
        other = _typed(name, bound)
        return lambda row: row.get(name) != other
    if sign not in _ORDERED or not isinstance(bound, str):
        raise NotSpoken(f"{name} {sign}")
    limit = _date(bound) if is_date and name != "date" else _typed(name, bound)
    return _compared(name, _ORDERED[sign], limit)


def _compared(name: str, compare: Callable[[Any, Any], bool], limit: str | int | None) -> Test:
    kinds = (int, float) if isinstance(limit, int) else (str,)

    def holds(row: Row) -> bool:
        value = row.get(name)
        return limit is not None and isinstance(value, kinds) and compare(value, limit)

    return holds


def _equal(name: str, text: str) -> Test:
    pattern = re.fullmatch(r".*?/(.*)/(.*)", text) if name in _BY_PATTERN else None
    if pattern:
        compiled = re.compile(pattern[1], re.IGNORECASE if "i" in pattern[2] else 0)
        return lambda row: isinstance(row.get(name), str) and bool(compiled.search(row[name]))
    wanted = _typed(name, text)
    return lambda row: row.get(name) == wanted


def _whole(text: str) -> int | None:
    """JavaScript's parseInt: the digits in front, or nothing."""
    found = re.match(r"\s*([+-]?\d+)", text)
    return int(found[1]) if found else None


def _typed(name: str, text: str) -> str | int | None:
    return _whole(text) if name in _WHOLE else text


def _date(text: str) -> str:
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return text
    try:
        return iso(parse_iso(text))
    except ValueError as error:
        raise BadDate(text) from error


def bounds(query: Query, *, now_ms: int) -> tuple[int, int]:
    """Give the span (epoch ms) that conditions on created_at leave open; wide open where they leave it so."""
    asked = query.find.get(
        "created_at", {} if {"_id", "dateString"} & query.find.keys() else {"$gte": iso(now_ms - WINDOW)}
    )
    low, high = 0, now_ms * 2
    for sign, text in asked.items() if isinstance(asked, dict) else ():
        if isinstance(text, str) and re.search(r"\D", text):
            at = parse_iso(_date(text))
            low, high = (max(low, at), high) if sign.startswith("$g") else (low, min(high, at))
    return low, high


def ordered(rows: Iterable[Row], sort: dict[str, str], default: str) -> list[Row]:
    """Sorted by ``sort[field]``, or by the default field with the newest first."""
    field, way = next(iter(sort.items()), (default, "-1"))
    return sorted(rows, key=lambda row: _rank(row.get(field)), reverse=way in ("-1", "desc", "descending"))


def _rank(value: Any) -> tuple[int, Any]:
    """MongoDB's order of kinds: nothing, numbers, text; the rest counts as nothing."""
    if isinstance(value, str):
        return 2, value
    return (1, value) if isinstance(value, int | float) else (0, 0)
