# ruff: noqa: ASYNC240 - these tests move files about, and nothing else waits for the event loop
import asyncio
import shutil
import sqlite3
import stat
import threading
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from proxy.core.errors import GrantEnded, StoreUnavailable
from proxy.core.grant import HOUR
from proxy.core.ports import Session
from proxy.core.record import Draft
from proxy.stores.sqlite import OUT_OF_REACH_SECONDS, SqliteStore
from tests.stores.processes import fill, first_ending, heads, opened
from tests.stores.samples import NOW, consent, draft, ended, make_grant


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def epoch(folder: Path) -> int:
    return int((folder / "epoch").read_text())


async def states(store: SqliteStore) -> dict[str, str | None]:
    return {grant.id: grant.ending for grant in await store.grants()}


async def test_folder_and_files_are_private(folder: Path) -> None:
    store = await opened(folder)
    await store.add_grant(make_grant(), consent())
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}
    await store.close()
    assert modes.pop("data") == 0o700
    assert set(modes) == {"chaperone.db", "chaperone.db-wal", "chaperone.db-shm", "epoch"}
    assert set(modes.values()) == {0o600}


async def test_a_data_file_that_others_can_read_is_refused(folder: Path) -> None:
    await fill(folder)
    (folder / "chaperone.db").chmod(0o640)
    with pytest.raises(StoreUnavailable, match="chmod 600"):
        await opened(folder)


async def test_a_damaged_data_file_is_refused(folder: Path) -> None:
    folder.mkdir(0o700)
    file = folder / "chaperone.db"
    file.touch(0o600)
    file.write_bytes(b"not a database, but long enough to look like one" * 100)
    with pytest.raises(StoreUnavailable, match="damaged"):
        await opened(folder)


async def test_a_file_of_a_newer_version_is_refused(folder: Path) -> None:
    await fill(folder)
    with closing(sqlite3.connect(folder / "chaperone.db")) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreUnavailable, match="newer"):
        await opened(folder)


async def test_without_its_file_the_store_is_out_of_reach_until_it_is_back(folder: Path) -> None:
    store = await opened(folder)
    await store.add_grant(make_grant(), consent())
    folder.rename(folder.with_name("away"))
    for refused in (
        store.append("grant-0001", draft()),
        store.grant("grant-0001"),
        store.grants(),
        store.ready(),
    ):
        with pytest.raises(StoreUnavailable):
            await refused
    folder.with_name("away").rename(folder)
    grant = await store.append("grant-0001", draft())
    assert grant.length == 2
    assert (await store.grants()) == [grant]
    assert grant.ended_at is None
    await store.close()


async def test_a_second_without_its_file_ends_the_listening(folder: Path) -> None:
    store = await opened(folder)
    await store.add_grant(make_grant(), consent())
    await store.end("grant-0001", "revoked", ended())
    endings = store.endings()
    began = time.monotonic()
    assert await anext(endings) == "grant-0001"  # so the file was there since then
    folder.rename(folder.with_name("away"))
    gone = time.monotonic()
    with pytest.raises(StoreUnavailable):
        async with asyncio.timeout(30):
            await anext(endings)
    now = time.monotonic()
    assert now - began >= OUT_OF_REACH_SECONDS
    assert now - gone < 1.3
    folder.with_name("away").rename(folder)
    await store.close()


async def test_a_process_that_was_too_busy_to_look_in_time_has_not_lost_its_file(folder: Path) -> None:
    store = await opened(folder)
    await store.add_grant(make_grant(), consent())
    await store.end("grant-0001", "revoked", ended())
    busy = threading.Event()
    store._thread.submit(busy.wait)
    endings = store.endings()
    hearing = asyncio.ensure_future(anext(endings))
    await asyncio.sleep(0)  # it has asked, and stands in line
    busy.set()
    time.sleep(OUT_OF_REACH_SECONDS + 0.2)  # noqa: ASYNC251 - that is the point: the loop itself is held up
    assert await hearing == "grant-0001"
    await store.close()


async def test_a_short_absence_does_not_end_the_listening(folder: Path) -> None:
    store = await opened(folder)
    await store.add_grant(make_grant(), consent())
    listening = asyncio.create_task(first_ending(store))
    await asyncio.sleep(0.1)
    folder.rename(folder.with_name("away"))
    await asyncio.sleep(0.4)
    folder.with_name("away").rename(folder)
    await store.end("grant-0001", "revoked", ended())
    assert await listening == "grant-0001"
    await store.close()


