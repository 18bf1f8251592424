"""When what is read: what is new at once, everything after a while, and neither is forgotten."""

import asyncio

from proxy.live.rhythm import Rhythm

GUARD = 30


async def due(rhythm: Rhythm) -> str:
    async with asyncio.timeout(GUARD):
        return await rhythm.due()


async def test_a_ring_asks_for_what_is_new() -> None:
    rhythm = Rhythm(0)
    rhythm.ring()
    assert await due(rhythm) == "news"


async def test_all_is_read_after_what_was_told_and_at_once_where_nothing_was_found() -> None:
    for outcome in ("told", "quiet", "unclear"):
        rhythm = Rhythm(0)
        rhythm.after_news(outcome)
        assert await due(rhythm) == "all"


async def test_a_site_that_rings_without_end_is_read_as_a_whole_all_the_same() -> None:
    rhythm = Rhythm(0)
    rhythm.after_news("quiet")
    rhythm.ring()
    while await due(rhythm) == "news":
        rhythm.ring()
        await asyncio.sleep(0)
    assert await due(rhythm) == "news"


async def test_everything_is_not_read_again_before_its_time() -> None:
    rhythm = Rhythm(3600)
    rhythm.after_all("told")
    rhythm.after_news("quiet")
    waiting = asyncio.ensure_future(rhythm.due())
    await asyncio.sleep(0)
    assert not waiting.done()
    rhythm.ring()
    async with asyncio.timeout(GUARD):
        assert await waiting == "news"


async def test_nothing_is_due_twice() -> None:
    rhythm = Rhythm(0)
    rhythm.ring()
    assert await due(rhythm) == "news"
    waiting = asyncio.ensure_future(rhythm.due())
    await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()
