"""A Chaperone with its live feed, in front of a small Nightscout that rings, for tests of the socket edge."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import msgspec
import socketio  # type: ignore[import-untyped]  # it has no types
from aiohttp import web
from aiohttp.test_utils import TestServer

from proxy.core.neutral import profile_for
from proxy.core.plan import Fetch
from proxy.core.session import new_session
from proxy.core.view import View
from proxy.gate.desk import Desk
from proxy.gate.gate import Gate
from proxy.gate.rows import pages
from proxy.gate.upstream import Nightscout
from proxy.live import Bell, Live
from proxy.live.pulse import SILENT_SECONDS
from proxy.live.reach import AWAY_SECONDS
from tests.living import UPSTREAM_TOKEN, Access, Living, living
from tests.promises.still import StillSite, still

Row = dict[str, Any]


class Ringing:
    """Nightscout's socket, as far as it is a bell: it greets, authorizes and emits what a test tells it to."""

    def __init__(self) -> None:
        self.server = socketio.AsyncServer(async_mode="aiohttp", logger=False)
        self.said: list[Row] = []
        self.events: list[str] = []
        self.present = 0
        self.app = web.Application()
        self.server.attach(self.app)
        self.server.on("connect", self._came)
        self.server.on("disconnect", self._left)
        self.server.on("authorize", self._authorize)
        self.server.on("*", self._anything)

    async def ring(self, body: Any = None) -> None:
        """Say that something changed; what it says must not matter."""
        await self.server.emit("dataUpdate", body or {"delta": True, "sgvs": [{"mgdl": "CANARY-FRAME"}]})

    async def _came(self, sid: str, environ: Row, auth: Any = None) -> None:
        self.present += 1

    async def _left(self, sid: str) -> None:
        self.present -= 1

    async def _authorize(self, sid: str, said: Row) -> Row:
        self.said.append(said)
        await self.server.emit("connected", to=sid)
        await self.server.emit("dataUpdate", {"sgvs": [{"mgdl": "CANARY-FRAME"}]}, to=sid)
        return {"read": True, "write": False, "write_treatment": False}

    async def _anything(self, event: str, sid: str, *said: Any) -> None:
        self.events.append(event)


@dataclass
class Browser:
    """One python-socketio client, and what it was sent."""

    client: Any
    heard: list[tuple[str, Any]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, name: str, body: Any = None) -> None:
        self.heard.append((name, body))
        self.news.set()

    def named(self, name: str) -> list[Any]:
        return [body for event, body in self.heard if event == name]

    async def until(self, name: str, count: int = 1, *, seconds: float = 5) -> Any:
        """Wait for so many events of a name; give the last of them."""
        async with asyncio.timeout(seconds):
            while len(self.named(name)) < count:
                self.news.clear()
                await self.news.wait()
        return self.named(name)[count - 1]

    async def ask(self, name: str, *said: Any, namespace: str = "/") -> Any:
        return await self.client.call(name, said or None, namespace=namespace, timeout=5)

    async def authorize(self, token: str | None = None) -> Any:
        return await self.ask("authorize", {"client": "web", "token": token, "secret": None, "history": 48})


