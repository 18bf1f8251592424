"""Waiting for an answer of a disk or a server, but not for ever."""

import asyncio
from typing import TypeVar

T = TypeVar("T")


async def answer_within(seconds: float, asked: asyncio.Future[T]) -> T:
    """Wait for an answer and give it. Raises TimeoutError.

    Not as `asyncio.timeout` does: where this process itself was held up, the answer may be there when the time is
    over, and then it counts.
    """
    asked.add_done_callback(_looked_at)
    try:
        await asyncio.wait((asked,), timeout=seconds)
        if asked.done():
            return asked.result()
        raise TimeoutError
    finally:
        asked.cancel()


def _looked_at(late: asyncio.Future[T]) -> None:
    """Look at an answer that nobody waits for any more, so that its fault is no noise."""
    if not late.cancelled():
        late.exception()
