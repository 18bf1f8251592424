"""Reads what an export is made of, piece by piece: a year of one-minute readings passes through, and stays nowhere.

The rows go from the network through the view straight into columns of numbers; no list of rows is ever whole.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Final

from proxy.core.grant import DAY
from proxy.core.lens import Row
from proxy.core.policy import Policy
from proxy.core.query import Query
from proxy.core.study import MOST_COMPARED, Span
from proxy.core.view import View, local_midnight
from proxy.gate.rows import MOST_ROWS, Fetcher, pages
from proxy.report.facts import Material
from proxy.report.packing import read_packed
from proxy.report.sharing import shared_of

_STEP_DAYS: Final = {"entries": 7, "treatments": 28, "devicestatus": 1}
"""Pieces of so many local days are asked for: a bar has something to show, and no answer is large."""

Step = Callable[[], None]
"""Called for each piece that was read."""


def pieces_of(view: View, span: Span) -> int:
    """Say in how many pieces a span is read."""
    inside = 0 if view.inside is None else len(view.inside.lenses)
    return sum(len(_pieces(view, name, span)) for name in view.lenses) + inside


async def read(view: View, policy: Policy, span: Span, fetch: Fetcher, *, now: int, step: Step) -> Material:
    """Read a span's rows into material. Raises UpstreamError."""
    loop = asyncio.get_running_loop()

    def rows(collection: str, through: View = view) -> Iterator[Row]:
        if collection not in through.lenses:
            return
        source = _source(through, collection, span, fetch, now=now, step=step)
        while (page := asyncio.run_coroutine_threadsafe(_next(source), loop).result()) is not None:
            yield from page

    return await asyncio.to_thread(
        read_packed,
        entries=rows("entries"),
        treatments=rows("treatments"),
        devicestatus=rows("devicestatus"),
        profiles=rows("profile"),
        inside=None
        if view.inside is None
        else {name: rows(name, view.inside) for name in view.inside.lenses},
        shared=shared_of(policy),
    )


async def _next(source: AsyncGenerator[list[Row]]) -> list[Row] | None:
    return await anext(source, None)


async def _source(
    view: View, collection: str, span: Span, fetch: Fetcher, *, now: int, step: Step
) -> AsyncGenerator[list[Row]]:
    lens = view.lenses[collection]
    types = None if lens.types is None else tuple(sorted(lens.types))
    for since, until in _pieces(view, collection, span):
        query = Query(collection, since, until, types, MOST_ROWS)
        async for page in pages(view, query, fetch, now=now):
            yield [row for _, row in page]
        step()


def _pieces(view: View, collection: str, span: Span) -> list[tuple[int, int]]:
    """Cut what is read of a collection at local midnights, newest first."""
    if collection == "profile" or view.lenses[collection].inside:
        return [(view.window.since, span.end)]
    since, end, found = span.floor, span.end, []
    if collection == "devicestatus" and span.days > MOST_COMPARED:
        since = max(since, span.start - DAY)
    step = _STEP_DAYS.get(collection, 28)
    while end > since:
        begin = max(since, local_midnight(end - 1, view.zone, days_before=step - 1))
        found.append((begin, end))
        end = begin
    return found
