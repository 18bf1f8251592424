"""Promise 4: an ended grant is dead within a second: the next request, and whatever is being sent."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest

from proxy.core.record import Draft
from proxy.gate import lookup
from tests.living import HOUR, NOW, Access, Living, living
from tests.memory_store import MemoryStore
from tests.promises.still import StillSite, still

LONG = "/api/v1/devicestatus.json?find[created_at][$gte]=2026-08-20T00:00:00.000Z&count=50000"
WHOLE = "/api/v1/devicestatus.json?find[created_at][$gte]=2026-11-21T00:00:00.000Z&count=50000"
Ending = Callable[[Living, Access], Awaitable[None]]


def crowded(days: int, rows_a_day: int) -> StillSite:
    """A site whose device status is made of copies, so that an answer is long without being dear to make."""
    site = still(days=1)
    model = max(site.collections["devicestatus"], key=lambda row: len(str(row)) if "openaps" in row else 0)
    step = 24 * HOUR // rows_a_day
    site.collections["devicestatus"] = [
        model | {"_id": f"{number:024x}", "created_at": written(NOW - number * step)}
        for number in range(days * rows_a_day)
    ]
    return site


def written(at: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(at // 1000))


async def revoke(house: Living, access: Access) -> None:
    await house.store.end(access.id, "revoked", Draft("ended", house.clock.now, {"how": "revoked"}))


async def finish(house: Living, access: Access) -> None:
    await house.store.end(access.id, "finished", Draft("ended", house.clock.now, {"how": "finished"}))


async def expire(house: Living, access: Access) -> None:
    house.clock.now += 5 * HOUR


async def lose_the_store(house: Living, access: Access) -> None:
    assert isinstance(house.store, MemoryStore)
    house.store.fails.add("*")


ENDINGS = (revoke, finish, expire)


@pytest.fixture(scope="module")
def small() -> StillSite:
    return still(days=1)


@pytest.fixture(scope="module")
def large() -> StillSite:
    return crowded(days=90, rows_a_day=288)


@pytest.fixture
async def house(small: StillSite) -> AsyncIterator[Living]:
    async with living(small, watching=True) as made:
        yield made


@pytest.mark.parametrize("end", ENDINGS)
async def test_the_next_request_after_the_end_is_refused(house: Living, end: Ending) -> None:
    access = await house.mint()
    await house.json("/api/v1/entries.json", access)
    await end(house, access)
    for path in (
        "/api/v1/entries.json",
        "/api/v1/status.json",
        "/visit/whoami",
        "/api/v3/entries",
        "/no/such/door",
    ):
        async with house.get(path, access) as response:
            assert response.status == 401
            assert "sgv" not in await response.text()


async def test_what_is_remembered_dies_with_the_grant(house: Living) -> None:
    first, second = await house.mint(), await house.mint()
    assert await house.json("/api/v1/entries.json", first) == await house.json("/api/v1/entries.json", second)
    await revoke(house, first)
    async with house.get("/api/v1/entries.json", first) as response:
        assert response.status == 401
    await house.json("/api/v1/entries.json", second)


async def until_cut(
    house: Living, access: Access, end: Ending, *, path: str, stalled: bool
) -> tuple[float, int, int]:
    """Read a little, end the grant, read on: (seconds until the cut, bytes before the end, bytes in all)."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.url.port, limit=2**16)
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{house.url.port}\r\nAuthorization: Bearer {access.token}\r\n\r\n".encode()
    )
    before = len(await reader.readexactly(200_000))
    if stalled:
        await asyncio.sleep(0.5)
    began, total = time.monotonic(), before
    await end(house, access)
    if stalled:
        await asyncio.sleep(1)
    try:
        while chunk := await reader.read(2**16):
            total += len(chunk)
    except ConnectionResetError:
        pass
    finally:
        writer.transport.abort()
    return time.monotonic() - began, before, total


@pytest.mark.parametrize("end", [*ENDINGS, lose_the_store])
async def test_a_long_download_is_cut_within_a_second(large: StillSite, end: Ending) -> None:
    async with living(large, watching=True) as house:
        access = await house.mint(days=90)
        seconds, _, total = await until_cut(house, access, end, path=LONG, stalled=False)
        assert seconds < 1
        assert total > lookup.WHOLE / 100


async def test_a_long_download_is_cut_while_its_reader_stalls(large: StillSite) -> None:
    async with living(large, watching=True) as house:
        access = await house.mint(days=90)
        _, before, total = await until_cut(house, access, revoke, path=LONG, stalled=True)
        # All that can still come is what this side's kernel had received before the end.
        assert total - before < 8_000_000
        kinds = [body.split(b'"kind":"')[1].split(b'"')[0] for body in await house.log(access)]
        assert b"begun" in kinds
        assert b"sent" not in kinds


async def test_a_whole_answer_that_a_stalled_reader_left_in_the_queue_is_dropped() -> None:
    async with living(crowded(days=2, rows_a_day=4000), watching=True) as house:
        access = await house.mint("full-loop", days=3)
        async with house.get(WHOLE, access) as response:
            size = len(await response.read())
        assert 10_000_000 < size < lookup.WHOLE
        _, _, total = await until_cut(house, access, revoke, path=WHOLE, stalled=True)
        assert total < size


async def test_without_an_ending_a_stalled_reader_gets_the_whole_answer(large: StillSite) -> None:
    async def wait(house: Living, access: Access) -> None:
        return

    async with living(large, watching=True) as house:
        access = await house.mint(days=1)
        path = LONG.replace("2026-08-20", "2026-11-22")
        async with house.get(path, access) as response:
            size = len(await response.read())
        reader, writer = await asyncio.open_connection("127.0.0.1", house.url.port)
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{house.url.port}\r\nConnection: close\r\n"
        writer.write(f"{head}Authorization: Bearer {access.token}\r\n\r\n".encode())
        await asyncio.sleep(1)
        assert len(await reader.read(-1)) > size
        writer.close()


async def test_a_connection_kept_alive_hears_that_the_access_has_ended(house: Living) -> None:
    access = await house.mint()
    connector = aiohttp.TCPConnector(limit=1)
    async with aiohttp.ClientSession(connector=connector, headers=access.bearer) as session:
        async with session.get(house.url / "api/v1/entries.json") as response:
            assert response.status == 200
        await revoke(house, access)
        await asyncio.sleep(0.1)
        async with session.get(house.url / "api/v1/entries.json") as response:
            assert response.status == 401
