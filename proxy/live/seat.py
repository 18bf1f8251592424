"""One clinician's connection: Socket.IO's three namespaces, and what each event is answered.

Nothing that a client says has a way to Nightscout. What it may ask is answered from what is on record; what would
write gets Nightscout's own refusal; the rest is not heard.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from proxy.core.errors import TokenError
from proxy.core.grant import Grant
from proxy.core.ports import Clock, Store
from proxy.core.record import Draft, Value
from proxy.core.view import View
from proxy.live.frames import Frame, retro
from proxy.live.hub import Hub
from proxy.live.packets import (
    Malformed,
    Packet,
    acknowledged,
    connected,
    disconnected,
    event,
    not_connected,
    read_packet,
)
from proxy.live.parcel import Parcel
from proxy.live.ports import Desk
from proxy.live.wire import Wire

NAMESPACES: Final = ("/", "/alarm", "/storage")
_NO_TOKEN: Final = (None, "", "null", "undefined")
_READER: Final = {"read": True, "write": False, "write_treatment": False}
_SUBSCRIBED: Final = {"success": True, "message": "Subscribed for alarms"}
_BAD_TOKEN: Final = {"success": False, "message": "Missing or bad accessToken"}
_NO_COLLECTION: Final = {"success": False, "message": "Unauthorized to receive any collection"}


@dataclass(frozen=True, slots=True)
class Room:
    """What all connections work with."""

    store: Store
    clock: Clock
    desk: Desk
    hub: "Hub[Seat]"

    def draft(self, seen: Mapping[str, Value], view: View, frame: Frame, what: str = "") -> Draft:
        """Write down what a frame brings to a grant; `what` in other words than the frame's."""
        fields = {
            **seen,
            "door": frame.door,
            "query": what or frame.what,
            "status": 200,
            "rows": frame.rows,
            "bytes": frame.bytes,
            "view": view.id,
        }
        return Draft("answer", self.clock(), fields)

    async def record(self, grant: Grant, seen: Mapping[str, Value], frame: Frame, what: str = "") -> Grant:
        """Put a frame on record. Raises GrantEnded or StoreUnavailable: then it must not be sent."""
        grant = await self.store.append(grant.id, self.draft(seen, self.desk.view(grant), frame, what))
        await self.desk.spent(grant)
        return grant

    async def refuse(self, grant: Grant, seen: Mapping[str, Value], door: str, reason: str) -> None:
        """Put a refusal on record."""
        fields = {**seen, "door": door, "status": 403, "reason": reason}
        await self.store.append(grant.id, Draft("refusal", self.clock(), fields))
        await self.desk.spent(grant)


