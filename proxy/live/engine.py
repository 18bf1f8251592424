"""Engine.IO, protocol 4, as Nightscout's pages (long polling) and native clients (websocket) speak it.

Written out here rather than taken from a library, because what must not be is as important as what must: no older
protocol, no JSONP, no base64, no upgrades, no queue without an end, no task or timer per connection, and every
transport within reach, so that an ended grant is cut at once. Checked against the public clients in the tests.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final, Generic, Protocol, TypeVar
from urllib.parse import parse_qsl

import msgspec
from aiohttp import WSMsgType, web

from proxy.core.errors import ChaperoneError
from proxy.core.headers import PRIVATE
from proxy.live.packets import Malformed
from proxy.live.parcel import WORTH_COMPRESSING, Parcel, together
from proxy.live.refused import bad_request, bad_version, crowded, foreign, reason_of, refusal, unknown_sid
from proxy.live.wire import PING_SECONDS, PONG_SECONDS, Abort, Wire

PATH: Final = "/socket.io/"
LARGEST: Final = 100_000
"""Bytes of one request or websocket message: clients have next to nothing to say."""
MOST_WIRES: Final = 2_000
_BODY_SECONDS: Final = 10
_KNOWN: Final = frozenset({"EIO", "transport", "sid", "t", "token"})
_SEPARATOR: Final = "\x1e"
_NOTHING: Final = Parcel("6")
_SQUEEZED: Final = {**PRIVATE, "Content-Encoding": "gzip", "Vary": PRIVATE["Vary"] + ", Accept-Encoding"}


class Guest(Protocol):
    """Whoever is at the other end."""

    @property
    def wire(self) -> Wire: ...

    async def still(self, request: web.Request) -> None:
        """Raise a ChaperoneError unless this request may use the connection."""
        ...

    async def heard(self, text: str, request: web.Request) -> None:
        """Take a message. Raises a ChaperoneError if the connection must be closed."""
        ...

    def carries(self, transport: asyncio.Transport | None, *, under_way: bool) -> None:
        """Note an answer with data that goes out on a transport."""
        ...

    def left(self) -> None:
        """Note that the connection is closed."""
        ...


G = TypeVar("G", bound=Guest)


class Engine(Generic[G]):
    """The connections of all clinicians of a site. `origin` is the only one whose pages may connect.

    `refused` is told the reason of each refusal.
    """

    def __init__(
        self,
        admit: Callable[[web.Request, Wire], Awaitable[G]],
        *,
        origin: str,
        abort: Abort,
        refused: Callable[[str], None],
    ) -> None:
        self._admit = admit
        self._origin = origin
        self._abort = abort
        self._refused = refused
        self.guests: dict[str, G] = {}

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one request to `/socket.io/`."""
        try:
            _check_target(request)
            self._check_origin(request)
            asked = parameters(request)
            if "sid" not in asked:
                return await self._begin(request, asked)
            return await self._go_on(request, asked)
        except ChaperoneError as error:
            self._refused(reason_of(error))
            return refusal(error)

    def tick(self) -> None:
        """Ping, and let go of those who are gone; a few times a second."""
        now = _now()
        for guest in list(self.guests.values()):
            guest.wire.tick(now)
            if guest.wire.closed:
                self._forget(guest)

    def _check_origin(self, request: web.Request) -> None:
        origin = request.headers.get("Origin", self._origin)
        if origin != self._origin or request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
            raise foreign()

    async def _begin(self, request: web.Request, asked: Mapping[str, str]) -> web.StreamResponse:
        if request.method != "GET":
            raise bad_request()
        if len(self.guests) >= MOST_WIRES:
            raise crowded()
        wire = Wire(secrets.token_urlsafe(16), now=_now(), abort=self._abort)
        is_websocket = asked["transport"] == "websocket"
        if is_websocket and not web.WebSocketResponse().can_prepare(request).ok:
            raise bad_request()
        guest = await self._admit(request, wire)
        self.guests[wire.sid] = guest
        if is_websocket:
            return await self._websocket(request, guest)
        return await _answer(request, Parcel(_opening(wire)))

    async def _go_on(self, request: web.Request, asked: Mapping[str, str]) -> web.StreamResponse:
        guest = self.guests.get(asked["sid"])
        if guest is None or guest.wire.closed:
            raise unknown_sid()
        if asked["transport"] != "polling" or request.method not in ("GET", "POST"):
            raise bad_request()
        await guest.still(request)
        return await (self._poll if request.method == "GET" else self._post)(request, guest)

    async def _poll(self, request: web.Request, guest: G) -> web.Response:
        wire = guest.wire
        async with self._alone(guest, "polling"):
            wire.carried_by(request.transport)
            try:
                packets = await wire.take()
            finally:
                wire.let_go(request.transport)
        if not packets and wire.left:  # a page that is left: its open question ends in peace, without a fault
            return await _answer(request, _NOTHING)
        if not packets:
            raise unknown_sid()
        guest.carries(request.transport, under_way=True)
        response = await _answer(request, together(packets, _SEPARATOR))
        if wire.closed:  # it ended while this was compressed
            raise unknown_sid()
        guest.carries(request.transport, under_way=False)
        return response

    async def _post(self, request: web.Request, guest: G) -> web.Response:
        async with self._alone(guest, "posting"):
            for packet in _text(await read_body(request)).split(_SEPARATOR):
                await self._packet(packet, request, guest)
        return web.Response(body=b"ok", content_type="text/html", headers=PRIVATE)

    @asynccontextmanager
    async def _alone(self, guest: G, kind: str) -> AsyncIterator[None]:
        """Let one request of a kind in at a time; whatever goes wrong in it ends the connection."""
        wire = guest.wire
        if getattr(wire, kind):
            self._end(guest)
            raise bad_request()
        setattr(wire, kind, True)
        try:
            yield
        except ChaperoneError:
            self._end(guest)
            raise
        finally:
            setattr(wire, kind, False)

    async def _packet(self, packet: str, request: web.Request, guest: G) -> None:
        guest.wire.hears(_now())
        match packet[:1]:
            case "4":
                await guest.heard(packet[1:], request)
            case "3":
                guest.wire.ponged(_now())
            case "1":
                guest.wire.left = True
                self._end(guest)
            case _:
                raise Malformed("This is no packet that is served here.")

    async def _websocket(self, request: web.Request, guest: G) -> web.StreamResponse:
        socket = web.WebSocketResponse(max_msg_size=LARGEST, compress=False)
        try:
            await socket.prepare(request)
            guest.wire.goes_straight(request.transport)
            guest.wire.send(Parcel(_opening(guest.wire)))
            await self._read(socket, request, guest)
        except ConnectionError:
            pass
        finally:
            self._end(guest)
        return socket

    async def _read(self, socket: web.WebSocketResponse, request: web.Request, guest: G) -> None:
        try:
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    return
                await self._packet(message.data, request, guest)
                if message.data == "3":
                    # A websocket has no further requests: so with each pong we look whether it still may be here.
                    await guest.still(request)
                if guest.wire.closed:
                    return
        except ChaperoneError:
            return

    def _end(self, guest: G) -> None:
        guest.wire.close()
        self._forget(guest)

    def _forget(self, guest: G) -> None:
        if self.guests.pop(guest.wire.sid, None) is not None:
            guest.left()


