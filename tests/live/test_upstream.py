"""The bell: it rings for changes, and no upstream, however broken, does more than that."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from proxy.core.errors import UpstreamError
from proxy.live.upstream import Bell, heads
from tests.live.place import Ringing

TOKEN = "CANARY-TOKEN-0123456789abcdef"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def listening(app: web.Application) -> AsyncIterator[list[float]]:
    rung: list[float] = []
    loop = asyncio.get_running_loop()
    wanted = asyncio.Event()
    wanted.set()
    async with TestServer(app) as server, aiohttp.ClientSession() as session, asyncio.TaskGroup() as tasks:
        bell = Bell(session, str(server.make_url("/")), TOKEN)
        task = tasks.create_task(bell.listen(lambda: rung.append(loop.time()), wanted))
        yield rung
        task.cancel()


def answering(handler: Handler) -> web.Application:
    app = web.Application()
    app.router.add_route("*", "/socket.io/", handler)
    return app


async def until(rung: list[float], count: int, *, seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while len(rung) < count:  # noqa: ASYNC110 - nothing to wait for: the bell only appends
            await asyncio.sleep(0.01)


async def test_it_rings_at_the_first_frame_and_at_each_change() -> None:
    ringing = Ringing()
    async with listening(ringing.app) as rung:
        await until(rung, 1)
        await ringing.server.emit("clients", 3)
        await ringing.server.emit("dataUpdate", {"x": "y" * 2_000_000})
        await until(rung, 2)
        await asyncio.sleep(0.1)
        assert len(rung) == 2


async def test_it_sends_the_credential_as_a_hash_and_shows_it_nowhere() -> None:
    ringing = Ringing()
    async with listening(ringing.app) as rung:
        await until(rung, 1)
    assert TOKEN not in str(ringing.said)
    assert ringing.said[0].keys() == {"client", "secret", "history"}
    async with aiohttp.ClientSession() as session:
        assert repr(Bell(session, "http://127.0.0.1", TOKEN)) == "Bell(…)"


async def test_it_comes_back_after_it_was_thrown_out() -> None:
    ringing = Ringing()
    async with listening(ringing.app) as rung:
        await until(rung, 1)
        for sid in list(ringing.server.manager.rooms["/"][None]):
            await ringing.server.disconnect(sid)
        await until(rung, 3)  # once for the loss, once for the new first frame
        assert ringing.present == 1


@pytest.mark.parametrize(
    "text",
    ["", "x", "0", "0{}", '0{"sid":5}', "0" + "[" * 1000, "<html>", "\x1e" * 20_000, "0{" + "x" * 10_000],
    ids=lambda text: text[:8],
)
async def test_an_upstream_that_sends_garbage_is_tried_again_with_pauses(text: str) -> None:
    async def garbage(_: web.Request) -> web.StreamResponse:
        return web.Response(text=text)

    async with listening(answering(garbage)) as rung:
        await until(rung, 2)
        assert rung[1] - rung[0] >= 0.9
        await asyncio.sleep(0.3)
        assert len(rung) == 2


async def test_an_upstream_that_resets_or_redirects_is_tried_again_with_pauses() -> None:
    async def reset(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def redirect(_: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    for handler in (reset, redirect):
        async with listening(answering(handler)) as rung:
            await until(rung, 2)
            assert rung[1] - rung[0] >= 0.9


async def _chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_of_each_packet_the_first_bytes_are_kept() -> None:
    found = await heads(_chunks(b'42["data', b'Update",' + b"x" * 100_000, b"\x1e2\x1e", b"3"))
    assert [head[:16] for head in found] == [b'42["dataUpdate",', b"2", b"3"]
    assert max(map(len, found)) <= 300


async def test_what_has_no_end_is_given_up() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1_000_000

    with pytest.raises(UpstreamError):
        await heads(endless())
