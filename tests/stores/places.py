"""Where a store is kept, so that one suite can open any store, from several nodes, again and again."""

from pathlib import Path
from typing import Protocol

from proxy.core.ports import Store
from proxy.stores.redis import open_redis
from proxy.stores.sqlite import open_sqlite
from tests.stores.redis_server import RedisServer
from tests.stores.samples import NOW


class Place(Protocol):
    @property
    def folder(self) -> Path: ...

    async def open(self, *, node: str = "a", site: str = "site-1") -> Store:
        """Open the store as a node (worker process or machine) would."""
        ...

    async def close(self) -> None: ...


class SqlitePlace:
    """Nodes are worker processes: they share the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stores: list[Store] = []

    async def open(self, *, node: str = "a", site: str = "site-1") -> Store:
        store = await open_sqlite(self.folder, site=site, clock=lambda: NOW)
        self._stores.append(store)
        return store

    async def close(self) -> None:
        for store in self._stores:
            await store.close()


class RedisPlace:
    """Nodes are machines: each has a folder of its own."""

    def __init__(self, folder: Path, server: RedisServer) -> None:
        self.folder = folder
        self.server = server
        self._stores: list[Store] = []

    async def open(self, *, node: str = "a", site: str = "site-1") -> Store:
        store = await open_redis(self.server.url, self.folder / node, site=site, clock=lambda: NOW)
        self._stores.append(store)
        return store

    async def close(self) -> None:
        for store in self._stores:
            await store.close()
