"""The live feed: Socket.IO's namespaces `/`, `/alarm` and `/storage`, open as far as Nightscout leaves them open.

Nobody can write here: whoever asks to is refused as a reader is.
"""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from aiohttp import web

from proxy.demo import frames
from proxy.demo.alarms import Alarms
from proxy.demo.desk import Desk
from proxy.demo.doorkeeper import Access
from proxy.demo.engine import Engine, Link
from proxy.demo.feed import Arrived, Feed
from proxy.demo.v3 import COLLECTIONS, as_document

Row = dict[str, Any]
NAMESPACES: Final = ("/", "/alarm", "/storage")
_FORM: Final = re.compile(
    r"(?P<type>[0-6])(?:(?P<namespace>/[^,]*)(?:,|$))?(?P<id>\d*)(?P<data>.*)", re.DOTALL
)
_WRITABLE: Final = ("treatments", "entries", "devicestatus", "profile", "food", "activity")
_BAD_TOKEN: Final = {"success": False, "message": "Missing or bad accessToken"}
_SUBSCRIBED: Final = {"success": True, "message": "Subscribed for alarms"}
_TO_NOTHING: Final = {"success": False, "message": "Unauthorized to receive any collection"}


@dataclass(slots=True)
class Guest:
    """One client: the namespaces that it is in, and what it may do."""

    link: Link
    namespaces: set[str] = field(default_factory=set)
    access: Access | None = None
    receives: bool = False
    may_silence: bool = False
    collections: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Said:
    """One event of a client. `answer` acknowledges it, if the client waits for that."""

    guest: Guest
    namespace: str
    arguments: list[Any]
    answer: Callable[[Any], None]

    @property
    def first(self) -> Row:
        """Its first argument, if that can be looked into."""
        return self.arguments[0] if self.arguments and isinstance(self.arguments[0], dict) else {}


Hearing = Callable[[Said], Awaitable[None]]


