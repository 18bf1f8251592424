"""Readings don't stay in memory when nobody looks at them any more, however an access ended."""

import asyncio
from collections.abc import Callable
from typing import Final

PAUSE_SECONDS: Final = 300


async def forget_now_and_then(*forget: Callable[[], None]) -> None:
    """Let each part of the house drop what is of no use any more, every five minutes."""
    while True:
        await asyncio.sleep(PAUSE_SECONDS)
        for each in forget:
            each()
