from collections.abc import AsyncIterator

import pytest

from tests.promises.still import StillSite, still
from tests.visit.place import Place, opened


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with opened() as made:
        yield made


@pytest.fixture(scope="module")
def site() -> StillSite:
    return still(9)
