"""Rows enough: fetching until as many visible rows are there as were asked for.

Hidden rows cost further fetches, never a shorter page. A slice whose answer was cut by its count is only
trusted down to the moment before the cut, so that rows of one moment are never torn apart by Nightscout's order.
"""

from collections.abc import AsyncIterator, Awaitable, Callable

from proxy.core.errors import UpstreamError
from proxy.core.lens import Dated, Lens
from proxy.core.plan import Fetch, slices
from proxy.core.query import Query

Fetcher = Callable[[Fetch], Awaitable[bytes]]

SPARE = 64
MOST_ROWS = 200_000


async def pages(lens: Lens, query: Query, fetch: Fetcher) -> AsyncIterator[list[Dated]]:
    """Give the visible rows in the order asked for, slice by slice, at most `query.count` after `query.skip`."""
    skip, need = query.skip, query.count
    for since, until in slices(query.collection, query.since, query.until, newest_first=query.newest_first):
        wanted = skip + need if query.newest_first else MOST_ROWS - SPARE
        rows = await _visible(
            lens, Fetch(query.collection, since, until, query.types, wanted + SPARE), fetch, wanted
        )
        if not query.newest_first:
            rows = rows[::-1]
        page = rows[skip : skip + need]
        skip = max(0, skip - len(rows))
        need -= len(page)
        if page:
            yield page
        if need <= 0:
            return


async def _visible(lens: Lens, asked: Fetch, fetch: Fetcher, wanted: int) -> list[Dated]:
    count = asked.count
    while True:
        batch = lens.read(await fetch(Fetch(asked.collection, asked.since, asked.until, asked.types, count)))
        rows = [pair for pair in batch.rows if asked.since <= pair[0] < asked.until]
        if asked.types is not None:
            rows = [pair for pair in rows if lens.type_of(pair[1]) in asked.types]
        if batch.documents < count:
            return rows
        whole = [pair for pair in rows if pair[0] > batch.oldest]
        if len(whole) >= wanted:
            return whole
        if count >= MOST_ROWS:
            raise UpstreamError(
                "upstream_too_large", "This is more than can be read at once. Ask for fewer days."
            )
        count = min(MOST_ROWS, count * 4)
