"""Promise 4 for live connections, with three workers on one SQLite file: each request at another one of them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import aiohttp
import msgspec
import pytest
from yarl import URL

from proxy.core.record import Draft
from proxy.core.session import new_session
from proxy.house import clock
from tests.promises.process import Post, post

pytestmark = pytest.mark.long

OPENING = "EIO=4&transport=polling"
PATIENCE = 30
GONE = (aiohttp.ClientError, ConnectionError)


@dataclass
class Page:
    """A page that polls: each request is a new connection, and goes to the next worker."""

    posts: list[Post]
    headers: dict[str, str]
    session: aiohttp.ClientSession
    sid: str = ""
    _turns: "cycle[Post]" = field(init=False)

    def __post_init__(self) -> None:
        self._turns = cycle(self.posts)

    async def ask(self, method: str = "GET", body: str | None = None) -> tuple[int, str]:
        place = next(self._turns)
        query = f"{OPENING}&sid={self.sid}" if self.sid else OPENING
        url = URL(f"{place.url}/socket.io/?{query}", encoded=True)
        host = {"Host": place.public_url.removeprefix("http://"), "Connection": "close"}
        async with self.session.request(method, url, data=body, headers={**self.headers, **host}) as response:
            return response.status, await response.text()

    async def open(self) -> str:
        """Connect and authorize; give the state."""
        status, text = await self.ask()
        assert status == 200, text
        self.sid = msgspec.json.decode(text[1:])["sid"]
        for packet in ("40", '42["authorize",{"client":"web"}]'):
            assert await self.ask("POST", packet) == (200, "ok")
        return (await self.ask())[1]


@dataclass(frozen=True)
class Three:
    """Three running workers, and a grant."""

    posts: list[Post]
    processes: "list[asyncio.subprocess.Process]"
    session: aiohttp.ClientSession
    grant: str
    token: str

    def page(self, headers: dict[str, str] | None = None) -> Page:
        return Page(self.posts, headers or {"Authorization": f"Bearer {self.token}"}, self.session)

    async def websocket(self, number: int) -> aiohttp.ClientWebSocketResponse:
        place = self.posts[number]
        url = f"{place.url}/socket.io/?EIO=4&transport=websocket"
        socket = await self.session.ws_connect(url, headers=place.headers(self.token), max_msg_size=0)
        await socket.receive_str()
        await socket.send_str("40")
        await socket.send_str('42["authorize",{}]')
        while "dataUpdate" not in await socket.receive_str():
            pass
        return socket

    async def end(self) -> None:
        async with self.posts[0].store() as store:
            await store.end(self.grant, "revoked", Draft("ended", clock(), {"ending": "revoked"}))


@asynccontextmanager
async def three(folder: Path) -> AsyncIterator[Three]:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(post(folder))
        grant, token = await first.mint()
        posts = [first, first.beside(), first.beside()]
        processes = [await stack.enter_async_context(place.process()) for place in posts]
        session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        yield Three(posts, processes, await stack.enter_async_context(session), grant, token)


async def until_cut(poll: "asyncio.Future[tuple[int, str]]") -> float:
    """Wait until a poll is over without data; give the seconds that it took."""
    begun = time.monotonic()
    async with asyncio.timeout(PATIENCE):
        try:
            status, text = await poll
        except GONE:
            return time.monotonic() - begun
    assert status in (400, 401), text
    return time.monotonic() - begun


async def test_a_page_whose_every_poll_reaches_another_worker_gets_everything_on_record(
    tmp_path: Path,
) -> None:
    async with three(tmp_path) as house:
        page = house.page()
        assert "dataUpdate" in await page.open()
        for _ in range(30):
            assert await page.ask("POST", "3") == (200, "ok")
        bodies, verdict = await house.posts[0].log(house.grant)
        records = [msgspec.json.decode(body) for body in bodies]
        assert [row["query"] for row in records if row.get("door") == "socket /dataUpdate"] == [
            "live, opened"
        ]
        assert {row.get("address") for row in records if "door" in row} == {"127.0.0.0/24"}
        assert verdict.ok, verdict.message


async def test_revoked_while_it_waits_it_is_cut_at_whichever_worker_within_a_second(tmp_path: Path) -> None:
    async with three(tmp_path) as house:
        pages = [house.page() for _ in range(3)]
        sockets = [await house.websocket(number) for number in range(3)]
        for turn, page in enumerate(pages):
            await page.open()
            for _ in range(turn):
                await page.ask("POST", "3")  # so that each waits at another worker
        waiting = [asyncio.ensure_future(page.ask()) for page in pages]
        await asyncio.sleep(0.5)
        await house.end()
        assert max(await asyncio.gather(*map(until_cut, waiting))) < 1
        for socket in sockets:
            message = await socket.receive(timeout=PATIENCE)
            assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
        for page in pages:
            assert (await page.ask())[0] in (400, 401)
            page.sid = ""
            assert (await page.ask())[0] == 401


async def test_signed_out_at_one_worker_its_page_is_cut_at_another_within_a_second(tmp_path: Path) -> None:
    async with three(tmp_path) as house:
        async with house.session.get(
            house.posts[0].url + "/api/v1/status.json", headers=house.posts[0].headers(house.token)
        ) as response:
            assert response.status == 200  # opens the grant
        value, session = new_session(house.grant, now=clock(), random=lambda count: b"r" * count)
        async with house.posts[0].store() as store:
            await store.add_session(session)
            page = house.page({"Cookie": f"chaperone={value}", "Origin": house.posts[0].public_url})
            assert "dataUpdate" in await page.open()
            waiting = asyncio.ensure_future(page.ask())
            await asyncio.sleep(0.5)
            await store.drop_session(session.key)
            assert await until_cut(waiting) < 1


async def test_when_the_worker_with_the_sockets_is_killed_another_has_them_within_seconds(
    tmp_path: Path,
) -> None:
    async with three(tmp_path) as house:
        page = house.page()
        await page.open()
        house.processes[0].kill()
        await house.processes[0].wait()
        left = Page(house.posts[1:], page.headers, house.session)
        begun = time.monotonic()
        # A page asks again when it is told that it is not known any more; none waits without an answer.
        left.sid = page.sid
        assert (await left.ask())[0] == 400
        left.sid = ""
        assert "dataUpdate" in await left.open()
        assert time.monotonic() - begun < PATIENCE
        waiting = asyncio.ensure_future(left.ask())
        await asyncio.sleep(0.5)
        async with house.posts[1].store() as store:
            await store.end(house.grant, "revoked", Draft("ended", clock(), {"ending": "revoked"}))
        assert await until_cut(waiting) < 1


async def test_a_forged_connection_id_is_not_known_at_any_worker(tmp_path: Path) -> None:
    async with three(tmp_path) as house:
        page = house.page()
        for sid in ("A" * 22, "../live.sock", "%00", "x" * 5000, "%C3%A9"):
            page.sid = sid
            assert {(await page.ask())[0] for _ in range(3)} == {400}, sid