class Seat:
    """A connection, and the grant that it is for: known at the handshake, or from `authorize` on.

    `session` is the key of the browser session that opened it, if one did.
    """

    def __init__(
        self, room: Room, wire: Wire, grant: Grant | None, seen: Mapping[str, Value], *, session: str | None
    ) -> None:
        self.room = room
        self.wire = wire
        self.grant = grant
        self.seen = seen
        self.session = session
        self.view: View | None = None
        """The view whose frames it is sent, from `authorize` on."""
        self._namespaces: set[str] = set()
        self._held: list[Frame] | None = None

    async def still(self, request: web.Request) -> None:
        """Raise unless the request carries the grant of this connection and that grant is open.

        A browser always sends its cookie along: without it the session is over. Tools may send their token at the
        handshake only; from then on the connection's own secret id stands for it.
        """
        grant = await self.room.desk.holder(request)
        if grant is None:
            if self.session is not None:
                raise TokenError("a connection without the cookie that it was opened with")
            if self.grant is None:
                return
            grant = await self.room.store.grant(self.grant.id)
        if grant is None or self.grant is None or grant.id != self.grant.id:
            raise TokenError("a connection of another visit")
        if grant.state(self.room.clock()) != "open":
            raise TokenError("the access has ended")
        self._unchanged(grant)
        self.grant = grant

    def _unchanged(self, grant: Grant) -> None:
        """End this connection if the owner has changed what is shared since it was told of it: it comes again anew."""
        if self.view is not None and self.room.desk.view(grant).id != self.view.id:
            self.wire.close()
            raise TokenError("something else is shared now")

    async def heard(self, text: str, request: web.Request) -> None:
        """Answer one packet. Raises Malformed and all that ends a connection."""
        packet = read_packet(text)
        if packet.action == "connect":
            self._connect(packet.namespace)
        elif packet.namespace not in self._namespaces:
            raise Malformed("This namespace is not connected.")
        elif packet.action == "disconnect":
            self._disconnect(packet.namespace)
        elif packet.action == "event":
            await self._event(packet, request)

    def carries(self, transport: asyncio.Transport | None, *, under_way: bool) -> None:
        """Note an answer that is on its way, if it is one to a grant."""
        if self.grant is not None:
            self.room.desk.carries(self.grant, transport, under_way=under_way)

    def offer(self, frame: Frame) -> None:
        """Send a frame that is on record, after the one that the client starts from."""
        if self._held is None:
            self.wire.send(frame.parcel)
        else:
            self._held.append(frame)

    def told_of_reach(self, is_away: bool) -> None:
        """Tell a browser's page that Nightscout is out of reach, or back: an event of ours, with nothing of the site's."""
        if self.session is not None:
            self._send(event("chaperone", b'{"site":"away"}' if is_away else b'{"site":"back"}'))

    def left(self) -> None:
        """Stop receiving: of the view that it joined, whatever its grant shows by now."""
        view, self.view = self.view, None
        if view is not None:
            self.room.hub.leave(view, self)

    def _send(self, text: str) -> None:
        self.wire.send(Parcel("4" + text))

    def _connect(self, namespace: str) -> None:
        if namespace in self._namespaces:
            raise Malformed("This namespace is connected already.")
        if namespace in NAMESPACES:
            self._namespaces.add(namespace)
            self._send(connected(namespace, secrets.token_urlsafe(15)))
        else:
            self._send(not_connected(namespace))

    def _disconnect(self, namespace: str) -> None:
        self._namespaces.discard(namespace)
        if namespace == "/":
            self.left()

    async def _event(self, packet: Packet, request: web.Request) -> None:
        if self.grant is not None and not await self.room.desk.admits(self.grant, self.seen):
            raise TokenError("too many questions")
        answer = self._events().get((packet.namespace, packet.name))
        if answer is not None:
            await answer(packet, request)

    def _events(self) -> Mapping[tuple[str, str], Callable[[Packet, web.Request], Awaitable[None]]]:
        writes = dict.fromkeys(("dbAdd", "dbUpdate", "dbUpdateUnset", "dbRemove"), self._write)
        return {
            ("/", "authorize"): self._authorize,
            ("/", "loadRetro"): self._load_retro,
            **{("/", name): answer for name, answer in writes.items()},
            ("/alarm", "subscribe"): self._subscribe,
            ("/storage", "subscribe"): self._subscribe_storage,
        }

    def _answer(self, packet: Packet, answer: Any) -> None:
        if packet.id:
            self._send(acknowledged(packet.namespace, packet.id, answer))

    async def _authorize(self, packet: Packet, request: web.Request) -> None:
        try:
            grant = await self._vouched(packet, request, "token", "secret")
        except TokenError:
            if self.session is not None:
                raise  # its page has a stale ticket: it will come again with a fresh one
            self._send(disconnected("/"))
            self._disconnect("/")
            return
        view = self.room.desk.view(grant)
        if view.policy.detail != "full":
            await self.room.refuse(grant, self.seen, "socket authorize", "not_shared")
            raise TokenError("nothing live is shared")
        self._unchanged(grant)
        self.grant = grant
        frame = await self._join(view)
        if self.wire.closed:
            return
        self._send(event("connected"))
        if frame is not None:
            self._is_recorded(await self.room.record(grant, self.seen, frame, "live, opened"))
            self.wire.send(frame.parcel)
        held, self._held = self._held or (), None
        for later in held:
            self.wire.send(later.parcel)
        self._answer(packet, _READER)
        if self.room.hub.is_away(view):
            self.told_of_reach(True)

    async def _join(self, view: View) -> Frame | None:
        """Receive the frames of a view; give the one to start from. What comes meanwhile is held back."""
        self._held, self.view = [], view
        try:
            return await self.room.hub.join(view, self)
        finally:
            if self.wire.closed:  # cut while it waited: then it was not there yet to be left out
                self.room.hub.leave(view, self)

    def _is_recorded(self, grant: Grant) -> None:
        """Take over the grant as it was when a frame was put on record. Raises TokenError if it shows another view by then."""
        self._unchanged(grant)
        self.grant = grant

    async def _vouched(self, packet: Packet, request: web.Request, *names: str) -> Grant:
        """Give the grant of the first credential in an event, or of the connection. Raises TokenError."""
        said = packet.arguments[0] if packet.arguments else {}
        if not isinstance(said, dict):
            raise Malformed("This event says nothing that can be read.")
        raw = next((said[name] for name in names if said.get(name) not in _NO_TOKEN), None)
        if raw is None and self.grant is not None:
            return self.grant
        if not isinstance(raw, str):
            raise TokenError("no credential")
        grant = await self.room.desk.owner_of(request, raw)
        if self.grant is not None and self.grant.id != grant.id:
            raise TokenError("a credential of another visit")
        return grant

    async def _load_retro(self, packet: Packet, _: web.Request) -> None:
        state = None if self.view is None else self.room.hub.state(self.view)
        if self.grant is None or state is None:
            self._answer(packet, {"result": "Not authorized"})
            return
        frame = retro(state)
        self._is_recorded(await self.room.record(self.grant, self.seen, frame))
        self._answer(packet, {"result": "success"})
        self.wire.send(frame.parcel)

    async def _write(self, packet: Packet, _: web.Request) -> None:
        if self.grant is None or self.view is None:
            self._answer(packet, {"result": "Not authorized"})
            return
        await self.room.refuse(self.grant, self.seen, f"socket {packet.name}", "read_only")
        self._answer(packet, {"result": "Not permitted"})

    async def _subscribe(self, packet: Packet, request: web.Request) -> None:
        """Acknowledge, and never send: a clinic's computer should not alarm, and each alarm tells of something."""
        try:
            await self._vouched(packet, request, "accessToken", "jwtToken", "secret")
        except TokenError:
            self._answer(packet, _BAD_TOKEN)
            return
        is_native = bool(packet.arguments and packet.arguments[0].get("accessToken"))
        self._answer(packet, _SUBSCRIBED if is_native else {**_SUBSCRIBED, "read": True, "ack": False})

    async def _subscribe_storage(self, packet: Packet, _: web.Request) -> None:
        self._answer(packet, _NO_COLLECTION)
