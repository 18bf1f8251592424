"""Chaperone as a process of its own, on a demo site of the test's, to be traced and killed."""

import asyncio
import os
import secrets
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from aiohttp.test_utils import TestServer, unused_port

from proxy.core.mint import for_today, new_grant
from proxy.core.ports import Store
from proxy.core.record import Verdict, verify
from proxy.core.token import mint_token
from proxy.demo import make_app
from proxy.house import SITE, clock
from proxy.stores.keys import load_keys
from proxy.stores.redis import open_redis
from proxy.stores.sqlite import open_sqlite
from tests.sites import QUICK, policy_of, site_of

ROOT = Path(__file__).parent.parent.parent
TOKEN = "upstream-0123456789abcdef"


@dataclass(frozen=True)
class Post:
    """Where a process listens, and what it works on."""

    data: Path
    port: int
    owner_port: int
    upstream: str
    store_url: str = "sqlite"
    public: str = ""
    """The address that clinicians know, where it is not this process's own."""

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """Open the store as another process does."""
        where = await (
            open_sqlite(self.data, site=SITE, clock=clock)
            if self.store_url == "sqlite"
            else open_redis(self.store_url, self.data, site=SITE, clock=clock)
        )
        try:
            yield where
        finally:
            await where.close()

    def beside(self) -> "Post":
        """Give another place with the same keys: a second worker on one SQLite file, or a second node on one Redis."""
        data = self.data
        if self.store_url != "sqlite":
            data = self.data.with_name("other-node")
            shutil.copytree(self.data, data)
        return replace(self, data=data, port=unused_port(), owner_port=unused_port(), public=self.public_url)

    @property
    def public_url(self) -> str:
        return self.public or self.url

    def headers(self, token: str) -> dict[str, str]:
        """Ask this process as if through the front proxy."""
        return {"Authorization": f"Bearer {token}", "Host": self.public_url.removeprefix("http://")}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def process(
        self, *, synchronous: str = "FULL", before: Sequence[str] = ()
    ) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run the server; `before` is put in front of the command, as `strace` is. Killed at the end."""
        environ = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("CHAPERONE", "NIGHTSCOUT"))
            },
            "PYTHONPATH": str(ROOT),
            "NIGHTSCOUT_URL": self.upstream,
            "NIGHTSCOUT_TOKEN": TOKEN,
            "CHAPERONE_DATA": str(self.data),
            "CHAPERONE_STORE": self.store_url,
            "CHAPERONE_PUBLIC_URL": self.public_url,
            "CHAPERONE_PORT": str(self.port),
            "CHAPERONE_OWNER_PORT": str(self.owner_port),
        }
        child = Path(__file__).with_name("serving_child.py")
        running = await asyncio.create_subprocess_exec(
            *before,
            sys.executable,
            str(child),
            synchronous,
            env=environ,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            assert running.stdout is not None
            async with asyncio.timeout(60):
                assert (await running.stdout.readline()).strip() == b"ready"
            yield running
        finally:
            # The whole group: a killed strace would leave its child behind.
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
            await running.wait()

    async def mint(self, *, days: int = 7) -> tuple[str, str]:
        """Mint a grant into the data folder, as the command line does: its id and its token."""
        keys = load_keys(self.data, random=secrets.token_bytes)
        policy = policy_of((ROOT / "policies/consultant.yaml").read_text(), "consultant.yaml")
        minted = new_grant(
            policy,
            site=SITE,
            clinician="Diabetes clinic",
            days=days,
            times=for_today(clock()),
            now=clock(),
            random=secrets.token_bytes,
            entry_key=keys.entry,
            public_url=self.public_url,
            hashed=QUICK,
        )
        kid, key = keys.signing()
        token = mint_token(
            minted.grant,
            kid=kid,
            private_key=key,
            audience=self.public_url,
            issuer=self.public_url,
            jti=secrets.token_hex(8),
            now_ms=clock(),
        )
        async with self.store() as store:
            await store.add_grant(minted.grant, minted.consent)
        return minted.grant.id, token

    async def log(self, grant_id: str) -> tuple[list[bytes], Verdict]:
        """Read a grant's records from the disk, and check the chain against the head that the store knows."""
        async with self.store() as store:
            bodies = [record.body async for record in store.records(grant_id)]
            grant = await store.grant(grant_id)
        assert grant is not None
        return bodies, verify(bodies, head=grant.head, grant=grant_id)


@asynccontextmanager
async def post(folder: Path, *, store_url: str = "sqlite", days: int = 8) -> AsyncIterator[Post]:
    """Give a place for processes: a data folder, free ports, and a demo site in the test's own process."""
    async with AsyncExitStack() as stack:
        # To the last ten minutes: so the site of one test is that of the next, and need not be invented again.
        site = site_of("processes", clock() // 600_000 * 600_000, days=days)
        server = await stack.enter_async_context(TestServer(make_app(site, now=clock, token=TOKEN, delay=0)))
        yield Post(folder / "data", unused_port(), unused_port(), str(server.make_url("/")), store_url)
