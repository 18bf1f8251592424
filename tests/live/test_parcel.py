"""A packet made ready once: as text, as a message of a websocket, compressed."""

import gzip
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from proxy.live.parcel import Parcel, together

SIZES = (0, 1, 125, 126, 127, 65_535, 65_536, 300_000)


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """Serve websockets on which one message of each size is written straight to the connection."""

    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        assert request.transport is not None
        for size in SIZES:
            request.transport.write(Parcel("ä" * (size // 2) + "x" * (size % 2)).message)
        await socket.receive()
        return socket

    app = web.Application()
    app.router.add_get("/", serve)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


async def test_a_message_of_any_length_is_one_that_a_websocket_reads(address: str) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(address, max_msg_size=0) as socket:
        assert [len((await socket.receive_str(timeout=30)).encode()) for _ in SIZES] == list(SIZES)


async def test_it_is_compressed_once_also_if_it_is_large() -> None:
    for size in (2_000, 300_000):
        parcel = Parcel("4" * size)
        squeezed = await parcel.squeezed()
        assert gzip.decompress(squeezed) == parcel.body
        assert await parcel.squeezed() is squeezed


def test_several_packets_are_one_body_and_a_single_one_stays_as_it_is() -> None:
    one, two = Parcel("2"), Parcel("4x")
    assert together([one], "\x1e") is one
    assert together([one, two], "\x1e").body == b"2\x1e4x"
