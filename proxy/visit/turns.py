"""Pace and turns: what keeps guessing slow and memory small, in this process."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

QUEUE = 20
"""PIN checks that may wait; each needs 19 MiB and 40 ms when its turn comes."""

_MOST_NAMES = 10_000

T = TypeVar("T")


class QueueFull(Exception):
    """So many are waiting that another had better come back."""


class Turns:
    """One at a time; the others wait in a short queue."""

    def __init__(self, queue: int = QUEUE) -> None:
        self._queue = queue
        self._lock = asyncio.Lock()
        self._running: set[asyncio.Task[Any]] = set()

    async def take(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Wait for a turn and do the work in it. Raises QueueFull at once if the queue is full.

        Work that has a place is done even if whoever asked hangs up: a dropped connection must neither leave a
        spent try off the record, nor let the next check begin beside one that is still in its thread.
        """
        if len(self._running) > self._queue:
            raise QueueFull
        task = asyncio.get_running_loop().create_task(self._in_turn(work))
        self._running.add(task)
        task.add_done_callback(self._done)
        return await asyncio.shield(task)

    async def _in_turn(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        async with self._lock:
            return await work()

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that one which nobody waits for any more is no noise


class Pace:
    """A token bucket for each name: so many at once, then so many a second."""

    def __init__(self, *, burst: int, per_second: float) -> None:
        self._burst = float(burst)
        self._per_second = per_second
        self._buckets: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def take(self, name: str, now: int) -> bool:
        """Take one at `now` (epoch milliseconds), if one is left."""
        left = self._left(name, now)
        self._keep(name, left - 1 if left >= 1 else left, now)
        return left >= 1

    def give_back(self, name: str, now: int) -> None:
        """Give one back: it turned out not to count."""
        self._keep(name, min(self._burst, self._left(name, now) + 1), now)

    def _left(self, name: str, now: int) -> float:
        left, at = self._buckets.get(name, (self._burst, now))
        return min(self._burst, left + max(0, now - at) * self._per_second / 1000)

    def _keep(self, name: str, left: float, now: int) -> None:
        self._buckets[name] = (left, now)
        self._buckets.move_to_end(name)
        if len(self._buckets) > _MOST_NAMES:
            self._buckets.popitem(last=False)
