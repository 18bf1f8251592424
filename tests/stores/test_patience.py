import asyncio
import threading
import time

import pytest

from proxy.stores.patience import answer_within


async def test_an_answer_that_is_there_counts_however_late_this_process_looks() -> None:
    asked: asyncio.Future[int] = asyncio.get_running_loop().run_in_executor(None, lambda: 7)
    asyncio.get_running_loop().call_soon(time.sleep, 0.3)
    assert await answer_within(0.1, asked) == 7


async def test_an_answer_that_does_not_come_is_given_up() -> None:
    late: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    with pytest.raises(TimeoutError):
        await answer_within(0.01, late)
    assert late.cancelled()


async def test_a_fault_is_told() -> None:
    faulty: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    faulty.set_exception(OSError("gone"))
    with pytest.raises(OSError, match="gone"):
        await answer_within(30, faulty)


async def test_who_waits_no_longer_asks_no_longer() -> None:
    asked: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(answer_within(30, asked))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert asked.cancelled()


async def test_a_fault_that_comes_too_late_makes_no_noise() -> None:
    free = threading.Event()

    def fail() -> int:
        free.wait()
        raise OSError("gone")

    asked: asyncio.Future[int] = asyncio.get_running_loop().run_in_executor(None, fail)
    with pytest.raises(TimeoutError):
        await answer_within(0.01, asked)
    free.set()
