"""Questions for tests, as the doors of v1 and v3 read them."""

import pytest

from proxy.core.errors import QueryError
from proxy.core.query import Query, parse_v1, parse_v3
from tests.core.looking import ALL, DAY, NOW, a_view

FLOOR = NOW - 90 * DAY
VIEW = a_view()
CLOSED = a_view(*ALL, until=NOW - DAY)
SERIES = ("entries", "treatments", "devicestatus", "activity")
REFUSAL = "This filter is not available here. Ask by date, type and count."


def v1(collection: str, *asked: tuple[str, str], types: tuple[str, ...] = ()) -> Query:
    return parse_v1(VIEW, VIEW.lenses[collection], asked, now=NOW, types=types)


def v3(collection: str, *asked: tuple[str, str]) -> Query:
    return parse_v3(VIEW, VIEW.lenses[collection], asked, now=NOW)


def refusal(door: str, collection: str, *asked: tuple[str, str]) -> str:
    with pytest.raises(QueryError) as caught:
        (v1 if door == "v1" else v3)(collection, *asked)
    return str(caught.value)