def _check_target(request: web.Request) -> None:
    """Let no address in that is spelt otherwise than every client spells it, and no body where none belongs."""
    if request.raw_path.partition("?")[0] != PATH or (request.method == "GET" and request.body_exists):
        raise bad_request()


def parameters(request: web.Request) -> Mapping[str, str]:
    """Read the query: each known name once, nothing else. Raises Refused."""
    try:
        pairs = parse_qsl(
            request.rel_url.raw_query_string,
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=len(_KNOWN),
        )
    except ValueError as error:
        raise bad_request() from error
    asked = dict(pairs)
    if asked.get("EIO") != "4":
        raise bad_version()
    if len(asked) != len(pairs) or not asked.keys() <= _KNOWN:
        raise bad_request()
    if asked.get("transport") not in ("polling", "websocket"):
        raise bad_request()
    return asked


def _opening(wire: Wire) -> str:
    facts = {
        "sid": wire.sid,
        "upgrades": [],
        "pingInterval": round(PING_SECONDS * 1000),
        "pingTimeout": round(PONG_SECONDS * 1000),
        "maxPayload": LARGEST,
    }
    return "0" + msgspec.json.encode(facts).decode()


async def read_body(request: web.Request) -> bytes:
    """Read a body to its end, or to one byte more than may be. Raises Malformed."""
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > LARGEST:
                    break
    except (TimeoutError, web.RequestPayloadError) as error:  # too slow, or not what its headers say
        raise Malformed("This can't be read.") from error
    return bytes(body[: LARGEST + 1])


def _text(body: bytes) -> str:
    if len(body) > LARGEST:
        raise Malformed("This is too much at once.")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise Malformed("This can't be read.") from error


async def _answer(request: web.Request, parcel: Parcel) -> web.Response:
    content, headers = parcel.body, PRIVATE
    if len(content) > WORTH_COMPRESSING and "gzip" in request.headers.get("Accept-Encoding", ""):
        content, headers = await parcel.squeezed(), _SQUEEZED
    return web.Response(body=content, content_type="text/plain", charset="utf-8", headers=headers)


def _now() -> float:
    return asyncio.get_running_loop().time()
