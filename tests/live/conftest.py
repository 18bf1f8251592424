from collections.abc import AsyncIterator

import pytest

from tests.live.place import Place, opened


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with opened() as made:
        yield made
