"""Promise 4 with real processes: two workers on one SQLite file, two nodes on one Redis."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from proxy.core.record import Draft
from proxy.house import clock
from tests.promises.process import Post, post
from tests.stores.redis_server import RedisServer

DAYS = 90
LONG = "/api/v1/entries.json?find[date][$gte]=0&count=50000"
SHORT = "/api/v1/entries.json?count=1"


@dataclass(frozen=True)
class Two:
    """Two running processes that serve the same grants."""

    first: Post
    second: Post
    session: aiohttp.ClientSession
    grant: str
    token: str

    async def status(self, place: Post) -> int:
        async with self.session.get(place.url + SHORT, headers=place.headers(self.token)) as response:
            await response.read()
            return response.status

    async def end(self, ending: str = "revoked") -> None:
        async with self.first.store() as store:
            await store.end(self.grant, "revoked", Draft("ended", clock(), {"how": ending}))


@asynccontextmanager
async def two(folder: Path, store_url: str) -> AsyncIterator[Two]:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(post(folder, store_url=store_url, days=DAYS))
        grant, token = await first.mint(days=DAYS)
        second = first.beside()
        for place in (first, second):
            await stack.enter_async_context(place.process())
        session = await stack.enter_async_context(aiohttp.ClientSession())
        yield Two(first, second, session, grant, token)


@pytest.fixture(params=["sqlite", "redis"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield "sqlite"
        return
    server = RedisServer(tmp_path / "redis")
    server.start()
    yield server.url
    server.stop()


async def read_until_cut(response: aiohttp.ClientResponse) -> int:
    """Read what still comes; fails if that is all. Gives the bytes."""
    got = 0
    try:
        while piece := await response.content.read(2**16):
            got += len(piece)
    except aiohttp.ClientError:
        return got
    pytest.fail("the download was completed")


async def until_refused(pair: Two, place: Post) -> float:
    """Ask until it is refused; give the seconds that took."""
    begun = time.monotonic()
    while await pair.status(place) == 200:
        pass
    return time.monotonic() - begun


async def test_revoked_here_is_refused_there_within_a_second(tmp_path: Path, store_url: str) -> None:
    async with two(tmp_path, store_url) as pair:
        assert [await pair.status(place) for place in (pair.first, pair.second)] == [200, 200]
        await pair.end()
        assert await until_refused(pair, pair.first) < 1
        assert await until_refused(pair, pair.second) < 1


async def test_a_download_that_a_reader_holds_up_is_cut_within_a_second(
    tmp_path: Path, store_url: str
) -> None:
    async with two(tmp_path, store_url) as pair:
        headers = pair.second.headers(pair.token) | {"Accept-Encoding": "identity"}
        async with pair.session.get(pair.second.url + LONG, headers=headers, read_bufsize=2**14) as response:
            assert response.status == 200
            whole = int(response.headers["Content-Length"])
            got = len(await response.content.read(2**14))
            await pair.end()
            await asyncio.sleep(1)
            got += await read_until_cut(response)
        assert got < whole / 2


async def test_access_that_runs_out_is_cut_everywhere(tmp_path: Path, store_url: str) -> None:
    async with two(tmp_path, store_url) as pair:
        async with pair.first.store() as store:
            soon = clock() + 3000
            await store.extend(pair.grant, soon, Draft("extended", clock(), {"expires_at": soon}))
        headers = pair.second.headers(pair.token) | {"Accept-Encoding": "identity"}
        async with pair.session.get(pair.second.url + LONG, headers=headers, read_bufsize=2**14) as response:
            assert response.status == 200
            await asyncio.sleep(4)
            await read_until_cut(response)
        assert await pair.status(pair.first) == 401
