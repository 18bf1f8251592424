"""Rows enough: fetching until as many visible rows are there as were asked for.

Hidden rows cost further fetches, never a shorter page. A slice whose answer was cut by its count is only
trusted down to the moment before the cut, so that rows of one moment are never torn apart by Nightscout's order.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import replace
from itertools import compress
from typing import Any

from proxy.core.detail import BINNED, Grid, grid_of
from proxy.core.errors import UpstreamError
from proxy.core.lens import Lens
from proxy.core.plan import SECOND, Fetch, slices
from proxy.core.query import V3_LIMIT, Query
from proxy.core.sheet import Dated, Sheet
from proxy.core.tidy import written
from proxy.core.view import View
from proxy.locale.marked import _

Fetcher = Callable[[Fetch], Coroutine[Any, Any, bytes]]

SPARE = 16
"""Rows asked for beyond those wanted: hidden ones may be among them. Each costs Nightscout and us as much as a shown one."""
MOST_ROWS = 200_000
MOST_A_DAY = 10_000
MOST_SETTINGS = 1_000


async def pages(view: View, query: Query, fetch: Fetcher, *, now: int) -> AsyncIterator[list[Dated]]:
    """Give what `sheets` gives, as rows with their moments."""
    async with aclosing(sheets(view, query, fetch, now=now)) as source:
        async for sheet in source:
            yield sheet.pairs()


async def sheets(view: View, query: Query, fetch: Fetcher, *, now: int) -> AsyncGenerator[Sheet]:
    """Give the visible rows in the order asked for, slice by slice, at most `query.count` after `query.skip`."""
    lens = view.lenses[query.collection]
    grid = grid_of(view.policy.detail, view.zone) if query.collection in BINNED else None
    if query.collection == "profile":
        source = _settings(lens, query, fetch, floor=view.window.since)
    elif grid is not None:
        source = _bins(view, grid, query, fetch, now=now)
    else:
        source = _rows(lens, query, fetch)
    skip, need = query.skip, query.count
    async with aclosing(source):
        async for sheet in source:
            page = sheet.cut(skip, skip + need)
            skip = max(0, skip - len(sheet))
            need -= len(page)
            if len(page):
                yield page
            if need <= 0:
                return


async def _rows(lens: Lens, query: Query, fetch: Fetcher) -> AsyncGenerator[Sheet]:
    left = query.skip + query.count
    parts = slices(query.collection, query.since, query.until, newest_first=query.newest_first)
    ahead = Ahead(fetch) if query.count > V3_LIMIT else None
    try:
        for at, (since, until) in enumerate(parts):
            # Nightscout cuts off the oldest: to begin with those, a slice is needed to its end.
            wanted = left if query.newest_first else MOST_ROWS
            asked = Fetch(query.collection, since, until, query.types, min(wanted + SPARE, MOST_ROWS))
            sheet = await _visible(
                lens, asked, fetch if ahead is None else ahead.then(parts[at + 1 : at + 2]), wanted
            )
            left -= len(sheet)
            yield sheet if query.newest_first else sheet.turned()
    finally:
        if ahead is not None:
            ahead.cancel()


class Ahead:
    """Fetches the next slice while this one is filtered and sent: for questions that will want it."""

    def __init__(self, fetch: Fetcher) -> None:
        self._fetch = fetch
        self._under_way: dict[tuple[int, int], asyncio.Task[bytes]] = {}

    def then(self, following: Sequence[tuple[int, int]]) -> Fetcher:
        """Give a fetcher that also begins the slice that follows, if there is one."""

        async def fetch(asked: Fetch) -> bytes:
            task = self._under_way.pop((asked.since, asked.until), None)
            body = await (task if task is not None else self._fetch(asked))
            for since, until in following:
                if (since, until) not in self._under_way:
                    begun = self._fetch(replace(asked, since=since, until=until))
                    self._under_way[since, until] = asyncio.ensure_future(begun)
            return body

        return fetch

    def cancel(self) -> None:
        """Give up what was begun."""
        for task in self._under_way.values():
            task.cancel()  # of one that failed, too: else asyncio would log a failure that nobody looked at


async def _settings(lens: Lens, query: Query, fetch: Fetcher, *, floor: int) -> AsyncGenerator[Sheet]:
    """Give the settings of the span; those in force when the window began count as beginning there."""
    since = 0 if query.since <= floor else query.since
    everything = Fetch(query.collection, since, query.until, None, MOST_SETTINGS)
    rows = (await _visible(lens, everything, fetch, MOST_SETTINGS)).pairs()
    inside = [pair for pair in rows if pair[0] >= query.since]
    before = [row for at, row in rows if at < query.since][:1]
    for row in before:
        row.startDate = written(floor)
        for name in ("created_at", "date", "mills"):
            if hasattr(row, name):
                setattr(row, name, None)
        inside.append((floor, row))
    yield _in_turn(inside, query)


async def _bins(view: View, grid: Grid, query: Query, fetch: Fetcher, *, now: int) -> AsyncGenerator[Sheet]:
    lens = view.lenses[query.collection]
    whole = grid.widen(query, floor=view.window.since, close=view.window.close(now))
    for since, until in grid.days(whole):
        everything = Fetch(query.collection, since, until, query.types, MOST_A_DAY)
        rows = (await _visible(lens, everything, fetch, MOST_ROWS)).pairs()
        yield _in_turn(grid.rows(lens, rows, since, until), query)


def _in_turn(rows: Sequence[Dated], query: Query) -> Sheet:
    sheet = Sheet([at for at, _ in rows], [row for _, row in rows])
    return sheet if query.newest_first else sheet.turned()


def _cut(lens: Lens, oldest: int) -> int:
    """Give the last moment that a cut answer may lack rows of.

    Dates in text are sorted as texts, which within a second is not always their order: "…:00Z" is after "…:00.9Z".
    """
    return oldest if lens.date == "date" else oldest // SECOND * SECOND + SECOND - 1


async def _visible(lens: Lens, asked: Fetch, fetch: Fetcher, wanted: int) -> Sheet:
    count = asked.count
    while True:
        batch = lens.read(await fetch(replace(asked, count=count)))
        sheet = batch.sheet
        if lens.date is not None:
            sheet = sheet.within(asked.since, asked.until)
        if asked.types is not None and not lens.types_within(asked.types):
            sheet = _of_types(sheet, lens, asked.types)
        if batch.documents < count:
            return sheet
        whole = sheet.after(_cut(lens, batch.oldest))
        if len(whole) >= wanted:
            return whole
        if count >= MOST_ROWS:
            raise UpstreamError(
                "upstream_too_large", _("This is more than can be read at once. Ask for fewer days.")
            )
        count = min(MOST_ROWS, count * 4)


def _of_types(sheet: Sheet, lens: Lens, types: Collection[str]) -> Sheet:
    kept = [lens.type_of(row) in types for row in sheet.rows]
    return Sheet(list(compress(sheet.dates, kept)), list(compress(sheet.rows, kept)))
