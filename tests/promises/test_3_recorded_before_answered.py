"""Promise 3: no answer leaves before its record is durable."""

import asyncio
import random
import re
import shutil
from pathlib import Path

import aiohttp
import msgspec
import pytest

from tests.promises.process import Post, post
from tests.stores.redis_server import RedisServer

ENTRIES = "/api/v1/entries.json?count=3"
_CALL = re.compile(
    rb"^\d+ +\d+\.\d+ (?P<call>pwrite64|fdatasync|fsync|sendto|sendmsg|write|writev)\(\d+<(?P<file>[^>]*)>(?P<rest>.*)$"
)
_RESUMED = re.compile(rb"^\d+ +\d+\.\d+ <\.\.\. (?P<call>fdatasync|fsync) resumed>")


async def ask(session: aiohttp.ClientSession, place: Post, token: str, path: str = ENTRIES) -> str:
    """Ask once; give the request id of the answer that was received whole."""
    async with session.get(place.url + path, headers={"Authorization": f"Bearer {token}"}) as response:
        await response.read()
        assert response.status == 200
        return response.headers["X-Request-Id"]


def answers_before_their_sync(trace: bytes) -> tuple[int, int]:
    """Count answers that were sent, and those sent while a write to the log of the store was not synced."""
    unsynced = waiting = False
    sent = early = 0
    for line in trace.splitlines():
        if _RESUMED.match(line):
            unsynced, waiting = unsynced and not waiting, False
            continue
        call = _CALL.match(line)
        if call is None:
            continue
        if call["call"] == b"pwrite64" and call["file"].endswith(b"-wal"):
            unsynced = True
        elif call["call"] in (b"fdatasync", b"fsync") and call["file"].endswith(b"-wal"):
            waiting = b"unfinished" in call["rest"]
            unsynced = unsynced and waiting
        elif b"HTTP/1.1 200 OK" in call["rest"] and b"X-Request-Id" in call["rest"]:
            sent += 1
            early += unsynced
    return sent, early


async def traced(folder: Path, synchronous: str) -> tuple[int, int]:
    strace = shutil.which("strace")
    assert strace, "strace is missing: install it (Debian: apt-get install strace)"
    trace = folder / "trace"
    calls = "trace=pwrite64,fdatasync,fsync,sendto,sendmsg,write,writev"
    before = (strace, "-f", "-ttt", "-y", "-s", "600", "-e", calls, "-o", str(trace))
    async with post(folder) as place:
        _, token = await place.mint()
        async with place.process(synchronous=synchronous, before=before), aiohttp.ClientSession() as session:
            for _ in range(20):
                await ask(session, place, token)
    return answers_before_their_sync(trace.read_bytes())


async def test_the_disk_has_a_record_before_the_network_has_its_answer(tmp_path: Path) -> None:
    sent, early = await traced(tmp_path, "FULL")
    assert sent == 20
    assert early == 0


async def test_without_syncing_this_would_be_noticed(tmp_path: Path) -> None:
    sent, early = await traced(tmp_path, "OFF")
    assert sent == 20
    assert early == 20


async def killed_under_load(place: Post, token: str, seconds: float) -> set[str]:
    """Ask with eight clients at once until the server is killed; give the ids of the answers received."""
    received: set[str] = set()

    async def client(session: aiohttp.ClientSession) -> None:
        while True:
            received.add(await ask(session, place, token))

    async with place.process() as running, aiohttp.ClientSession() as session:
        clients = [asyncio.ensure_future(client(session)) for _ in range(8)]
        await asyncio.sleep(seconds)
        running.kill()
        await asyncio.gather(*clients, return_exceptions=True)
    return received


@pytest.mark.timeout(300)
async def test_a_killed_process_loses_no_record_of_an_answer_that_was_received(tmp_path: Path) -> None:
    chance = random.Random(3)
    received: set[str] = set()
    async with post(tmp_path) as place:
        grant, token = await place.mint()
        for _ in range(6):
            received |= await killed_under_load(place, token, 0.3 + chance.random() / 2)
            bodies, verdict = await place.log(grant)
            recorded = {msgspec.json.decode(body).get("request_id") for body in bodies}
            assert verdict.ok, verdict.message
            assert received <= recorded
    assert len(received) > 50


async def test_a_data_folder_that_is_gone_stops_all_answers_until_it_is_back(tmp_path: Path) -> None:
    async with post(tmp_path) as place:
        _, token = await place.mint()
        async with place.process(), aiohttp.ClientSession() as session:
            await ask(session, place, token)
            place.data.rename(tmp_path / "elsewhere")
            async with session.get(
                place.url + ENTRIES, headers={"Authorization": f"Bearer {token}"}
            ) as response:
                assert response.status == 503
                assert (await response.json())["reason"] == "store_unavailable"
            (tmp_path / "elsewhere").rename(place.data)
            await asyncio.sleep(1)
            await ask(session, place, token)


async def refused_for(session: aiohttp.ClientSession, place: Post, token: str) -> str:
    async with session.get(place.url + ENTRIES, headers=place.headers(token)) as response:
        assert response.status == 503
        return str((await response.json())["reason"])


async def test_a_lost_redis_stops_all_answers_until_it_is_back(tmp_path: Path) -> None:
    server = RedisServer(tmp_path / "redis")
    server.start()
    async with post(tmp_path, store_url=server.url) as place:
        _, token = await place.mint()
        async with place.process(), aiohttp.ClientSession() as session:
            await ask(session, place, token)
            server.stop()
            assert await refused_for(session, place, token) == "store_unavailable"
            server.start()
            await asyncio.sleep(2)
            await ask(session, place, token)
    server.stop()


async def test_a_redis_that_comes_back_less_durable_stops_all_answers(tmp_path: Path) -> None:
    server = RedisServer(tmp_path / "redis")
    server.start()
    async with post(tmp_path, store_url=server.url) as place:
        _, token = await place.mint()
        async with place.process(), aiohttp.ClientSession() as session:
            await ask(session, place, token)
            server.stop()
            server.settings["appendfsync"] = "everysec"
            server.start()
            await asyncio.sleep(2)
            assert await refused_for(session, place, token) == "store_unavailable"
    server.stop()
