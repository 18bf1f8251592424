"""What listens: also what is no HTTP gets our fields and our headers, and none of its own words back."""

import asyncio
import json

import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port

from proxy.cli.logs import configure_logs
from proxy.listening import bound, listening, running


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


async def test_work_that_fails_beside_a_block_ends_the_block() -> None:
    async def fail() -> None:
        raise OSError("gone")

    with pytest.raises(ExceptionGroup) as caught:
        async with running(fail()):
            await asyncio.Event().wait()
    assert caught.group_contains(OSError, match="gone")