class Sockets:
    """All clients of one site. With `every` (seconds) the site lives on by itself; without, when `beat` is called."""

    def __init__(self, desk: Desk, every: float | None) -> None:
        self._desk, self._every = desk, every
        self._feed = Feed(desk.site, desk.now)
        self._alarms = Alarms(desk.site.settings["thresholds"])
        self._guests: dict[str, Guest] = {}
        self.engine = Engine(self._heard, self._left)

    async def run(self, _app: web.Application) -> AsyncIterator[None]:
        """Let time pass for as long as the server runs; for `app.cleanup_ctx`."""
        task = asyncio.create_task(self._live(self._every)) if self._every else None
        yield
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def beat(self) -> Arrived:
        """Let time pass until now, and send to everybody what came; give it, too."""
        arrived = self._feed.arrived()
        update = frames.delta(self._desk.site, arrived)
        if update is not None:
            self._tell("/", ("dataUpdate", update), lambda guest: guest.receives)
        for row in arrived.get("treatments", []):
            if "srvCreated" in row:  # written through API v3: only those are told of here
                document = {"colName": "treatments", "doc": as_document("treatments", row)}
                self._tell("/storage", ("create", document), lambda guest: "treatments" in guest.collections)
        for notice in self._alarms.notices(arrived):
            self._tell("/alarm", notice)
        return arrived

    async def _live(self, every: float) -> None:
        while True:
            await asyncio.sleep(every)
            self.beat()

    def _tell(
        self, namespace: str, event: tuple[Any, ...], to: Callable[[Guest], bool] | None = None
    ) -> None:
        packet = _packet("2", namespace, "", event)
        for guest in self._guests.values():
            if namespace in guest.namespaces and (to is None or to(guest)):
                guest.link.send(packet)

    async def _heard(self, link: Link, text: str) -> None:
        found = _FORM.fullmatch(text)
        guest = self._guests.setdefault(link.sid, Guest(link))
        if found is None:
            return
        namespace = found["namespace"] or "/"
        match found["type"]:
            case "0":
                self._connect(guest, namespace)
            case "1":
                self._disconnect(guest, namespace)
            case "2" if namespace in guest.namespaces:
                await self._event(guest, namespace, found["id"], found["data"])

    def _connect(self, guest: Guest, namespace: str) -> None:
        if namespace not in NAMESPACES:
            guest.link.send(_packet("4", namespace, "", {"message": "Invalid namespace"}))
            return
        guest.namespaces.add(namespace)
        guest.link.send(_packet("0", namespace, "", {"sid": secrets.token_urlsafe(15)}))
        if namespace == "/":
            self._count()

    def _disconnect(self, guest: Guest, namespace: str) -> None:
        guest.namespaces.discard(namespace)
        if namespace == "/":
            guest.receives = False
            self._count()

    def _left(self, link: Link) -> None:
        guest = self._guests.pop(link.sid, None)
        if guest is not None and "/" in guest.namespaces:
            self._count()

    def _count(self) -> None:
        self._tell("/", ("clients", sum("/" in guest.namespaces for guest in self._guests.values())))

    async def _event(self, guest: Guest, namespace: str, number: str, data: str) -> None:
        try:
            name, *arguments = msgspec.json.decode(data, type=list[Any])
        except (msgspec.DecodeError, ValueError):
            self.engine.drop(guest.link)
            return

        def answer(value: Any) -> None:
            if number:
                guest.link.send(_packet("3", namespace, number, [value]))

        hearing = self._events().get((namespace, str(name)))
        if hearing is not None:
            await hearing(Said(guest, namespace, arguments, answer))

    def _events(self) -> Mapping[tuple[str, str], Hearing]:
        writes = dict.fromkeys(("dbAdd", "dbUpdate", "dbUpdateUnset", "dbRemove"), self._write)
        return {
            ("/", "authorize"): self._authorize,
            ("/", "loadRetro"): self._load_retro,
            **{("/", name): hearing for name, hearing in writes.items()},
            ("/alarm", "subscribe"): self._subscribe,
            ("/alarm", "ack"): self._silence,
            ("/storage", "subscribe"): self._subscribe_to_storage,
        }

    async def _access(self, said: Said, secret: str, token: str) -> Access | None:
        given = {name: value for name, value in said.first.items() if isinstance(value, str)}
        return await self._desk.keeper.access(
            secret=given.get(secret), token=given.get(token), address=said.guest.link.address
        )

    async def _authorize(self, said: Said) -> None:
        guest, now = said.guest, self._desk.now()
        access = await self._access(said, "secret", "token")
        if access is None:
            guest.link.send(_packet("1", "/", "", None))
            self._disconnect(guest, "/")
            return
        guest.access = access
        guest.link.send(_packet("2", "/", "", ["connected"]))
        rights = {
            "read": access.may("api:*:read"),
            "write": access.may("api:*:create"),
            "write_treatment": access.may("api:treatments:create"),
        }
        if rights["read"]:
            guest.receives = True
            update = frames.full(self._desk.site, now)
            if said.first.get("status"):
                update["status"] = frames.whole_status(self._desk.site, now)
            guest.link.send(_packet("2", "/", "", ["dataUpdate", update]))
        said.answer(rights)

    async def _load_retro(self, said: Said) -> None:
        """Answer everybody, as Nightscout does: it asks for no authorization here."""
        said.answer({"result": "success"})
        update = frames.retro(self._desk.site, self._desk.now())
        said.guest.link.send(_packet("2", "/", "", ["retroUpdate", update]))

    async def _write(self, said: Said) -> None:
        if said.first.get("collection") not in _WRITABLE:
            said.answer({"result": "Wrong collection"})
        else:
            said.answer({"result": "Not authorized" if said.guest.access is None else "Not permitted"})

    async def _subscribe(self, said: Said) -> None:
        raw = said.first.get("accessToken")
        if raw:
            known = isinstance(raw, str) and self._desk.keeper.authorize(raw) is not None
            said.guest.may_silence |= known
            said.answer(_SUBSCRIBED if known else _BAD_TOKEN)
            return
        access = await self._access(said, "secret", "jwtToken")
        if access is None:
            said.answer(_BAD_TOKEN)
            return
        may_silence = access.may("notifications:*:ack")
        said.guest.may_silence |= may_silence
        said.answer({**_SUBSCRIBED, "read": access.may("api:*:read"), "ack": may_silence})

    async def _silence(self, said: Said) -> None:
        match said.arguments:
            case [int(level), str(group), *_] if said.guest.may_silence:
                self._tell("/alarm", ("clear_alarm", self._alarms.silence(level, group)))

    async def _subscribe_to_storage(self, said: Said) -> None:
        raw = said.first.get("accessToken")
        if not isinstance(raw, str) or not self._desk.keeper.is_token(raw):
            said.answer(_BAD_TOKEN)
            return
        asked = said.first.get("collections")
        wanted = asked if isinstance(asked, list) else COLLECTIONS
        # Settings are for admins.
        allowed = [name for name in wanted if name in COLLECTIONS and name != "settings"]
        said.guest.collections |= set(allowed)
        said.answer({"success": True, "collections": allowed} if allowed else _TO_NOTHING)


def _packet(kind: str, namespace: str, number: str, data: Any) -> str:
    prefix = "" if namespace == "/" else f"{namespace},"
    return "4" + kind + prefix + number + ("" if data is None else msgspec.json.encode(data).decode())
