"""The hub: who is sent what, and what is read for it."""

import asyncio

from tests.live.place import Place, reading
from tests.living import NOW, POLICIES

QUIET = 0.7
"""Seconds in which a frame would have come."""


async def test_the_record_tells_the_opening_from_what_came_later(place: Place) -> None:
    access, browser = await place.watch()
    await place.change(reading(NOW - 60_000))
    await browser.until("dataUpdate", 2)
    place.site.collections["entries"].pop()
    await place.ring()
    await browser.until("dataUpdate", 3)
    await browser.ask("loadRetro", {"loadedMills": 0})
    told = [row["query"] for row in await place.pushes(access)]
    assert told == ["live, opened", "live, changes", "live, anew", "live, a day of status"]


async def test_a_view_that_ends_at_its_opening_is_sent_once_and_not_read_again(place: Place) -> None:
    text = (POLICIES / "cgm-only.yaml").read_text().replace("live: true", "live: false")
    access = await place.life.mint(text)
    still = await place.watch_as(access)
    asked = len(place.fetched)
    await place.change(reading(NOW - 60_000))
    await asyncio.sleep(QUIET)
    assert len(place.fetched) == asked
    assert len(still.named("dataUpdate")) == 1
    _, moving = await place.watch("cgm-only")
    await place.change(reading(NOW - 30_000))
    await moving.until("dataUpdate", 2)
    assert len(still.named("dataUpdate")) == 1
