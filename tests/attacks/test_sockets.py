"""The socket edge against who speaks to it by hand: addresses, bodies, frames and floods that no client sends."""

import asyncio
import gzip
import struct
from collections.abc import AsyncIterator

import pytest

from tests.live.place import Place, opened, reading
from tests.live.polling import OPENING, Polling, as_browser
from tests.living import NOW, Access

MASK = b"abcd"


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with opened() as made:
        yield made


async def said(place: Place, text: bytes) -> tuple[bytes, asyncio.StreamReader, asyncio.StreamWriter]:
    """Write a request as it is; give the answer's first line and headers, and the connection."""
    reader, writer = await asyncio.open_connection(place.life.url.host, place.life.url.port)
    writer.write(text)
    async with asyncio.timeout(30):
        return await reader.readuntil(b"\r\n\r\n"), reader, writer


def request(place: Place, access: Access, target: str, *lines: str, method: str = "GET") -> bytes:
    host = f"{place.life.url.host}:{place.life.url.port}"
    head = [f"{method} {target} HTTP/1.1", f"Host: {host}", f"Authorization: Bearer {access.token}", *lines]
    return "\r\n".join([*head, "", ""]).encode()


@pytest.mark.parametrize(
    "target",
    [
        f"/%73ocket.io/?{OPENING}",
        f"/socket.io%2f?{OPENING}",
        f"/socket.io/%3f{OPENING}",
        f"http://elsewhere.example/socket.io/?{OPENING}",
        f"//socket.io/?{OPENING}",
        f"/socket.io/./?{OPENING}",
        f"/x/../socket.io/?{OPENING}",
        f"/socket.io/;a=b?{OPENING}",
        f"/SOCKET.IO/?{OPENING}",
    ],
)
async def test_an_address_that_is_spelt_otherwise_opens_nothing(place: Place, target: str) -> None:
    access = await place.life.mint()
    head, _, writer = await said(place, request(place, access, target))
    assert head.split()[1] in (b"400", b"404")
    assert len(place.live) == 0
    writer.close()


@pytest.mark.parametrize(
    ("line", "body"), [("Content-Length: 2", b"40"), ("Transfer-Encoding: chunked", b"2\r\n40\r\n0\r\n\r\n")]
)
async def test_a_question_has_no_body(place: Place, line: str, body: bytes) -> None:
    access = await place.life.mint()
    for target in (f"/socket.io/?{OPENING}", f"/socket.io/?{OPENING}&sid=x"):
        head, _, writer = await said(place, request(place, access, target, line) + body)
        assert head.startswith(b"HTTP/1.1 400 ")
        writer.close()
    assert len(place.live) == 0


async def test_a_poll_that_was_given_up_is_noticed_before_the_next_ping(place: Place) -> None:
    access = await place.life.mint("cgm-only")
    browser = Polling(place, access.bearer)
    await browser.start()
    _, staying = await place.watch("cgm-only")
    target = f"/socket.io/?{OPENING}&sid={browser.sid}"
    _, writer = await asyncio.open_connection(place.life.url.host, place.life.url.port)
    writer.write(request(place, access, target))
    seat = place.live._engine.guests[browser.sid]
    async with asyncio.timeout(30):
        while not seat.wire.polling:  # noqa: ASYNC110 - seen from outside, as a person would
            await asyncio.sleep(0.01)
        writer.transport.abort()
        while len(place.live) > 1:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    pushed = len(await place.pushes(access))
    await place.change(reading(NOW - 60_000, 111))
    await staying.until("dataUpdate", 2)
    assert len(await place.pushes(access)) == pushed, "nothing is offered to who is not there"


def frame(code: int, data: bytes, *, last: bool = True, odd: int = 0, length: int | None = None) -> bytes:
    """Write a websocket frame as a client does: masked."""
    said_length = len(data) if length is None else length
    head = bytes([last << 7 | odd << 4 | code])
    if said_length < 126:
        head += bytes([0x80 | said_length])
    else:
        head += b"\xff" + struct.pack(">Q", said_length)
    return head + MASK + bytes(byte ^ MASK[at % 4] for at, byte in enumerate(data))


BROKEN = {
    "continues nothing": [frame(0, b"40")],
    "has no end": [frame(1, b"4", last=False), *[frame(0, b"x" * 60_000, last=False)] * 5],
    "will be long": [frame(1, b"40", length=2**63 - 1)],
    "is longer than it may be": [frame(1, b"4", length=200_000)],
    "is compressed": [frame(1, b"40", odd=4)],
    "is of no kind": [frame(3, b"40")],
    "is no text": [frame(1, b"\xff\xfe")],
    "is a large ping": [frame(9, b"x" * 200)],
    "closes for no reason": [frame(8, b"\x00\x01")],
    "connects twice": [frame(1, b"40"), frame(1, b"40")],
    "connects again and again": [frame(1, b"40")] * 3_000,
    "asks for namespaces without end": [frame(1, b"40/none,")] * 3_000,
    "only pongs": [frame(1, b"3")] * 3_000,
}


@pytest.mark.parametrize("frames", BROKEN.values(), ids=BROKEN.keys())
async def test_a_websocket_that_no_client_speaks_is_ended(place: Place, frames: list[bytes]) -> None:
    access = await place.life.mint()
    upgrade = (
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Extensions: permessage-deflate",
    )
    target = "/socket.io/?EIO=4&transport=websocket"
    head, _, writer = await said(place, request(place, access, target, *upgrade))
    assert head.startswith(b"HTTP/1.1 101 ")
    assert b"deflate" not in head
    writer.writelines(frames)
    await place.empty()
    writer.close()


async def test_packets_without_end_end_a_polling_connection(place: Place) -> None:
    browser = await as_browser(place, await place.life.mint())
    await browser.open()
    statuses = [(await browser.post("\x1e".join(["3"] * 400)))[0] for _ in range(3)]
    assert statuses == [200, 200, 400]
    assert len(place.live) == 0


async def test_a_body_that_grows_when_it_is_unpacked_is_too_much(place: Place) -> None:
    browser = await as_browser(place, await place.life.mint())
    await browser.open()
    browser.headers = {**browser.headers, "Content-Encoding": "gzip"}
    assert (await browser.post(gzip.compress(b"4" * 20_000_000)))[0] == 400
    assert len(place.live) == 0
