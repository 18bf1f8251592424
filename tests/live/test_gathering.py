"""All sockets in one process: what the others hand on to it arrives whole, as itself, and can be cut there."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from proxy.gate.streams import abort, unsent
from proxy.live.engine import LARGEST
from proxy.live.gathering import DOOR, Gathering

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Worker:
    """What stands for a process here: a server of its own, with its part in the gathering."""

    gathering: Gathering
    port: int
    task: "asyncio.Task[None]"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/socket.io/"

    async def stop(self) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task

    async def until_here(self) -> None:
        async with asyncio.timeout(30):
            while not self.gathering.is_here:  # noqa: ASYNC110 - seen from outside
                await asyncio.sleep(0.01)


@dataclass
class Workers:
    """The first has the sockets."""

    first: Worker
    second: Worker
    session: aiohttp.ClientSession


async def echo(request: web.Request) -> web.StreamResponse:
    """Tell what arrived, by websocket too."""
    if "Upgrade" in request.headers:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(f"heard {message.data}")
        return socket
    body = await request.read()
    return web.json_response(
        {
            "method": request.method,
            "target": request.raw_path,
            "headers": [[name, value] for name, value in request.headers.items()],
            "body": body.decode(),
            "from": request.remote,
        }
    )


@asynccontextmanager
async def workers(folder: Path, serve: Serve = echo) -> AsyncIterator[Workers]:
    """Run two; only the first one's `serve` is reached, the second's would fail."""

    async def nowhere(_: web.Request) -> web.StreamResponse:
        raise AssertionError("served in the wrong process")

    async with AsyncExitStack() as stack:
        first = await worker(stack, folder, serve)
        await first.until_here()
        second = await worker(stack, folder, nowhere)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        yield Workers(first, second, session)


async def worker(
    stack: AsyncExitStack,
    folder: Path,
    serve: Serve,
    left: Callable[[asyncio.Transport], int] = unsent,
) -> Worker:
    gathering = Gathering(folder, serve, unsent=left)
    app = web.Application()
    app.add_routes(gathering.routes())
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True)  # as app.py has it
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    assert runner.server is not None
    made = Worker(gathering, runner.addresses[0][1], asyncio.create_task(gathering.run(runner.server)))
    stack.push_async_callback(made.stop)
    return made


async def test_a_request_arrives_as_it_was_sent_from_the_address_that_sent_it(tmp_path: Path) -> None:
    headers = {"Cookie": "chaperone=a; b=c", "X-Odd": "f\xfcr dich", "X-Forwarded-For": "192.0.2.7"}
    async with workers(tmp_path) as two, AsyncExitStack() as stack:
        told = []
        for each in (two.first, two.second):
            url = URL(each.url + "?EIO=4&sid=%41", encoded=True)
            request = two.session.post(url, data=b"4hello", headers=headers)
            told.append(await (await stack.enter_async_context(request)).json())
        there, here = told
        for part in ("method", "body", "from"):
            assert there[part] == here[part]
        assert there["target"] == here["target"] == "/socket.io/?EIO=4&sid=%41"
        assert dict(there["headers"])["X-Odd"] == dict(here["headers"])["X-Odd"]
        assert dict(here["headers"])["Cookie"] == headers["Cookie"]


async def test_what_is_repeated_stays_repeated(tmp_path: Path) -> None:
    headers = [("Cookie", "a=1"), ("Cookie", "b=2"), ("X-Twice", "x"), ("X-Twice", "y")]
    async with workers(tmp_path) as two, two.session.get(two.second.url, headers=headers) as response:
        told = [
            pair for pair in (await response.json())["headers"] if pair[0].lower() in ("cookie", "x-twice")
        ]
    assert [value for _, value in told] == ["a=1", "b=2", "x", "y"]


async def test_the_answer_ends_the_connection_so_that_one_process_does_not_gather_all(tmp_path: Path) -> None:
    async with workers(tmp_path) as two:
        async with two.session.get(two.second.url) as response:
            assert response.headers["Connection"] == "close"
        async with two.session.get(two.first.url) as response:
            assert "Connection" not in response.headers


async def test_a_websocket_goes_on_there(tmp_path: Path) -> None:
    async with workers(tmp_path) as two, two.session.ws_connect(two.second.url) as websocket:
        for number in range(3):
            await websocket.send_str(str(number))
            assert await websocket.receive_str(timeout=30) == f"heard {number}"


async def test_who_serves_it_can_cut_it_at_once(tmp_path: Path) -> None:
    waiting = asyncio.Event()

    async def cut(request: web.Request) -> web.StreamResponse:
        waiting.set()
        assert request.transport is not None
        abort(request.transport)
        await asyncio.sleep(30)
        return web.Response()

    async with workers(tmp_path, cut) as two:
        reader, writer = await asyncio.open_connection("127.0.0.1", two.second.port)
        writer.write(b"GET /socket.io/ HTTP/1.1\r\nHost: x\r\n\r\n")
        async with asyncio.timeout(30):
            with pytest.raises(ConnectionResetError):
                await reader.read()
        assert waiting.is_set()
        writer.close()


async def test_a_client_that_leaves_is_noticed_there(tmp_path: Path) -> None:
    came, left = asyncio.Event(), asyncio.Event()

    async def wait(_: web.Request) -> web.StreamResponse:
        came.set()
        try:
            await asyncio.sleep(60)
        finally:
            left.set()
        return web.Response()

    async with workers(tmp_path, wait) as two:
        _, writer = await asyncio.open_connection("127.0.0.1", two.second.port)
        writer.write(b"GET /socket.io/ HTTP/1.1\r\nHost: x\r\n\r\n")
        async with asyncio.timeout(30):
            await came.wait()
            writer.close()
            await left.wait()


async def test_a_body_that_is_too_long_goes_on_as_too_long(tmp_path: Path) -> None:
    async with (
        workers(tmp_path) as two,
        two.session.post(two.second.url, data=b"x" * (LARGEST * 3)) as response,
    ):
        assert len((await response.json())["body"]) == LARGEST + 1


async def test_chunks_and_compression_of_the_first_hop_are_undone(tmp_path: Path) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b"4he", b"llo"):
            yield piece

    async with workers(tmp_path) as two:
        for options in ({"data": pieces()}, {"data": b"4hello", "compress": "gzip"}):
            async with two.session.post(two.second.url, **options) as response:
                told = await response.json()
            assert told["body"] == "4hello"
            assert not {"transfer-encoding", "content-encoding"} & {
                name.lower() for name, _ in told["headers"]
            }


@pytest.mark.parametrize("body", [b"\x1f\x8bnonsense", b""])
async def test_a_body_that_is_not_what_its_headers_say_is_refused(tmp_path: Path, body: bytes) -> None:
    headers = {"Content-Encoding": "gzip", "Content-Length": "100"} if body else {"Content-Encoding": "gzip"}
    async with workers(tmp_path) as two:
        reader, writer = await asyncio.open_connection("127.0.0.1", two.second.port)
        lines = [
            "POST /socket.io/ HTTP/1.1",
            "Host: x",
            "Connection: close",
            *map(": ".join, headers.items()),
            "\r\n",
        ]
        writer.write("\r\n".join(lines).encode() + body.ljust(100, b"x") * bool(body))
        async with asyncio.timeout(30):
            status = (await reader.read()).split()[1]
        assert status == (b"400" if body else b"200")
        writer.close()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD", "TRACE", "GET"])
async def test_what_is_no_request_of_this_kind_is_refused_where_it_arrived(
    tmp_path: Path, method: str
) -> None:
    data = b"a body" if method == "GET" else None
    async with (
        workers(tmp_path) as two,
        two.session.request(method, two.second.url, data=data) as response,
    ):
        assert response.status == 400


async def test_when_the_one_with_the_sockets_ends_another_takes_its_place(tmp_path: Path) -> None:
    async with workers(tmp_path) as two, AsyncExitStack() as stack:
        third = await worker(stack, tmp_path, echo)
        await two.second.stop()
        await two.first.stop()
        # Asked while nobody serves: it waits for who takes over, and that may be the one that was asked.
        async with two.session.get(third.url) as response:
            assert response.status == 200
        assert third.gathering.is_here
        assert not two.first.gathering.is_here


async def test_where_nobody_serves_them_it_is_told_to_come_again(tmp_path: Path) -> None:
    async with workers(tmp_path) as two:
        await two.first.stop()
        await two.second.stop()
        async with two.session.get(two.second.url) as response:
            assert response.status == 503
            assert response.headers["Retry-After"] == "1"
            assert (await response.json())["reason"] == "live_unavailable"


async def test_a_connection_that_still_delivers_an_earlier_answer_is_not_handed_on(tmp_path: Path) -> None:
    async with workers(tmp_path) as two, AsyncExitStack() as stack:
        busy = await worker(stack, tmp_path, echo, left=lambda _: 1)
        async with two.session.get(busy.url) as response:
            assert response.status == 503


async def test_the_inner_door_is_private_and_goes_with_its_process(tmp_path: Path) -> None:
    async with workers(tmp_path) as two:
        assert (tmp_path / DOOR).stat().st_mode & 0o777 == 0o600
        await two.second.stop()
        await two.first.stop()
        assert not (tmp_path / DOOR).exists()


@pytest.mark.parametrize("text", [b"", b"\0", b"\0\0\0\5hello", b"\xff\xff\xff\xff", b"x" * 1000])
async def test_who_knocks_at_the_inner_door_without_a_connection_disturbs_nobody(
    tmp_path: Path, text: bytes
) -> None:
    async with workers(tmp_path) as two:
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(str(tmp_path / DOOR))
            door.sendall(text)
            async with two.session.get(two.second.url) as response:
                assert response.status == 200


@pytest.mark.parametrize("length", [5, 300 * 1024])
async def test_a_connection_that_comes_without_its_request_is_closed(tmp_path: Path, length: int) -> None:
    async with workers(tmp_path) as two:
        ours, theirs = socket.socketpair()
        with ours, socket.socket(socket.AF_UNIX) as door:
            door.connect(str(tmp_path / DOOR))
            socket.send_fds(door, [length.to_bytes(4)], [theirs.fileno()])
            theirs.close()
            door.shutdown(socket.SHUT_WR)
            ours.setblocking(False)
            async with asyncio.timeout(30):
                assert await asyncio.get_running_loop().sock_recv(ours, 1) == b""
        async with two.session.get(two.second.url) as response:
            assert response.status == 200


async def test_a_folder_with_a_very_long_path_will_do(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 40)
    folder.mkdir()
    async with workers(folder) as two, two.session.get(two.second.url) as response:
        assert response.status == 200


async def test_a_door_that_a_killed_process_left_is_no_hindrance(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / DOOR))
    async with workers(tmp_path) as two, two.session.get(two.second.url) as response:
        assert response.status == 200


async def test_many_at_once_all_arrive(tmp_path: Path) -> None:
    async def ask(two: Workers, number: int) -> str:
        async with two.session.post(two.second.url, data=str(number)) as response:
            told: str = (await response.json())["body"]
            return told

    async with workers(tmp_path) as two:
        told = await asyncio.gather(*(ask(two, number) for number in range(300)))
    assert told == [str(number) for number in range(300)]
