"""The next slice is fetched while this one is filtered, and given up when nobody waits for it any more."""

import asyncio
import gc
from contextlib import aclosing
from typing import Any

import pytest

from proxy.core.errors import UpstreamError
from proxy.core.plan import Fetch
from proxy.core.query import Query
from proxy.gate.rows import pages
from tests.core.looking import DAY, HOUR, NOW
from tests.gate.paged_site import VIEW, Site, ask, rows, status


class Watched:
    """A site that answers when it is told to, and knows which fetches are under way."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.gate = asyncio.Event()
        self.under_way: list[int] = []
        self.begun: list[int] = []
        self.cancelled: list[int] = []
        self.fails_at: int | None = None

    async def __call__(self, fetch: Fetch) -> bytes:
        self.begun.append(fetch.since)
        self.under_way.append(fetch.since)
        try:
            if len(self.begun) > 1:
                await self.gate.wait()
            if fetch.since == self.fails_at:
                raise UpstreamError("upstream_slow", "Nightscout took too long to answer. Try again.")
            return await self.site(fetch)
        except asyncio.CancelledError:
            self.cancelled.append(fetch.since)
            raise
        finally:
            self.under_way.remove(fetch.since)


FOUR_DAYS = Site([status(NOW - at * HOUR, at) for at in range(1, 96)])
DAYS = [NOW - at * DAY for at in (1, 2, 3, 4)]


def long_question(**more: Any) -> Query:
    return ask("devicestatus", 5000, since=NOW - 4 * DAY, **more)


async def test_the_next_slice_is_fetched_while_this_one_is_filtered() -> None:
    watched = Watched(FOUR_DAYS)
    async with aclosing(pages(VIEW, long_question(), watched, now=NOW)) as source:  # type: ignore[type-var]  # it is one
        first = await anext(source)
        await asyncio.sleep(0)
        assert (len(first), watched.begun) == (24, DAYS[:2])
        watched.gate.set()
        rest = [len(page) async for page in source]
    assert watched.begun == DAYS
    assert rest == [24, 24, 23]
    assert watched.cancelled == []


async def test_what_was_begun_is_given_up_when_the_reader_leaves() -> None:
    watched = Watched(FOUR_DAYS)
    async with aclosing(pages(VIEW, long_question(), watched, now=NOW)) as source:  # type: ignore[type-var]  # it is one
        await anext(source)
        await asyncio.sleep(0)
        assert watched.under_way == DAYS[1:2]
    await asyncio.sleep(0)
    assert (watched.cancelled, watched.under_way) == (DAYS[1:2], [])


async def test_a_short_question_begins_nothing_ahead() -> None:
    watched = Watched(FOUR_DAYS)
    async with aclosing(
        pages(VIEW, ask("devicestatus", 24, since=NOW - 4 * DAY), watched, now=NOW)
    ) as source:  # type: ignore[type-var]  # it is one
        await anext(source)
        await asyncio.sleep(0)
        assert watched.begun == DAYS[:1]


async def test_a_slice_ahead_that_fails_fails_the_answer_when_its_turn_comes() -> None:
    watched = Watched(FOUR_DAYS)
    watched.gate.set()
    watched.fails_at = DAYS[1]
    source = pages(VIEW, long_question(), watched, now=NOW)
    assert len(await anext(source)) == 24
    with pytest.raises(UpstreamError):
        await anext(source)


async def test_a_slice_ahead_that_failed_is_not_complained_of_when_the_reader_has_left() -> None:
    complaints: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    watched = Watched(FOUR_DAYS)
    watched.gate.set()
    watched.fails_at = DAYS[1]
    async with aclosing(pages(VIEW, long_question(), watched, now=NOW)) as source:  # type: ignore[type-var]  # it is one
        await anext(source)
        await asyncio.sleep(0)
        assert watched.under_way == []
    del source
    await asyncio.sleep(0)
    gc.collect()
    assert complaints == []


def test_fetching_ahead_gives_the_same_rows() -> None:
    for newest_first in (True, False):
        slow = rows(FOUR_DAYS, ask("devicestatus", 1000, since=NOW - 4 * DAY, newest_first=newest_first))
        assert rows(FOUR_DAYS, long_question(newest_first=newest_first)) == slow
        assert len(slow) == 95
