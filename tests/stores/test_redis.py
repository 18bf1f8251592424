import asyncio
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from proxy.core.errors import GrantEnded, StoreUnavailable
from proxy.core.ports import Store
from proxy.stores.redis import OUT_OF_REACH_SECONDS, RedisStore, open_redis
from tests.stores.processes import first_ending, heads
from tests.stores.redis_server import RedisServer
from tests.stores.samples import NOW, consent, draft, ended, make_grant


async def opened(server: RedisServer, folder: Path) -> RedisStore:
    return await open_redis(server.url, folder, site="site-1", clock=lambda: NOW)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "server")
    yield server
    server.stop()


async def back(server: RedisServer) -> None:
    """Start the server again, and let the event loop see that its old connections are gone."""
    server.start()
    await asyncio.sleep(0.05)


async def ending_of(store: Store) -> str | None:
    grant = await store.grant("grant-0001")
    assert grant is not None
    return grant.ending


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("appendonly", "no"),
        ("appendfsync", "everysec"),
        ("no-appendfsync-on-rewrite", "yes"),
        ("maxmemory-policy", "allkeys-lru"),
    ],
)
async def test_a_server_that_would_lose_records_is_refused(tmp_path: Path, name: str, value: str) -> None:
    with (
        RedisServer(tmp_path / "server", **{name: value}) as server,
        pytest.raises(StoreUnavailable, match=f"set `{name} "),
    ):
        await opened(server, tmp_path / "node")


async def test_a_replica_is_refused(tmp_path: Path, redis_server: RedisServer) -> None:
    with (
        RedisServer(tmp_path / "replica", replicaof=f"127.0.0.1 {redis_server.port}") as replica,
        pytest.raises(StoreUnavailable, match="primary"),
    ):
        await opened(replica, tmp_path / "node")


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "redis://:hush@127.0.0.1:1/0", "nonsense://x"])
async def test_a_server_that_is_not_there_is_unavailable_and_its_password_not_told(
    tmp_path: Path, url: str
) -> None:
    with pytest.raises(StoreUnavailable) as raised:
        await open_redis(url, tmp_path, site="site-1", clock=lambda: NOW)
    assert "hush" not in str(raised.value)


async def test_a_wrong_password_is_unavailable(tmp_path: Path) -> None:
    with RedisServer(tmp_path / "server", requirepass="right") as server:
        with pytest.raises(StoreUnavailable):
            await opened(server, tmp_path / "node")
        url = server.url.replace("//", "//:right@")
        store = await open_redis(url, tmp_path / "node", site="site-1", clock=lambda: NOW)
        await store.ready()
        await store.close()


async def test_a_killed_server_loses_nothing_and_the_store_recovers(
    tmp_path: Path, server: RedisServer
) -> None:
    server.start()
    store = await opened(server, tmp_path / "node")
    await store.add_grant(make_grant(), consent())
    acked: list[str] = []
    loaded = asyncio.Event()

    async def load() -> None:
        while True:
            acked.append((await store.append("grant-0001", draft(number=len(acked)))).head)
            if len(acked) > 50:
                loaded.set()

    loading = asyncio.gather(*(load() for _ in range(8)), return_exceptions=True)
    async with asyncio.timeout(30):
        await loaded.wait()
    server.stop()
    assert {type(outcome) for outcome in await loading} == {StoreUnavailable}
    for refused in (store.append("grant-0001", draft()), store.grant("grant-0001"), store.ready()):
        with pytest.raises(StoreUnavailable):
            await refused
    await back(server)
    grant = await store.append("grant-0001", draft())
    assert grant.ended_at is None
    assert set(acked) < await heads(store, grant)
    await store.close()


async def test_settings_are_read_back_at_reconnection(tmp_path: Path, server: RedisServer) -> None:
    server.start()
    store = await opened(server, tmp_path / "node")
    await store.add_grant(make_grant(), consent())
    server.stop()
    server.settings["appendfsync"] = "no"
    await back(server)
    with pytest.raises(StoreUnavailable, match="appendfsync"):
        await store.append("grant-0001", draft())
    server.stop()
    server.settings["appendfsync"] = "always"
    await back(server)
    assert (await store.append("grant-0001", draft())).length == 2
    await store.close()


