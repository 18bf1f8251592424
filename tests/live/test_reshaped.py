"""The owner changes what is shared while somebody watches: no frame of what was shared before comes any more."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from proxy.core.policyfile import parse
from proxy.core.record import Draft
from tests.live.place import Browser, Place, opened, reading
from tests.live.polling import as_browser
from tests.living import NOW, POLICIES, Access
from tests.memory_store import MemoryStore


class Slow(MemoryStore):
    """What ends or changes is not told of: as in the moment before it is."""

    async def endings(self) -> AsyncIterator[str]:
        await asyncio.Event().wait()
        yield ""


@pytest.fixture
async def slow() -> AsyncIterator[Place]:
    async with opened(store=Slow()) as place:
        yield place


async def reshape(place: Place, access: Access, name: str) -> None:
    policy = parse((POLICIES / f"{name}.yaml").read_text(), file=Path(name).name)
    await place.life.store.reshape(
        access.id,
        policy_name=policy.name,
        policy_text=policy.text,
        policy_hash=policy.hash,
        days=90,
        record=Draft("reshaped", NOW, {}),
    )


async def watched_by_nobody(place: Place) -> None:
    """Wait until nobody receives anything any more, and nothing is kept for them."""
    await place.empty()
    assert not place.live.hub.wanted.is_set()


def shows_treatments(browser: Browser) -> bool:
    return any(body.get("treatments") for body in browser.named("dataUpdate"))


@pytest.mark.parametrize("transport", ["polling", "websocket"])
async def test_who_watches_is_cut_and_comes_back_to_what_is_shared_now(place: Place, transport: str) -> None:
    access, browser = await place.watch("consultant", transport=transport)
    assert shows_treatments(browser)
    await reshape(place, access, "cgm-only")
    await browser.until("disconnect", seconds=1)
    await watched_by_nobody(place)
    again = await place.watch_as(access, transport=transport)
    await place.change(reading(NOW - 60_000, 111))
    assert [row["mgdl"] for row in (await again.until("dataUpdate", 2))["sgvs"]] == [111]
    assert not shows_treatments(again)
    assert len(browser.named("dataUpdate")) == 1


@pytest.mark.parametrize("transport", ["polling", "websocket"])
async def test_a_frame_that_was_read_for_the_old_choice_is_not_sent(slow: Place, transport: str) -> None:
    access, browser = await slow.watch("consultant", transport=transport)
    await reshape(slow, access, "cgm-only")
    await slow.change(reading(NOW - 60_000, 111))
    await browser.until("disconnect")
    assert len(browser.named("dataUpdate")) == 1
    await watched_by_nobody(slow)


async def test_tabs_from_before_and_after_never_get_one_anothers_frames(slow: Place) -> None:
    access, before = await slow.watch("consultant", transport="websocket")
    await reshape(slow, access, "cgm-only")
    after = await slow.watch_as(access, transport="websocket")
    bolus = {
        "_id": "c" * 24,
        "eventType": "Meal Bolus",
        "created_at": "2026-11-23T11:50:00.000Z",
        "insulin": 2.5,
    }
    slow.site.collections["treatments"].append(bolus)
    await slow.change(reading(NOW - 60_000, 111))
    await before.until("disconnect")
    assert len(before.named("dataUpdate")) == 1
    assert not shows_treatments(after)
    again = await slow.watch_as(access)
    await slow.change(reading(NOW - 30_000, 112))
    assert [row["mgdl"] for row in (await again.until("dataUpdate", 2))["sgvs"]] == [112]
    assert not shows_treatments(again)


async def test_a_poll_after_the_change_is_refused_and_the_view_is_let_go(slow: Place) -> None:
    access = await slow.life.mint("consultant")
    browser = await as_browser(slow, access)
    await browser.start()
    await reshape(slow, access, "cgm-only")
    assert (await browser.get())[0] == 401
    await watched_by_nobody(slow)
    pushed = len(await slow.pushes(access))
    await slow.change(reading(NOW - 60_000, 111))
    other = await slow.watch("consultant")
    assert other[1].named("dataUpdate")
    assert len(await slow.pushes(access)) == pushed


async def test_a_day_of_device_status_is_that_of_the_view_that_is_watched(slow: Place) -> None:
    access, browser = await slow.watch("consultant", transport="websocket")
    await reshape(slow, access, "cgm-only")
    await browser.client.emit("loadRetro", {"loadedMills": 0})
    await browser.until("disconnect")
    assert not browser.named("retroUpdate")


async def test_who_is_cut_while_the_first_reading_is_under_way_receives_nothing_later() -> None:
    store = MemoryStore()
    async with opened(store=store, settle=60) as place:
        _, watching = await place.watch("cgm-only")
        access = await place.life.mint("cgm-only")
        leaving = await as_browser(place, access)
        await leaving.open()
        await leaving.post("40")
        async with place.live.hub._turn:
            asked = asyncio.ensure_future(leaving.post('420["authorize",{"client":"web"}]'))
            seat = place.live._engine.guests[leaving.sid]
            while seat.view is None:  # noqa: ASYNC110 - seen from outside, as a person would
                await asyncio.sleep(0)
            (session,) = store.sessions_of(access.id)
            await store.drop_session(session.key)
            while len(place.live) > 1:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await asked
        pushed = len(await place.pushes(access))
        await place.change(reading(NOW - 60_000, 111))
        await watching.until("dataUpdate", 2)
        assert len(await place.pushes(access)) == pushed
        await watching.client.disconnect()
        await watched_by_nobody(place)
