"""Browser sessions: a connection lasts as long as the session that opened it."""

import asyncio

import aiohttp

from tests.live.place import Place
from tests.live.polling import Polling, answered, as_browser
from tests.living import HOUR

GONE = (400, 401)
"""Cut already, or refused just now: whichever comes first."""


async def test_a_browser_that_signed_out_is_no_longer_answered(place: Place) -> None:
    access = await place.life.mint()
    browser = await as_browser(place, access)
    await browser.start()
    for session in place.life.store.sessions_of(access.id):  # type: ignore[attr-defined]  # the store in memory
        await place.life.store.drop_session(session.key)
    assert (await browser.get())[0] in GONE


async def test_signing_out_ends_what_waits_in_that_browser_and_in_no_other(place: Place) -> None:
    access = await place.life.mint()
    cookie = await place.cookie(access)
    (session,) = place.life.store.sessions_of(access.id)  # type: ignore[attr-defined]  # the store in memory
    leaving = Polling(place, {"Cookie": cookie, "Origin": place.url})
    await leaving.start()
    other = await as_browser(place, access)
    await other.start()
    websocket = await place.life.session.ws_connect(
        f"{place.url}/socket.io/?EIO=4&transport=websocket", headers={"Cookie": cookie}, origin=place.url
    )
    await websocket.receive_str()
    waiting, staying = asyncio.ensure_future(leaving.get()), asyncio.ensure_future(other.get())
    await asyncio.sleep(0.2)
    await place.life.store.drop_session(session.key)
    async with asyncio.timeout(1):
        assert await answered(waiting) in (0, *GONE)
        assert (await websocket.receive()).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
    assert not staying.done()
    assert len(place.live) == 1
    staying.cancel()


async def test_a_browser_that_nobody_uses_any_more_is_let_go_while_it_waits(place: Place) -> None:
    browser = await as_browser(place, await place.life.mint())
    await browser.start()
    waiting = asyncio.ensure_future(browser.get())
    await asyncio.sleep(0.2)
    place.life.clock.now += HOUR // 2
    async with asyncio.timeout(1):
        assert await answered(waiting) in (0, *GONE)
    await place.empty()


async def test_a_page_that_polls_does_not_keep_its_session_awake(place: Place) -> None:
    access = await place.life.mint()
    browser = await as_browser(place, access)
    await browser.start()
    statuses = []
    for _ in range(4):
        place.life.clock.now += HOUR // 8
        statuses.append((await browser.post("3"))[0])
    assert statuses[:3] == [200, 200, 200]
    assert statuses[3] in GONE
