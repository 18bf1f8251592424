"""Documents with a type."""

import asyncio
from dataclasses import dataclass

import pytest

from proxy.core.errors import Conflict, StoreUnavailable
from proxy.owner.kept import change, read, read_all, write
from tests.memory_store import MemoryStore


@dataclass(frozen=True, slots=True)
class Count:
    number: int
    mark: bytes = b""


async def test_a_value_comes_back_as_it_was_written() -> None:
    store = MemoryStore()
    version = await write(store, "count", "one", Count(3, b"\x00\xff"), version=None)
    kept = await read(store, "count", "one", Count)
    assert kept is not None
    assert (kept.key, kept.value, kept.version) == ("one", Count(3, b"\x00\xff"), version)
    assert await read(store, "count", "two", Count) is None
    assert [each.key for each in await read_all(store, "count", Count)] == ["one"]


async def test_who_read_an_earlier_version_overwrites_nothing() -> None:
    store = MemoryStore()
    version = await write(store, "count", "one", Count(1), version=None)
    await write(store, "count", "one", Count(2), version=version)
    with pytest.raises(Conflict):
        await write(store, "count", "one", Count(9), version=version)


async def test_of_many_changes_at_once_none_is_lost() -> None:
    store = MemoryStore()

    async def one_more() -> None:
        await change(store, "count", "all", Count, lambda known: Count((known or Count(0)).number + 1))

    await asyncio.gather(*(one_more() for _ in range(8)))
    kept = await read(store, "count", "all", Count)
    assert kept is not None
    assert kept.value == Count(8)


async def test_a_step_may_change_nothing() -> None:
    store = MemoryStore()
    assert await change(store, "count", "all", Count, lambda known: known) is None
    assert await read(store, "count", "all", Count) is None


async def test_what_can_not_be_read_is_told_without_quoting_it() -> None:
    store = MemoryStore()
    await store.put("count", "one", b'{"number":"secret"}', version=None)
    with pytest.raises(StoreUnavailable) as caught:
        await read(store, "count", "one", Count)
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__
