from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from proxy.core.ports import Store
from tests.stores.places import Place, RedisPlace, SqlitePlace
from tests.stores.redis_server import RedisServer


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path / "redis") as server:
        yield server


@pytest.fixture(params=["sqlite", "redis"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    if request.param == "sqlite":
        found: Place = SqlitePlace(tmp_path / "data")
    else:
        found = RedisPlace(tmp_path, request.getfixturevalue("redis_server"))
    yield found
    await found.close()


@pytest.fixture
async def store(place: Place) -> Store:
    return await place.open()
