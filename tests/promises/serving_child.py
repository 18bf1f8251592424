"""Serves as `chaperone serve` does, in a process of its own that a test may trace and kill.

The first argument is SQLite's `synchronous`: the product knows only FULL; OFF shows that a test can fail.
"""

import asyncio
import sys
from functools import partial

import proxy.house
from proxy.app import serving
from proxy.core.ports import Store
from proxy.house import SITE, clock
from proxy.settings import Settings, read_settings
from proxy.stores.connection import Synchronous
from proxy.stores.sqlite import open_sqlite


async def main(synchronous: Synchronous) -> None:
    settings = read_settings()
    if synchronous != "FULL":
        proxy.house.open_store = partial(_loose_store, synchronous=synchronous)
    async with serving(settings):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


async def _loose_store(settings: Settings, *, synchronous: Synchronous) -> Store:
    return await open_sqlite(settings.data, site=SITE, clock=clock, synchronous=synchronous)


asyncio.run(main("OFF" if sys.argv[1] == "OFF" else "FULL"))
