"""The place of a soak: the demo site in this process, workers in theirs, and grants of several policies."""

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from yarl import URL

from proxy.core.mint import for_today, new_grant
from proxy.core.record import Record, Verdict, verify
from proxy.core.token import mint_token
from proxy.demo import SOCKETS, generate, make_app
from proxy.house import SITE, clock
from proxy.stores.keys import load_keys
from proxy.stores.sqlite import open_sqlite
from tests.sites import QUICK, policy_of
from tests.soak.clinicians import WAYS, Clinician
from tests.soak.workers import ROOT, Workers, working

POLICIES = ("consultant", "cgm-only", "full-loop") * 6 + ("unnamed",)
"""By the last one nothing live is shared: of its grants, each has a view of its own."""
TOKEN = "upstream-0123456789abcdef"


@dataclass
class Site:
    """The demo site, and how often somebody opened a live connection to it."""

    app: web.Application = field(init=False)
    connections: int = 0

    def beat(self) -> None:
        """Let a reading arrive."""
        self.app[SOCKETS].beat()

    def note(self, request: web.Request) -> None:
        if request.path == "/socket.io/" and "sid" not in request.query:
            self.connections += 1


@dataclass(frozen=True)
class Place:
    """What a soak works with."""

    site: Site
    workers: Workers
    data: Path
    url: URL
    session: aiohttp.ClientSession

    async def clinicians(self, number: int, *, tabs: int = 1) -> list[Clinician]:
        """Mint a grant for each, of each policy in turn, and open so many tabs of each, by each way in turn."""
        keys = load_keys(self.data, random=secrets.token_bytes)
        kid, key = keys.signing()
        origin, found = str(self.url.origin()), list[Clinician]()
        store = await open_sqlite(self.data, site=SITE, clock=clock)
        for each in range(number):
            name = POLICIES[each % len(POLICIES)]
            minted = new_grant(
                policy_of((ROOT / f"policies/{name}.yaml").read_text(), name),
                site=SITE,
                clinician="Diabetes clinic",
                days=7,
                times=for_today(clock()),
                now=clock(),
                random=secrets.token_bytes,
                entry_key=keys.entry,
                public_url=origin,
                hashed=QUICK,
            )
            await store.add_grant(minted.grant, minted.consent)
            token = mint_token(
                minted.grant,
                kid=kid,
                private_key=key,
                audience=origin,
                issuer=origin,
                jti=secrets.token_hex(8),
                now_ms=clock(),
            )
            ways = [WAYS[(each // 3 + tab) % len(WAYS)] for tab in range(tabs)]
            found += [Clinician(self.session, self.url, token, minted.grant.id, name, way) for way in ways]
        await store.close()
        return found

    async def log(self, grant: str) -> tuple[Sequence[Record], Verdict]:
        """Read a grant's records, and check their chain."""
        store = await open_sqlite(self.data, site=SITE, clock=clock)
        records = [record async for record in store.records(grant)]
        known = await store.grant(grant)
        await store.close()
        assert known is not None
        return records, verify((record.body for record in records), head=known.head, grant=grant)


@asynccontextmanager
async def place(folder: Path, *, workers: int) -> AsyncIterator[Place]:
    """Start it all."""
    async with AsyncExitStack() as stack:
        site = Site()
        data = generate("soak", clock(), days=8)
        app = site.app = make_app(data, now=clock, token=TOKEN, delay=0, on_request=site.note)
        server = await stack.enter_async_context(TestServer(app))
        port = unused_port()
        environ = {
            "NIGHTSCOUT_URL": str(server.make_url("/")),
            "NIGHTSCOUT_TOKEN": TOKEN,
            "CHAPERONE_DATA": str(folder / "data"),
            "CHAPERONE_PORT": str(port),
            "CHAPERONE_OWNER_PORT": str(unused_port()),
            "CHAPERONE_TIMEZONE": "Europe/Berlin",
        }
        running = await stack.enter_async_context(working(workers, environ))
        limits, no_cookies = aiohttp.TCPConnector(limit=0), aiohttp.DummyCookieJar()
        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=limits, cookie_jar=no_cookies, timeout=aiohttp.ClientTimeout(90))
        )
        url = URL(f"http://127.0.0.1:{port}/socket.io/")
        yield Place(site, running, folder / "data", url, session)
