"""A clinic's computer and the pages that it sees: a real server on loopback, a store in memory, a clock of ours."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import msgspec
from aiohttp import web
from aiohttp.test_utils import unused_port

from proxy.core.codes import read_link
from proxy.core.grant import DAY, HOUR, Grant
from proxy.core.mint import Minted, Times, new_grant
from proxy.core.policy import Policy
from proxy.visit import Shared, Visit, routes
from tests.living import Clock, Dice
from tests.memory_store import MemoryStore
from tests.sites import QUICK

KEY = b"e" * 32
POLICY = Policy(
    name="consultant",
    title="For a diabetes visit",
    text="name: consultant\n",
    hash="ab" * 32,
    window=90,
    detail="full",
    pages=True,
    live=False,
    exports=(),
    derive=(),
    identity="nothing",
    timezone="offset",
    may_ask=(),
    collections={},
)
SHARED = Shared("For a diabetes visit", "", ("Glucose", "Insulin"), ("Notes", "Pump and loop settings"))


@dataclass(frozen=True)
class Answer:
    """What came back, read whole."""

    status: int
    headers: Mapping[str, str]
    text: str
    cookies: Mapping[str, str]

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.text)


@dataclass
class Place:
    """What a test works with. Browsers here keep no cookies: tests say what they send."""

    store: MemoryStore
    clock: Clock
    dice: Dice
    url: str
    http: aiohttp.ClientSession
    by_token: dict[str, Grant] = field(default_factory=dict)

    async def mint(self, *, times: Times | None = None, clinician: str = "Diabetes clinic") -> Minted:
        minted = new_grant(
            POLICY,
            site="home",
            clinician=clinician,
            days=14,
            times=times or Times(self.clock(), 4 * HOUR, self.clock() + DAY),
            now=self.clock(),
            random=self.dice,
            entry_key=KEY,
            public_url=self.url,
            hashed=QUICK,
        )
        await self.store.add_grant(minted.grant, minted.consent)
        return minted

    async def ask(self, method: str, path: str, *, cookie: str = "", **options: Any) -> Answer:
        headers = dict(options.pop("headers", {}))
        if cookie:
            headers["Cookie"] = f"chaperone={cookie}"
        sent = self.http.request(method, self.url + path, headers=headers, allow_redirects=False, **options)
        async with sent as response:
            set_cookies = {name: morsel.value for name, morsel in response.cookies.items()}
            return Answer(response.status, response.headers, await response.text(), set_cookies)

    async def get(self, path: str, *, cookie: str = "", **options: Any) -> Answer:
        return await self.ask("GET", path, cookie=cookie, **options)

    async def post(
        self, path: str, form: Mapping[str, str], *, cookie: str = "", origin: str | None = ""
    ) -> Answer:
        """Send a form as our own page does, unless the test names another origin (None: no Origin at all)."""
        headers = {} if origin is None else {"Origin": origin or self.url}
        return await self.ask("POST", path, cookie=cookie, data=dict(form), headers=headers)

    async def try_pin(self, minted: Minted, pin: str, *, cookie: str = "") -> Answer:
        return await self.post("/visit", {"link": secret(minted), "passcode": pin}, cookie=cookie)

    async def enter(self, minted: Minted, *, cookie: str = "") -> str:
        """Sign in by link and PIN and give the cookie's value."""
        answer = await self.try_pin(minted, minted.passcode, cookie=cookie)
        assert (answer.status, answer.headers["Location"]) == (303, "/visit/welcome")
        return answer.cookies["chaperone"]

    async def csrf(self, cookie: str) -> str:
        page = (await self.get("/visit/home", cookie=cookie)).text
        return page.partition('name="csrf" value="')[2].partition('"')[0]

    async def log(self, minted: Minted) -> list[dict[str, Any]]:
        return [msgspec.json.decode(record.body) async for record in self.store.records(minted.grant.id)]

    async def grant(self, minted: Minted) -> Grant:
        grant = await self.store.grant(minted.grant.id)
        assert grant is not None
        return grant


def secret(minted: Minted) -> str:
    found = read_link(minted.link)
    assert found
    return found


def wrong(minted: Minted, step: int = 1) -> str:
    """Give a PIN that is not the right one."""
    return f"{(int(minted.passcode) + step) % 1_000_000:06d}"


@asynccontextmanager
async def opened(**changed: Any) -> AsyncIterator[Place]:
    """Open the pages on a free port; `changed` replaces collaborators of the Visit."""
    port = unused_port()
    store, clock, dice = MemoryStore(), Clock(), Dice()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        place = Place(store, clock, dice, f"http://127.0.0.1:{port}", http)
        visit = Visit(**{**_collaborators(place), **changed})
        app = web.Application()
        app.add_routes(routes(visit))
        # As the real server does: a client that hangs up cancels its handler.
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield place
        finally:
            await runner.cleanup()


def _collaborators(place: Place) -> dict[str, Any]:
    async def zone() -> str:
        return "Europe/Berlin"

    async def holder(request: web.Request) -> Grant | None:
        return place.by_token.get(request.headers.get("Authorization", ""))

    describe: Callable[[Grant], Shared] = lambda _grant: SHARED  # noqa: E731 - a fake of one line
    return {
        "store": place.store,
        "entry_key": KEY,
        "clock": place.clock,
        "public_url": place.url,
        "zone": zone,
        "describe": describe,
        "seen": lambda _request: {"request_id": "r1", "device": "tool", "address": "127.0.0.0/24"},
        "holder": holder,
        "random": place.dice,
        "signed": lambda grant: f"signature of {grant.head}",
    }
