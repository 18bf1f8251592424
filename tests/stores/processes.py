"""Starting the child process, and making a folder with grants for it."""

import shutil
import subprocess
import sys
from pathlib import Path

from proxy.core.grant import Grant
from proxy.core.ports import Store
from proxy.core.record import verify
from proxy.stores.sqlite import SqliteStore, open_sqlite
from tests.stores.samples import NOW, consent, make_grant

ROOT = Path(__file__).parents[2]


def command(folder: Path, *task: str) -> list[str]:
    return [sys.executable, "-m", "tests.stores.child", str(folder), *task]


def start(folder: Path, *task: str, under: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    return subprocess.Popen([*under, *command(folder, *task)], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def said(folder: Path, *task: str, under: tuple[str, ...] = ()) -> list[str]:
    """Run a task to its end and give its lines."""
    process = start(folder, *task, under=under)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return output.splitlines()


def need(program: str) -> str:
    found = shutil.which(program)
    assert found, f"These tests need the program {program}: install it (apt-get install {program})."
    return found


async def opened(folder: Path, site: str = "site-1") -> SqliteStore:
    return await open_sqlite(folder, site=site, clock=lambda: NOW)


async def fill(folder: Path, count: int = 1) -> None:
    """Make a store with some grants and close it."""
    store = await opened(folder)
    for number in range(1, count + 1):
        await store.add_grant(make_grant(number), consent())
    await store.close()


async def heads(store: Store, grant: Grant) -> set[str]:
    """Verify a chain and give the heads after each of its records."""
    records = [record async for record in store.records(grant.id)]
    verdict = verify([record.body for record in records], head=grant.head, grant=grant.id)
    assert verdict.ok, verdict.message
    assert verdict.length == grant.length
    return {record.head for record in records}


async def first_ending(store: Store) -> str:
    """Listen until a grant ends."""
    async for grant_id in store.endings():
        return grant_id
    raise AssertionError("endings never stop by themselves")


async def known(store: Store, grant_id: str) -> Grant:
    """Read a grant that is there."""
    grant = await store.grant(grant_id)
    assert grant is not None
    return grant
