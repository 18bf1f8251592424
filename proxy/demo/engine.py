"""Engine.IO 4 as Nightscout speaks it: long polling, websocket, and the change from the one to the other.

Nightscout also takes Engine.IO 3, JSONP and base64 framing; nothing needs them here, so they are refused.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Final

import msgspec
from aiohttp import WSMsgType, web

PATH: Final = "/socket.io/"
PING_SECONDS: Final = 25.0
PONG_SECONDS: Final = 20.0
LARGEST: Final = 1_000_000
_TICK_SECONDS: Final = 0.5
_NOOP_SECONDS: Final = 0.1
_WORTH_COMPRESSING: Final = 512
_SEPARATOR: Final = "\x1e"
_FAULTS: Final = {
    0: "Transport unknown",
    1: "Session ID unknown",
    2: "Bad handshake method",
    3: "Bad request",
    5: "Unsupported protocol version",
}


class Link:
    """One client's connection: what waits for it, whichever way it is fetched. Times are the loop's, in seconds."""

    def __init__(self, sid: str, address: str, now: float) -> None:
        self.sid = sid
        self.address = address
        self.closed = False
        self.polling = False
        self._waiting: list[str] = []
        self._filled = asyncio.Event()
        self._ping_at = now + PING_SECONDS
        self._pong_by = float("inf")

    def send(self, packet: str) -> None:
        """Queue an Engine.IO packet."""
        if not self.closed:
            self._waiting.append(packet)
            self._filled.set()

    async def take(self) -> list[str]:
        """Wait for packets; none means that the connection is closed."""
        await self._filled.wait()
        taken, self._waiting = self._waiting, []
        if not self.closed:
            self._filled.clear()
        return taken

    def close(self) -> None:
        self.closed = True
        self._filled.set()

    def ponged(self, now: float) -> None:
        self._ping_at, self._pong_by = now + PING_SECONDS, float("inf")

    def tick(self, now: float) -> None:
        """Ping when it is time; close when the last ping stayed without an answer."""
        if now > self._pong_by:
            self.close()
        elif now >= self._ping_at:
            self._ping_at, self._pong_by = float("inf"), now + PONG_SECONDS
            self.send("2")


class Engine:
    """All connections. `heard` is given each message of a client, `left` each client that has gone."""

    def __init__(self, heard: Callable[[Link, str], Awaitable[None]], left: Callable[[Link], None]) -> None:
        self._heard, self._left = heard, left
        self._links: dict[str, Link] = {}

    async def run(self, _app: web.Application) -> AsyncIterator[None]:
        """Ping and let go for as long as the server runs; for `app.cleanup_ctx`."""
        task = asyncio.create_task(self._tick())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def stop(self, _app: web.Application) -> None:
        """Let everybody go, so that no open poll holds up a server that stops; for `app.on_shutdown`."""
        for link in list(self._links.values()):
            self.drop(link)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer a request for the socket's door."""
        query = request.query
        if query.get("EIO") != "4":
            return _refused(5)
        transport, sid = query.get("transport"), query.get("sid")
        if transport not in ("polling", "websocket"):
            return _refused(0)
        if "j" in query or "b64" in query or request.method not in ("GET", "POST"):
            return _refused(3)
        link = self._links.get(sid) if sid is not None else None
        if sid is not None and link is None:
            return _refused(1)
        if transport == "websocket":
            return await self._over_websocket(request, link)
        return await self._by_polling(request, link)

    def drop(self, link: Link) -> None:
        """Close a connection, and say that its client has gone."""
        link.close()
        if self._links.pop(link.sid, None) is not None:
            self._left(link)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            now = asyncio.get_running_loop().time()
            for link in list(self._links.values()):
                link.tick(now)
                if link.closed:
                    self.drop(link)

    def _opened(self, request: web.Request, upgrades: list[str]) -> Link:
        claimed = request.headers.get("X-Forwarded-For", "").split(",")[0].strip()
        link = Link(
            secrets.token_urlsafe(15), claimed or request.remote or "", asyncio.get_running_loop().time()
        )
        self._links[link.sid] = link
        greeting = {
            "sid": link.sid,
            "upgrades": upgrades,
            "pingInterval": int(PING_SECONDS * 1000),
            "pingTimeout": int(PONG_SECONDS * 1000),
            "maxPayload": LARGEST,
        }
        link.send("0" + msgspec.json.encode(greeting).decode())
        return link

    async def _by_polling(self, request: web.Request, link: Link | None) -> web.StreamResponse:
        if request.method == "POST":
            return _refused(2) if link is None else await self._posted(request, link)
        if link is None:
            link = self._opened(request, ["websocket"])
        elif link.polling:
            self.drop(link)
            return _refused(3)
        link.polling = True
        try:
            packets = await link.take()
        finally:
            link.polling = False
        return _packets(request, packets or ["1"])

    async def _posted(self, request: web.Request, link: Link) -> web.StreamResponse:
        try:
            said = (await request.read()).decode()
        except UnicodeDecodeError:
            return _refused(3)
        for packet in said.split(_SEPARATOR):
            await self._packet(link, packet)
        return web.Response(text="ok", content_type="text/html")

    async def _packet(self, link: Link, packet: str) -> None:
        match packet[:1]:
            case "1":
                self.drop(link)
            case "3":
                link.ponged(asyncio.get_running_loop().time())
            case "4" if not link.closed:
                await self._heard(link, packet[1:])

    async def _over_websocket(self, request: web.Request, link: Link | None) -> web.StreamResponse:
        socket = web.WebSocketResponse(max_msg_size=LARGEST)
        if not socket.can_prepare(request):
            return _refused(3)
        await socket.prepare(request)
        if link is None:
            link = self._opened(request, [])
        elif not await _has_changed_over(socket, link):
            return socket
        writer = asyncio.create_task(_write(socket, link))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._packet(link, message.data)
        finally:
            self.drop(link)
            writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer
        return socket


async def _has_changed_over(socket: web.WebSocketResponse, link: Link) -> bool:
    """Follow a client from polling to this websocket: probe, empty the open poll, and wait for its word."""
    if (await socket.receive()).data != "2probe":
        return False
    await socket.send_str("3probe")
    word = asyncio.ensure_future(socket.receive())
    while not (await asyncio.wait({word}, timeout=_NOOP_SECONDS))[0]:
        if link.polling:
            link.send("6")
    return bool(word.result().data == "5")


async def _write(socket: web.WebSocketResponse, link: Link) -> None:
    try:
        while not link.closed:
            for packet in await link.take():
                await socket.send_str(packet)
        await socket.close()
    except ConnectionError:
        link.close()


def _packets(request: web.Request, packets: list[str]) -> web.Response:
    body = _SEPARATOR.join(packets).encode()
    response = web.Response(body=body, content_type="text/plain", charset="UTF-8")
    if len(body) >= _WORTH_COMPRESSING and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.enable_compression(web.ContentCoding.gzip)
    return response


def _refused(code: int) -> web.Response:
    return web.json_response({"code": code, "message": _FAULTS[code]}, status=400)
