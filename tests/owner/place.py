"""A console and browsers at it: a real server on loopback, a store in memory, clock and randomness of ours."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import aiohttp
import msgspec
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from prometheus_client import CollectorRegistry
from yarl import URL

from proxy.core.ports import Store
from proxy.owner.chain import chains
from proxy.owner.console import Console
from proxy.owner.health import health_routes
from proxy.owner.setting_up import offer_first
from proxy.owner.web import console_app
from tests.living import Clock, Dice
from tests.memory_store import MemoryStore

ENTRY_KEY = b"e" * 32
PASSPHRASE = "correct horse battery staple"


class Crossing(MemoryStore):
    """Lets the first two who write documents of a kind wait for each other: both have read what was there before."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind
        self._waiting = asyncio.Barrier(2)
        self._left = 2

    async def put(self, kind: str, key: str, body: bytes, *, version: int | None) -> int:
        if kind == self._kind and self._left:
            self._left -= 1
            await self._waiting.wait()
        return await super().put(kind, key, body, version=version)


@dataclass(frozen=True)
class Answer:
    """What came back, read whole."""

    status: int
    headers: Mapping[str, str]
    text: str
    cookies: Mapping[str, str]

    def hidden(self, name: str, after: str = "") -> str:
        """Give the value of a hidden field, the first one behind some text of the page."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text[self.text.index(after) :])
        assert found, (name, self.text)
        return unescape(found.group(1))

    def options(self, of: str = "data-options") -> str:
        """Give what the script of this page asks a passkey."""
        found = re.search(rf'{of}="([^"]+)"', self.text)
        assert found, self.text
        return unescape(found.group(1))

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")


@dataclass
class Browser:
    """One browser: keeps cookies as browsers do, and sends what it is told to."""

    place: "Place"
    address: str = "203.0.113.7"
    cookies: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, **options: Any) -> Answer:
        headers = {"Host": self.place.host, "X-From": self.address} | options.pop("headers", {})
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        url = URL(f"{self.place.server}{path}", encoded=True)
        sent = self.place.http.request(method, url, headers=headers, allow_redirects=False, **options)
        async with sent as response:
            for name, morsel in response.cookies.items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
            cookies = {name: morsel.OutputString() for name, morsel in response.cookies.items()}
            return Answer(response.status, response.headers.copy(), await response.text(), cookies)

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.ask("GET", path, **options)

    async def post(
        self, path: str, form: Mapping[str, str] | Sequence[tuple[str, str]], **options: Any
    ) -> Answer:
        """Send a form as our own page does."""
        headers = {"Origin": self.place.console.origin} | options.pop("headers", {})
        return await self.ask("POST", path, data=form, headers=headers, **options)

    async def csrf(self, path: str = "/sign-in") -> str:
        return (await self.get(path)).hidden("csrf")

    async def set_up(self, code: str, name: str = "Ada", passphrase: str = PASSPHRASE, **more: str) -> Answer:
        """Come in with a set-up code and choose a passphrase."""
        csrf = await self.csrf("/set-up")
        taken = await self.post("/set-up", {"csrf": csrf, "code": code, "name": name})
        if taken.status != 303:
            return taken
        csrf = await self.csrf("/set-up/choose")
        form = {"csrf": csrf, "passphrase": passphrase, "again": passphrase, **more}
        return await self.post("/set-up/passphrase", form)

    async def sign_in(self, name: str = "Ada", passphrase: str = PASSPHRASE, **more: str) -> Answer:
        form = {"csrf": await self.csrf(), "name": name, "passphrase": passphrase, **more}
        return await self.post("/sign-in", form)


@dataclass
class Place:
    """What a test works with."""

    console: Console
    clock: Clock
    dice: Dice
    server: str
    http: aiohttp.ClientSession

    @property
    def store(self) -> Store:
        return self.console.store

    @property
    def host(self) -> str:
        return self.console.origin.partition("://")[2]

    def browser(self, address: str = "203.0.113.7") -> Browser:
        return Browser(self, address)

    async def code(self) -> str:
        """Give the set-up code that is printed at the start."""
        code = await offer_first(self.store, self.console.key, now=self.clock(), random=self.dice)
        assert code is not None
        return code

    async def signed_in(self, **more: str) -> Browser:
        """Give a browser in which the first owner, Ada, has just set up a passphrase."""
        browser = self.browser()
        answer = await browser.set_up(await self.code(), **more)
        assert answer.status == 303, answer.text
        return browser

    async def log(self) -> list[dict[str, Any]]:
        """Read what is on the owner's chain."""
        found = []
        for chain in reversed(await chains(self.store)):
            found += [msgspec.json.decode(record.body) async for record in self.store.records(chain.id)]
        return found


async def fine() -> None:
    return


@asynccontextmanager
async def console_place(
    *,
    owner_url: str = "",
    store: Store | None = None,
    passphrase: str = "",
    more: Callable[[Console], Sequence[web.RouteDef]] = lambda _: (),
    clock: Clock | None = None,
    dice: Dice | None = None,
    public_url: str = "http://127.0.0.1:8080",
    **ports: Any,
) -> AsyncIterator[Place]:
    """Start it; `owner_url` names another origin than the real one, `more` adds pages, `ports` go to the console."""
    clock, dice, port = clock or Clock(), dice or Dice(), unused_port()
    console = Console(
        store=store or MemoryStore(),
        site="site-1",
        entry_key=ENTRY_KEY,
        clock=clock,
        owner_url=owner_url or f"http://localhost:{port}",
        public_url=public_url,
        seen=lambda request: {
            "request_id": dice(8).hex(),
            "device": "Android",
            "address": request.headers.get("X-From", "198.51.100.0/24"),
        },
        passphrase=passphrase,
        random=dice,
        **ports,
    )
    health = health_routes(ready=fine, registry=CollectorRegistry(), metrics_token="")
    server = TestServer(console_app(console, health, more(console)), port=port)
    jar = aiohttp.DummyCookieJar()
    async with server, aiohttp.ClientSession(cookie_jar=jar) as http:
        yield Place(console, clock, dice, f"http://127.0.0.1:{port}", http)
