"""Two hundred clinicians on one site: one upstream connection, and nothing that stays behind."""

import asyncio
import time

import aiohttp

from proxy.core.record import Draft
from tests.live.place import Place, reading
from tests.living import NOW, Access

GRANTS, TABS = 40, 5
SECONDS = 20
"""For a slow and busy machine; what it really takes is for the benchmark."""


async def watching(place: Place, access: Access) -> aiohttp.ClientWebSocketResponse:
    socket = await place.life.session.ws_connect(
        f"{place.url}/socket.io/?EIO=4&transport=websocket", headers=access.bearer, max_msg_size=0
    )
    await socket.receive_str()
    await socket.send_str("40")
    await socket.send_str('42["authorize",{}]')
    await news(socket)
    return socket


async def news(socket: aiohttp.ClientWebSocketResponse) -> str:
    """Give the next frame with data."""
    while "dataUpdate" not in (text := await socket.receive_str()):
        if text == "2":
            await socket.send_str("3")
    return text


async def test_two_hundred_clinicians_share_one_connection_and_leave_nothing_behind(place: Place) -> None:
    before = len(asyncio.all_tasks())
    grants = [await place.life.mint("cgm-only") for _ in range(GRANTS)]
    sockets = [await watching(place, access) for access in grants for _ in range(TABS)]
    assert place.bell.present == 1
    asked = len(place.fetched)
    began = time.monotonic()
    await place.change(reading(NOW - 60_000, 111))
    async with asyncio.timeout(SECONDS):
        told = await asyncio.gather(*map(news, sockets))
    print(f"offered to {len(sockets)} in {time.monotonic() - began:.3f} s")  # noqa: T201 - a figure for whoever looks
    assert len(set(told)) == 1
    assert '"mgdl":111' in told[0]
    assert len(place.fetched) - asked <= 4
    for access in grants:
        assert len(await place.pushes(access)) == TABS + 1
        await place.life.store.end(access.id, "revoked", Draft("ended", NOW, {}))
    await place.empty()
    for socket in sockets:
        await socket.close()
    await asyncio.sleep(0.1)
    assert len(asyncio.all_tasks()) < before + len(sockets) // 10


async def test_who_does_not_read_holds_up_nobody_and_is_cut_when_it_ends(place: Place) -> None:
    ending, staying = await place.life.mint("cgm-only"), await place.life.mint("cgm-only")
    slow, quick = await watching(place, ending), await watching(place, staying)
    transport = slow._response.connection.transport  # type: ignore[union-attr]  # to stop reading for good
    assert transport is not None
    transport.pause_reading()
    for number in range(30):
        at = NOW - 1_000 * number - 1_000
        place.site.collections["entries"] += [reading(at - extra) for extra in range(300)]
        await place.ring()
        async with asyncio.timeout(5):
            assert "dataUpdate" in await news(quick)
    await place.life.store.end(ending.id, "revoked", Draft("ended", NOW, {}))
    async with asyncio.timeout(1):
        while len(place.live) > 1:  # noqa: ASYNC110 - seen from outside, as a person would
            await asyncio.sleep(0.02)
    transport.abort()
    await quick.close()
