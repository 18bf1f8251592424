"""A process that uses a store as a worker does, and says on its standard output what was acknowledged.

python -m tests.stores.child FOLDER TASK [ARGUMENT]; a line per acknowledged record: grant and head.
"""

import asyncio
import os
import resource
import sys
from pathlib import Path

from proxy.core.errors import StoreUnavailable
from proxy.core.ports import Store
from proxy.core.record import verify
from proxy.stores.connection import Synchronous
from proxy.stores.sqlite import open_sqlite
from tests.stores.samples import NOW, consent, draft, make_grant


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


async def append(store: Store, grant_id: str, count: int) -> None:
    for number in range(count):
        grant = await store.append(grant_id, draft(number=number, process=os.getpid()))
        say(f"acked {grant_id} {grant.head}")


async def load(store: Store) -> None:
    grants = [grant.id for grant in await store.grants()]
    await asyncio.gather(*(append(store, grant_id, sys.maxsize) for grant_id in grants * 4))


async def outcome(store: Store) -> str:
    try:
        await store.append("grant-0001", draft(padding="x" * 20_000))
    except StoreUnavailable as error:
        return f"unavailable: {error}"
    return "recorded"


async def small_file(store: Store, folder: Path) -> None:
    """No file may grow beyond what it is, then it may again."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    say(await outcome(store))
    resource.setrlimit(resource.RLIMIT_FSIZE, ((folder / "chaperone.db-wal").stat().st_size, hard))
    say(await outcome(store))
    say(await outcome(store))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    say(await outcome(store))


async def full_disk(store: Store, folder: Path) -> None:
    """Fill the small disk that the folder is on, then make room."""
    await store.add_grant(make_grant(), consent())
    say(await outcome(store))
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            say(str(error.strerror))
    say(await outcome(store))
    filler.unlink()
    say(await outcome(store))
    grant = await store.grant("grant-0001")
    assert grant is not None
    say(verify([record.body async for record in store.records(grant.id)], head=grant.head).message)


async def main(folder: Path, task: str, argument: str = "") -> None:
    synchronous: Synchronous = "OFF" if argument == "OFF" else "FULL"
    try:
        store = await open_sqlite(folder, site="site-1", clock=lambda: NOW, synchronous=synchronous)
    except StoreUnavailable as error:
        say(f"unavailable: {error}")
        return
    match task:
        case "append":
            await append(store, "grant-0001", 40)
        case "load":
            await load(store)
        case "small-file":
            await small_file(store, folder)
        case "full-disk":
            await full_disk(store, folder)
        case "open":
            say("opened")
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