@dataclass
class Place:
    """What a test works with."""

    life: Living
    live: Live
    site: StillSite
    bell: Ringing
    fetched: list[Fetch]
    answering: asyncio.Event
    """Cleared for a site that takes every question and answers none."""
    browsers: list[Browser] = field(default_factory=list)

    @property
    def url(self) -> str:
        return str(self.life.url).rstrip("/")

    async def cookie(self, access: Access) -> str:
        """Sign a browser in; give its cookie header."""
        value, session = new_session(access.id, now=self.life.clock(), random=self.life.dice)
        await self.life.store.add_session(session)
        return f"chaperone={value}"

    async def connect(
        self, headers: dict[str, str] | None = None, *, transport: str = "polling", path: str = "/socket.io/"
    ) -> Browser:
        client = socketio.AsyncClient(reconnection=False)
        browser = Browser(client)
        client.on("dataUpdate", lambda body: browser.note("dataUpdate", body))
        client.on("retroUpdate", lambda body: browser.note("retroUpdate", body))
        client.on("connected", lambda: browser.note("connected"))
        client.on("disconnect", lambda *_: browser.note("disconnect"))
        for namespace in ("/", "/alarm", "/storage"):
            client.on("*", lambda name, *body: browser.note(f"unforeseen {name}", body), namespace=namespace)
        self.browsers.append(browser)
        await client.connect(
            self.url,
            headers=headers or {},
            transports=[transport],
            namespaces=["/", "/alarm", "/storage"],
            socketio_path=path,
            wait_timeout=5,
        )
        return browser

    async def watch(
        self, policy: str = "consultant", *, transport: str = "polling"
    ) -> tuple[Access, Browser]:
        """Mint a grant, connect as a tool and authorize."""
        access = await self.life.mint(policy)
        return access, await self.watch_as(access, transport=transport)

    async def watch_as(self, access: Access, *, transport: str = "polling") -> Browser:
        browser = await self.connect(access.bearer, transport=transport)
        assert await browser.authorize() == {"read": True, "write": False, "write_treatment": False}
        await browser.until("dataUpdate")
        return browser

    async def change(self, *rows: Row, collection: str = "entries") -> None:
        """Add rows to the site, and ring."""
        self.site.collections[collection] += rows
        await self.ring()

    async def ring(self) -> None:
        self.site._dated = []  # device status is read anew
        await self.bell.ring()

    async def empty(self) -> None:
        """Wait until nobody is connected any more."""
        async with asyncio.timeout(3):
            while len(self.live):  # noqa: ASYNC110 - seen from outside, as a person would
                await asyncio.sleep(0.02)

    async def records(self, access: Access) -> list[Row]:
        return [msgspec.json.decode(body) for body in await self.life.log(access)]

    async def pushes(self, access: Access) -> list[Row]:
        return [row for row in await self.records(access) if str(row.get("door")).startswith("socket")]


def reading(at: int, sgv: int = 123, **more: Any) -> Row:
    return {
        "_id": f"{at:024x}",
        "type": "sgv",
        "sgv": sgv,
        "date": at,
        "dateString": "2026-11-23T11:59:00.000Z",
        "direction": "Flat",
        "device": "CANARY-DEVICE",
        **more,
    }


@asynccontextmanager
async def opened(
    site: StillSite | None = None,
    *,
    standing: Callable[[View], Any] = profile_for,
    ringing: bool = True,
    store: Any = None,
    pause: float = 0.05,
    settle: float = 0.05,
    patience: float = AWAY_SECONDS,
    quiet: float = 3600,
    silent: float = SILENT_SECONDS,
    real: tuple[str, str] | None = None,
) -> AsyncIterator[Place]:
    """Start it all; without `ringing` Nightscout's socket can't be reached. `real` is another site, and its token."""
    data, bell, fetched, answering = site or still(), Ringing(), list[Fetch](), asyncio.Event()
    answering.set()
    async with AsyncExitStack() as stack:
        socket = await stack.enter_async_context(TestServer(bell.app))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        address = str(socket.make_url("/")) if ringing else "http://127.0.0.1:9"
        address, token = real or (address, UPSTREAM_TOKEN)
        upstream = None if real is None else Nightscout(session, *real)
        made: list[Live] = []

        def routes(gate: Gate) -> list[web.RouteDef]:
            async def fetch(asked: Fetch) -> bytes:
                fetched.append(asked)
                await answering.wait()
                return await (upstream or gate.nightscout).rows(asked)

            made.append(
                Live(
                    store=gate.store,
                    clock=gate.now,
                    desk=Desk(gate),
                    fetch=fetch,
                    pages=pages,
                    bell=Bell(session, address, token),
                    profile_for=standing,
                    public_url=gate.public_url,
                    registry=gate.metrics.registry,
                    pause=pause,
                    settle=settle,
                    patience=patience,
                    quiet=quiet,
                    silent=silent,
                )
            )
            return [web.route("*", "/socket.io/", made[0].serve)]

        life = await stack.enter_async_context(living(data, store=store, also=routes))
        live = made[0]
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        for work in (live.run(), _watch(life, live)):
            stack.callback(tasks.create_task(work).cancel)
        place = Place(life, live, data, bell, fetched, answering)
        try:
            yield place
        finally:
            for browser in place.browsers:
                await browser.client.disconnect()


async def _watch(life: Living, live: Live) -> None:
    async for grant_id in life.store.endings():
        life.gate.streams.cut(grant_id)
        live.cut(grant_id)