async def test_settings_changed_while_running_are_noticed_when_asked_whether_ready(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    store = await opened(redis_server, tmp_path / "node")
    await store.ready()
    reader, writer = await asyncio.open_connection("127.0.0.1", redis_server.port)
    writer.write(b"CONFIG SET appendfsync everysec\r\n")
    assert await reader.readline() == b"+OK\r\n"
    writer.close()
    await writer.wait_closed()
    with pytest.raises(StoreUnavailable, match="appendfsync"):
        await store.ready()
    await store.close()


async def test_a_full_server_is_unavailable_and_recovers(tmp_path: Path, redis_server: RedisServer) -> None:
    store = await opened(redis_server, tmp_path / "node")
    await store.add_grant(make_grant(), consent())
    reader, writer = await asyncio.open_connection("127.0.0.1", redis_server.port)
    for limit, full in ((b"1", True), (b"0", False)):
        writer.write(b"CONFIG SET maxmemory " + limit + b"\r\n")
        assert await reader.readline() == b"+OK\r\n"
        if full:
            with pytest.raises(StoreUnavailable):
                await store.append("grant-0001", draft())
    assert (await store.append("grant-0001", draft())).length == 2
    writer.close()
    await writer.wait_closed()
    await store.close()


async def test_a_server_put_back_from_a_copy_ends_every_grant(tmp_path: Path, server: RedisServer) -> None:
    server.start()
    store = await opened(server, tmp_path / "node")
    await store.add_grant(make_grant(1), consent())
    await store.add_grant(make_grant(2), consent())
    await store.end("grant-0002", "finished", ended(NOW))
    server.stop()
    shutil.copytree(tmp_path / "server", tmp_path / "copy")
    await back(server)
    await store.extend("grant-0001", NOW + 1, draft(kind="extended"))
    server.stop()
    shutil.rmtree(tmp_path / "server")
    (tmp_path / "copy").rename(tmp_path / "server")
    await back(server)
    with pytest.raises(GrantEnded):
        await store.append("grant-0001", draft())
    assert {grant.id: grant.ending for grant in await store.grants()} == {
        "grant-0001": "restored",
        "grant-0002": "finished",
    }
    for grant in await store.grants():
        assert await heads(store, grant)
    await store.add_grant(make_grant(3), consent())
    assert (await store.append("grant-0003", draft())).length == 2
    await store.close()


async def test_a_new_node_ends_nothing(tmp_path: Path, redis_server: RedisServer) -> None:
    first = await opened(redis_server, tmp_path / "first")
    await first.add_grant(make_grant(), consent())
    second = await opened(redis_server, tmp_path / "second")
    assert await ending_of(second) is None
    await first.close()
    await second.close()


async def test_a_second_without_the_server_ends_the_listening(tmp_path: Path, server: RedisServer) -> None:
    server.start()
    store = await opened(server, tmp_path / "node")
    await store.add_grant(make_grant(), consent())
    await store.end("grant-0001", "revoked", ended())
    endings = store.endings()
    began = time.monotonic()
    assert await anext(endings) == "grant-0001"  # so the server was there since then
    server.stop()
    stopped = time.monotonic()
    with pytest.raises(StoreUnavailable):
        async with asyncio.timeout(30):
            await anext(endings)
    now = time.monotonic()
    assert now - began >= OUT_OF_REACH_SECONDS
    assert now - stopped < 1.3
    await store.close()


async def test_a_process_that_was_too_busy_to_look_in_time_has_not_lost_its_server(
    tmp_path: Path, server: RedisServer
) -> None:
    server.start()
    store = await opened(server, tmp_path / "node")
    await store.add_grant(make_grant(), consent())
    hearing = asyncio.create_task(first_ending(store))
    await asyncio.sleep(0.1)  # it has asked, and the server will answer soon that there is nothing
    time.sleep(OUT_OF_REACH_SECONDS + 0.2)  # noqa: ASYNC251 - that is the point: the loop itself is held up
    await asyncio.sleep(0)
    await store.end("grant-0001", "revoked", ended())
    assert await hearing == "grant-0001"
    await store.close()


async def test_a_server_that_hangs_ends_the_listening(tmp_path: Path, server: RedisServer) -> None:
    server.start()
    store = await opened(server, tmp_path / "node")
    listening = asyncio.create_task(first_ending(store))
    await asyncio.sleep(0.3)
    os.kill(server.pid, signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(StoreUnavailable):
        await listening
    assert time.monotonic() - began < 1.3
    os.kill(server.pid, signal.SIGCONT)
    await store.ready()
    await store.close()


async def test_an_ending_during_a_lost_connection_is_heard_after_it(
    tmp_path: Path, server: RedisServer
) -> None:
    server.start()
    one, two = await opened(server, tmp_path / "one"), await opened(server, tmp_path / "two")
    await one.add_grant(make_grant(), consent())
    listening = asyncio.create_task(first_ending(one))
    await asyncio.sleep(0.1)
    server.stop()
    await asyncio.sleep(0.1)
    await back(server)
    await two.end("grant-0001", "revoked", ended())
    assert await listening == "grant-0001"
    await one.close()
    await two.close()


async def test_erased_words_are_gone_from_the_servers_log(tmp_path: Path, server: RedisServer) -> None:
    server.start()
    store = await opened(server, tmp_path / "node")
    await store.add_grant(make_grant(clinician="Hapaxlegomenon"), consent())
    await store.end("grant-0001", "revoked", ended())
    logs = tmp_path / "server" / "appendonlydir"

    def found() -> bool:
        return any(b"Hapaxlegomenon" in path.read_bytes() for path in logs.iterdir())

    assert found()
    await store.erase("grant-0001", day="2026-11-23")
    for _ in range(40):
        if not found():
            break
        await asyncio.sleep(0.1)
    assert not found()
    await store.close()
