"""A site that answers as Nightscout's v1 does, as badly as it can.

Dates in text are compared and sorted as texts, newest first, rows of one moment come in any order that a test
wants, and what is over the count is cut off.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from proxy.core.lens import DATE_FIELD, TYPE_FIELD
from proxy.core.plan import Fetch
from proxy.core.query import Query
from proxy.core.view import View
from proxy.gate.rows import Fetcher, pages
from tests.core.looking import DAY, NOW, a_view, body

Row = dict[str, Any]
FLOOR = NOW - 200 * DAY
VIEW = a_view(since=FLOOR)


@dataclass
class Site:
    """One collection of a Nightscout, and what it was asked."""

    rows: Sequence[Row]
    ties: Callable[[Row], Any] = lambda row: 0
    asked: list[Fetch] = field(default_factory=list)

    async def __call__(self, fetch: Fetch) -> bytes:
        self.asked.append(fetch)
        if fetch.collection == "food":
            return body(self.rows)
        date, kind = DATE_FIELD[fetch.collection], TYPE_FIELD.get(fetch.collection, "")
        asked = dict(fetch.parameters)
        bounds = [asked[f"find[{date}][${op}]"] for op in ("gte", "lt")]
        since, until = map(int, bounds) if date == "date" else bounds
        types = [value for name, value in fetch.parameters if name.endswith("[$in][]")]
        found = [
            row for row in self.rows if since <= row[date] < until and (not types or row.get(kind) in types)
        ]
        found = sorted(found, key=self.ties)
        return body(sorted(found, key=lambda row: row[date], reverse=True)[: fetch.count])


def iso(at: int) -> str:
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"


def entry(at: int, sgv: int = 100, **more: Any) -> Row:
    return {"type": "sgv", "date": at, "sgv": sgv} | more


def dose(at: int | str, amount: float = 1, **more: Any) -> Row:
    return {
        "eventType": "SMB",
        "created_at": at if isinstance(at, str) else iso(at),
        "insulin": amount,
    } | more


def status(at: int, battery: int = 50, **more: Any) -> Row:
    return {"created_at": iso(at), "uploaderBattery": battery} | more


def ask(
    collection: str, count: int = 10, *, since: int = NOW - 10 * DAY, until: int = NOW, **more: Any
) -> Query:
    types = VIEW.lenses[collection].types
    return Query(collection, since, until, None if types is None else tuple(sorted(types)), count, **more)


async def gathered(fetch: Fetcher, query: Query, view: View) -> list[list[Row]]:
    found = []
    async for page in pages(view, query, fetch, now=NOW):
        assert [at for at, _ in page] == sorted((at for at, _ in page), reverse=query.newest_first)
        found.append(msgspec.json.decode(msgspec.json.encode([row for _, row in page])))
    return found


def rows(fetch: Fetcher, query: Query, view: View = VIEW) -> list[Row]:
    return [row for page in asyncio.run(gathered(fetch, query, view)) for row in page]


def hidden_first(row: Row) -> Any:
    return row.get("sgv", row.get("insulin", row.get("uploaderBattery"))) is not None