async def test_a_file_locked_by_another_program_is_unavailable_and_recovers(folder: Path) -> None:
    store = await opened(folder)
    await store.add_grant(make_grant(), consent())
    with closing(sqlite3.connect(folder / "chaperone.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="in use"):
            await store.append("grant-0001", draft())
        assert (await store.grant("grant-0001")) is not None
        other.execute("ROLLBACK")
    assert (await store.append("grant-0001", draft())).length == 2
    await store.close()


async def test_a_refused_change_does_not_touch_those_that_it_was_grouped_with(folder: Path) -> None:
    store = await opened(folder)
    await store.add_grant(make_grant(1), consent())
    await store.add_grant(make_grant(2), consent())
    await store.end("grant-0002", "revoked", ended())
    outcomes = await asyncio.gather(
        *(store.append(f"grant-000{1 + number % 2}", draft(number=number)) for number in range(20)),
        store.add_grant(make_grant(1), consent()),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes[1:20:2]] == [GrantEnded] * 10
    assert isinstance(outcomes[-1], StoreUnavailable)
    grant = await store.grant("grant-0001")
    assert grant is not None
    assert grant.length == 11
    assert await heads(store, grant)
    await store.close()


async def test_a_caller_that_gives_up_does_not_stop_the_others(folder: Path) -> None:
    store = await opened(folder)
    await store.add_grant(make_grant(), consent())
    calls = [asyncio.create_task(store.append("grant-0001", draft(number=number))) for number in range(10)]
    await asyncio.sleep(0)
    for call in calls[::2]:
        call.cancel()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes) == 5
    grant = await store.append("grant-0001", draft())
    assert await heads(store, grant)
    await store.close()


async def test_a_store_that_was_put_back_from_a_copy_ends_every_grant(folder: Path) -> None:
    store = await opened(folder)
    for number in (1, 2, 3):
        await store.add_grant(make_grant(number), consent())
    await store.end("grant-0003", "finished", ended(NOW))
    with closing(sqlite3.connect(folder / "chaperone.db")) as connection:
        connection.execute("VACUUM INTO ?", (str(folder / "copy"),))
    await store.end("grant-0001", "revoked", ended(NOW))
    await store.close()
    (folder / "copy").chmod(0o600)
    (folder / "copy").rename(folder / "chaperone.db")
    again = await opened(folder)
    assert await states(again) == {
        "grant-0001": "restored",
        "grant-0002": "restored",
        "grant-0003": "finished",
    }
    for grant in await again.grants():
        assert await heads(again, grant)
    await again.add_grant(make_grant(4), consent())
    await again.close()
    once_more = await opened(folder)
    assert (await states(once_more))["grant-0004"] is None
    await once_more.close()


async def test_a_copy_put_back_while_running_ends_every_grant(folder: Path) -> None:
    store = await opened(folder)
    await store.add_grant(make_grant(), consent())
    await store.close()
    shutil.copy2(folder / "chaperone.db", folder / "copy")
    store = await opened(folder)
    await store.append("grant-0001", draft())
    for name in ("chaperone.db-wal", "chaperone.db-shm"):
        (folder / name).unlink()
    (folder / "copy").rename(folder / "chaperone.db")
    with pytest.raises(GrantEnded):
        await store.append("grant-0001", draft())
    assert await states(store) == {"grant-0001": "restored"}
    await store.close()


async def test_a_copy_in_a_folder_without_its_epoch_ends_every_grant(folder: Path) -> None:
    await fill(folder)
    (folder / "epoch").unlink()
    store = await opened(folder)
    assert await states(store) == {"grant-0001": "restored"}
    await store.close()


async def test_an_epoch_that_can_not_be_read_ends_every_grant(folder: Path) -> None:
    await fill(folder)
    (folder / "epoch").write_text("12 garbage")
    store = await opened(folder)
    assert await states(store) == {"grant-0001": "restored"}
    await store.close()


async def test_a_plain_restart_ends_nothing(folder: Path) -> None:
    await fill(folder, count=2)
    for _ in range(3):
        store = await opened(folder)
        assert await states(store) == {"grant-0001": None, "grant-0002": None}
        await store.close()


async def test_a_restored_grant_that_had_expired_says_so(folder: Path) -> None:
    store = await opened(folder)
    await store.add_grant(make_grant(expires_at=NOW - 1), consent())
    await store.close()
    (folder / "epoch").unlink()
    store = await opened(folder)
    assert await states(store) == {"grant-0001": "expired"}
    await store.close()


async def test_the_epoch_follows_every_change_of_state_and_each_minute_of_records(folder: Path) -> None:
    store = await opened(folder)
    await store.add_grant(make_grant(), consent())
    seen = [epoch(folder)]
    for change in (
        store.append("grant-0001", draft(NOW + 1)),
        store.append("grant-0001", draft(NOW + 60_000)),
        store.open("grant-0001", NOW, zone="UTC", record=draft(kind="opened")),
        store.extend("grant-0001", NOW + HOUR, draft(kind="extended")),
        store.new_pin("grant-0001", "other", draft(kind="new_pin")),
        store.end("grant-0001", "revoked", Draft("ended", NOW, {})),
    ):
        await change
        seen.append(epoch(folder))
    await store.close()
    moved = [after > before for before, after in pairwise(seen)]
    assert moved == [False, True, True, True, True, True]


async def test_erased_words_are_gone_from_the_files(folder: Path) -> None:
    store = await opened(folder)
    word = "Zweitausendfüßler"
    await store.add_grant(make_grant(clinician=word), consent())
    await store.append("grant-0001", draft(query=word))
    await store.end("grant-0001", "revoked", ended())
    assert any(word.encode() in path.read_bytes() for path in folder.iterdir())
    await store.erase("grant-0001", day="2026-11-23")
    assert [path.name for path in folder.iterdir() if word.encode() in path.read_bytes()] == []
    await store.close()


async def test_old_sessions_are_forgotten(folder: Path) -> None:
    store = await opened(folder)
    await store.add_session(Session("old", "grant-0001", "c", NOW, NOW))
    await store.add_session(Session("new", "grant-0001", "c", NOW + 49 * HOUR, NOW + 49 * HOUR))
    assert await store.session("old") is None
    assert await store.session("new") is not None
    await store.close()
