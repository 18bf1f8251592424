"""Pace and turns: what keeps guessing slow and memory small, in this process."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

QUEUE = 20
"""PIN checks that may wait; each needs 19 MiB and 40 ms when its turn comes."""

_MOST_NAMES = 10_000


class QueueFull(Exception):
    """So many are waiting that another had better come back."""


class Turns:
    """One at a time; the others wait in a short queue."""

    def __init__(self, queue: int = QUEUE) -> None:
        self._queue = queue
        self._lock = asyncio.Lock()
        self._inside = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn and hold it. Raises QueueFull at once if the queue is full."""
        if self._inside > self._queue:
            raise QueueFull
        self._inside += 1
        try:
            async with self._lock:
                yield
        finally:
            self._inside -= 1


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
