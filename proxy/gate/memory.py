"""Answers remembered for some seconds, and fetches shared by all who ask the same at once.

Keyed by view and question, so that only grants alike share. What is remembered is recorded like any other
answer, and refused like any other once the grant has ended.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable

from proxy.gate.body import Body

FRESH_SECONDS = 5.0
MOST_BYTES = 64 * 1024 * 1024
MOST_ANSWERS = 1_000
LARGEST = 8 * 1024 * 1024


class Memory:
    """The newest answers, oldest first to go."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[float, Body]] = OrderedDict()
        self._bytes = 0
        self._under_way: dict[Hashable, asyncio.Task[Body]] = {}
        self._asked: OrderedDict[Hashable, Hashable] = OrderedDict()

    async def answer(self, key: Hashable, make: Callable[[], Awaitable[Body]]) -> Body:
        """Give the remembered answer, or the one that is being made, or make it. Failures are not remembered."""
        kept = self.recall(key)
        if kept is not None:
            return kept
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.ensure_future(self._made(key, make))
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        # Shielded: the first to ask may leave while others wait for the same answer.
        return await asyncio.shield(task)

    async def _made(self, key: Hashable, make: Callable[[], Awaitable[Body]]) -> Body:
        body = await make()
        self.keep(key, body)
        return body

    def note(self, words: Hashable, key: Hashable) -> None:
        """Note under which key the answer to a question's very words is kept."""
        self._asked[words] = key
        if len(self._asked) > MOST_ANSWERS:
            self._asked.popitem(last=False)

    def recall_as_asked(self, words: Hashable) -> Body | None:
        """Give the answer to a question that was asked in these words, if it is fresh."""
        key = self._asked.get(words)
        return None if key is None else self.recall(key)

    def recall(self, key: Hashable) -> Body | None:
        """Give a remembered answer, if it is fresh."""
        kept = self._kept.get(key)
        if kept is None or asyncio.get_running_loop().time() - kept[0] >= FRESH_SECONDS:
            return None
        return kept[1]

    def forget_old(self) -> None:
        """Let go of what nobody may be answered with any more."""
        for key in [key for key in self._kept if self.recall(key) is None]:
            self._bytes -= len(self._kept.pop(key)[1].content)
        self._asked = OrderedDict((words, key) for words, key in self._asked.items() if key in self._kept)

    def keep(self, key: Hashable, body: Body) -> None:
        """Remember an answer, unless it is too large."""
        if len(body.content) > LARGEST:
            return
        old = self._kept.pop(key, None)
        self._bytes += len(body.content) - (len(old[1].content) if old is not None else 0)
        self._kept[key] = (asyncio.get_running_loop().time(), body)
        while self._bytes > MOST_BYTES or len(self._kept) > MOST_ANSWERS:
            _, (_, gone) = self._kept.popitem(last=False)
            self._bytes -= len(gone.content)
