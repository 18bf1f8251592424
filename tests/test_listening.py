"""What listens: also what is no HTTP gets our fields and our headers, and none of its own words back."""

import asyncio
import json
import socket
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port

from proxy.cli.logs import configure_logs
from proxy.listening import bound, listening, running, taken


async def _said(port: int, sent: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 30)
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.mark.parametrize(
    "sent",
    [
        b"CANARY\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nCanary Canary: 1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nCANARY",
        b"GET /" + b"CANARY" * 3000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01CANARY\r\n\r\n",
    ],
)
async def test_what_is_no_request_is_refused_like_everything_else(sent: bytes) -> None:
    port = unused_port()
    with bound("127.0.0.1", port, shared=False) as places:
        async with listening(web.Application(), places):
            head, _, body = (await _said(port, sent)).partition(b"\r\n\r\n")
    assert head.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400"))
    assert b"no-store" in head
    assert b"Python" not in head
    assert {"reason", "message", "request_id"} == set(json.loads(body))
    assert b"canary" not in (head + body).lower()


async def test_what_is_the_clients_fault_is_one_line_of_the_log_without_a_word_of_theirs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("info")
    port = unused_port()
    with bound("127.0.0.1", port, shared=False) as places:
        async with listening(web.Application(), places):
            await _said(port, b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"CANARY" * 3000 + b"\r\n\r\n")
    [line] = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["level"], told["event"], told["status"]) == ("info", "unreadable_request", 400)
    assert "exception" not in told
    assert "canary" not in line.lower()


async def test_who_comes_before_there_is_anything_to_serve_waits() -> None:
    app = web.Application()
    app.router.add_get("/", _greet)
    port = unused_port()
    with bound("localhost", port, shared=False) as places:
        early = asyncio.ensure_future(_said(port, b"GET / HTTP/1.0\r\n\r\n"))
        await asyncio.sleep(0)
        async with listening(app, places):
            assert (await early).endswith(b"hello")
    assert {place.fileno() for place in places} == {-1}


async def _greet(_: web.Request) -> web.Response:
    return web.Response(text="hello")


ABSENT = (socket.AF_INET6, ("2001:db8::1", 0))
"""Of a net that exists in books only: to take it fails as it does where there is no IPv6."""


def test_a_name_that_also_stands_for_an_ipv6_that_is_not_here_is_served_where_it_is() -> None:
    here = (socket.AF_INET, ("127.0.0.1", 0))
    with taken([ABSENT, here, here, ABSENT], shared=False) as places:
        assert [place.getsockname()[0] for place in places] == ["127.0.0.1"]


@pytest.mark.parametrize("addresses", [[ABSENT], [ABSENT, ABSENT], [(socket.AF_INET, ("192.0.2.1", 0))]])
def test_what_can_be_served_nowhere_is_told(addresses: list[tuple[socket.AddressFamily, Any]]) -> None:
    with pytest.raises(OSError, match=r"attempting to bind|not supported"), taken(addresses, shared=False):
        pass


@pytest.mark.parametrize("host", ["a..b", "nobody.invalid"])
def test_a_name_of_nowhere_is_told_as_one(host: str) -> None:
    with pytest.raises(socket.gaierror), bound(host, 0, shared=False):
        pass


async def test_work_that_fails_beside_a_block_ends_the_block() -> None:
    async def fail() -> None:
        raise OSError("gone")

    with pytest.raises(ExceptionGroup) as caught:
        async with running(fail()):
            await asyncio.Event().wait()
    assert caught.group_contains(OSError, match="gone")
