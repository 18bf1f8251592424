"""A site that can't be read for a while is told of to the pages that show it, and so is its return."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from proxy.live.reach import AWAY_SECONDS, Reach
from tests.live.place import Place, opened, reading
from tests.live.polling import Polling, as_browser
from tests.living import NOW


def note(reach: Reach, at: float, *, failed: bool, took: float = 0) -> bool:
    return reach.note(failed=failed, began=at - took, now=at)


def test_a_short_break_is_not_told_of() -> None:
    reach = Reach()
    moments = (100.0, 101.0, 100 + AWAY_SECONDS - 0.1)
    assert [note(reach, at, failed=True) for at in moments] == [False] * 3
    assert not note(reach, 110, failed=False)
    assert not note(reach, 111, failed=True), "what was before it came back does not count"
    assert not reach.is_away


def test_one_that_lasts_is_told_of_once_and_so_is_the_return() -> None:
    reach = Reach()
    moments = [(True, 100.0), (True, 107.0), (True, 122.0), (False, 130.0), (False, 131.0)]
    assert [note(reach, at, failed=failed) for failed, at in moments] == [False, True, False, True, False]


def test_a_site_that_lets_its_reader_wait_is_told_of_without_a_second_try() -> None:
    reach = Reach()
    assert note(reach, 120, failed=True, took=20)
    assert not note(reach, 160, failed=True, took=60)
    assert note(reach, 161, failed=False)


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with opened(patience=0) as made:
        yield made


async def go_away(place: Place) -> dict[str, Any]:
    """Take a site's rows away, until that was noticed twice; give them."""
    kept = dict(place.site.collections)
    place.site.collections.clear()
    for _ in range(2):
        asked = len(place.fetched)
        await place.ring()
        async with asyncio.timeout(30):
            while len(place.fetched) == asked:  # noqa: ASYNC110 - seen from outside, as a person would
                await asyncio.sleep(0.02)
    return kept


async def come_back(place: Place, kept: dict[str, Any]) -> None:
    """Give them back, with one reading more."""
    place.site.collections.update(kept)
    await place.change(reading(NOW - 60_000, 111))


async def heard(browser: Polling, *words: str) -> str:
    """Poll until all words are among what is sent; give all that was sent until then."""
    text = ""
    async with asyncio.timeout(30):
        while not all(word in text for word in words):
            status, more = await browser.get()
            assert status == 200
            text += more
    return text


async def test_a_page_is_told_that_nightscout_is_away_and_that_it_is_back(place: Place) -> None:
    access = await place.life.mint("cgm-only")
    browser = await as_browser(place, access)
    await browser.start()
    kept = await go_away(place)
    assert '42["chaperone",{"site":"away"}]' in await heard(browser, "chaperone")
    pushed = len(await place.pushes(access))
    late = await as_browser(place, access)
    assert '42["chaperone",{"site":"away"}]' in await late.start()
    await come_back(place, kept)
    told = await heard(browser, '42["chaperone",{"site":"back"}]', '"mgdl":111')
    assert told.index("back") < told.index('"mgdl":111')
    # The late one's first frame and the reading; what tells of no reading is no answer.
    assert len(await place.pushes(access)) == pushed + 2


async def test_a_tool_is_sent_no_event_that_nightscout_does_not_have(place: Place) -> None:
    _, tool = await place.watch("cgm-only")
    await come_back(place, await go_away(place))
    await tool.until("dataUpdate", 2)
    assert not [name for name, _ in tool.heard if name.startswith("unforeseen")]
