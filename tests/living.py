"""A whole Chaperone for tests: demo site, gate, pages and a store, on loopback, with a clock and randomness of ours."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from yarl import URL

from proxy.core.codes import hash_token, read_link
from proxy.core.mint import Minted, Times, new_grant
from proxy.core.ports import Store
from proxy.core.token import mint_token, token_sha1
from proxy.demo import Site, make_app
from proxy.gate.gate import Gate
from proxy.gate.holder import seen, token_holder
from proxy.gate.pipeline import serve
from proxy.gate.streams import watch
from proxy.gate.study import Studies
from proxy.gate.upstream import Nightscout
from proxy.gate.web import clinicians_app
from proxy.gate.zone import SiteZone
from proxy.visit import Visit, routes
from proxy.visit.described import described
from tests.memory_store import MemoryStore
from tests.sites import QUICK, policy_of, site_of

NOW = 1_795_435_200_000
"""2026-11-23 12:00 UTC."""
HOUR = 3_600_000
POLICIES = Path(__file__).parent.parent / "policies"
UPSTREAM_TOKEN = "upstream-0123456789abcdef"
SITE_KEY, ENTRY_KEY = b"s" * 32, b"e" * 32
SIGNING_KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)


class Clock:
    """Stands still until it is told to move."""

    def __init__(self, now: int = NOW) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


class Dice:
    """Bytes that are the same in every run."""

    def __init__(self) -> None:
        self._rolled = 0

    def __call__(self, count: int) -> bytes:
        self._rolled += 1
        return hashlib.shake_256(str(self._rolled).encode()).digest(count)


@dataclass(frozen=True)
class Access:
    """A minted grant, as its clinician holds it."""

    minted: Minted
    token: str

    @property
    def id(self) -> str:
        return self.minted.grant.id

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True)
class Living:
    """What a test works with."""

    gate: Gate
    store: Store
    clock: Clock
    dice: Dice
    url: URL
    session: aiohttp.ClientSession
    studies: Studies

    async def mint(
        self, policy: str = "consultant", *, days: int = 90, lasts: int = 4 * HOUR, url_token: bool = False
    ) -> Access:
        """Mint a grant of a bundled policy, or of a policy's text."""
        text = policy if "\n" in policy else (POLICIES / f"{policy}.yaml").read_text()
        minted = new_grant(
            policy_of(text, policy[:40]),
            site=self.gate.site,
            clinician="Diabetes clinic",
            days=days,
            times=Times(self.clock(), lasts, self.clock() + 48 * HOUR),
            now=self.clock(),
            random=self.dice,
            entry_key=ENTRY_KEY,
            public_url=self.gate.public_url,
            url_token=url_token,
            hashed=QUICK,
        )
        token = mint_token(
            minted.grant,
            kid="k1",
            private_key=SIGNING_KEY,
            audience=self.gate.public_url,
            issuer=self.gate.public_url,
            jti="t1",
            now_ms=self.clock(),
        )
        grant = replace(minted.grant, token_hash=hash_token(ENTRY_KEY, token_sha1(token)))
        await self.store.add_grant(grant, minted.consent)
        return Access(replace(minted, grant=grant), token)

    def get(self, path: str, access: Access | None = None, **options: Any) -> Any:
        """Ask as a tool does; the path is sent as it is written here."""
        headers = (access.bearer if access else {}) | options.pop("headers", {})
        url = URL(f"{self.url}{path.removeprefix('/')}", encoded=True)
        return self.session.request(
            options.pop("method", "GET"), url, headers=headers, allow_redirects=False, **options
        )

    async def json(self, path: str, access: Access) -> Any:
        """Ask, and read the JSON of a 200."""
        async with self.get(path, access) as response:
            assert response.status == 200, (response.status, await response.text())
            return await response.json()

    async def enter(self, access: Access) -> dict[str, str]:
        """Sign in with link and PIN, as a browser does; give the headers that its session needs."""
        secret = read_link(access.minted.link)
        form = {"link": secret or "", "passcode": access.minted.passcode}
        origin = {"Origin": self.gate.public_url}
        async with self.get("/visit", headers=origin, method="POST", data=form) as response:
            assert response.status == 303, await response.text()
            return {"Cookie": f"chaperone={response.cookies['chaperone'].value}"}

    async def log(self, access: Access) -> list[bytes]:
        """Read a grant's records."""
        return [record.body async for record in self.store.records(access.id)]


@asynccontextmanager
async def living(
    site: Site | None = None,
    *,
    store: Store | None = None,
    days: int = 7,
    upstream: Callable[[], web.Application] | None = None,
    zone: str = "Europe/Berlin",
    watching: bool = False,
    patience: float = 60,
    also: Callable[[Gate], list[web.RouteDef]] = lambda _: [],
    console_url: str = "",
) -> AsyncIterator[Living]:
    """Start it all; `upstream` puts another server in the place of the demo site, `also` adds routes."""
    clock, dice = Clock(), Dice()
    async with AsyncExitStack() as stack:
        if upstream is None:
            data = site_of("tests", NOW, days=days) if site is None else site
            app = make_app(data, now=clock, token=UPSTREAM_TOKEN, delay=0)
        else:
            app = upstream()
        nightscout = await stack.enter_async_context(TestServer(app))
        connector = aiohttp.TCPConnector(limit=0)
        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        )
        port = unused_port()
        gate = Gate(
            store=store or MemoryStore(),
            nightscout=Nightscout(session, str(nightscout.make_url("/")), UPSTREAM_TOKEN),
            clock=clock,
            site="site-1",
            site_key=SITE_KEY,
            entry_key=ENTRY_KEY,
            public_keys=lambda: {"k1": SIGNING_KEY.public_key()},
            public_url=f"http://127.0.0.1:{port}",
            parse_policy=lambda text: policy_of(text, "the grant's policy"),
            zone=SiteZone(Nightscout(session, str(nightscout.make_url("/")), UPSTREAM_TOKEN), zone),
            request_id=lambda: dice(8).hex(),
        )
        studies = Studies(gate, patience=patience, painting=0)
        app = clinicians_app(gate, [*routes(_visit(gate, dice, studies, console_url)), *also(gate)])
        app.on_shutdown.append(studies.stop)
        front = TestServer(app, port=port)
        await stack.enter_async_context(front)
        if watching:
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            watcher = tasks.create_task(watch(gate.streams, gate.store, clock))
            stack.callback(watcher.cancel)
        yield Living(gate, gate.store, clock, dice, front.make_url("/"), session, studies)


def _visit(gate: Gate, dice: Dice, studies: Studies, console_url: str) -> Visit:
    return Visit(
        store=gate.store,
        entry_key=ENTRY_KEY,
        clock=gate.clock,
        public_url=gate.public_url,
        zone=gate.zone,
        describe=lambda grant: described(gate.policy(grant), grant),
        seen=lambda request: seen(gate, request),
        holder=lambda request: token_holder(gate, request),
        dashboard=lambda request: serve(gate, request),
        studies=studies,
        console_url=console_url,
        random=dice,
    )
