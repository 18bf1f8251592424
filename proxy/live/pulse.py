"""Whether Nightscout answers at all.

A slow machine may take a minute to read everything, and answers piece by piece meanwhile; one that hangs takes every
question and answers none. So what counts is for how long nothing was answered. Where nothing is asked for a while,
something small is: a site that hangs in the quiet between two readings would be noticed a minute later.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from proxy.core.errors import ClockError, UpstreamError
from proxy.core.plan import Fetch
from proxy.core.ports import Clock
from proxy.live.reading import Fetcher

QUIET_SECONDS: Final = 4.0
"""So long nothing is answered before something small is asked."""
SILENT_SECONDS: Final = 16.0
"""A slow machine has answered one question by then."""
_SPAN: Final = 10 * 60_000
_NO_ANSWER: Final = ("upstream_slow", "upstream_unreachable")


class Pulse:
    """Belongs to the event loop in which it is used. `quiet` and `patience` are in seconds."""

    def __init__(
        self,
        fetch: Fetcher,
        clock: Clock,
        *,
        quiet: float = QUIET_SECONDS,
        patience: float = SILENT_SECONDS,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._quiet = quiet
        self._patience = patience
        self._answered_at = float("-inf")
        """The loop's time of the last answer to what was read for somebody."""
        self.silent_since: float | None = None
        """The loop's time since when what was asked because it was quiet is not answered."""

    async def fetch(self, asked: Fetch) -> bytes:
        """Fetch for a reading. Raises UpstreamError."""
        try:
            body = await self._fetch(asked)
        except UpstreamError as error:
            if _is_answer(error):
                self._answered()
            raise
        self._answered()
        return body

    @contextmanager
    def waiting(self, silent: Callable[[float], None]) -> Iterator[None]:
        """Call `silent` once if nothing is answered for too long while the block is at work, with the loop's time since when."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        timer: asyncio.TimerHandle

        def look() -> None:
            nonlocal timer
            since = max(began, self._answered_at)
            if loop.time() - since >= self._patience:
                silent(since)
            else:
                timer = loop.call_at(since + self._patience, look)

        timer = loop.call_at(began + self._patience, look)
        try:
            yield
        finally:
            timer.cancel()

    async def watch(
        self, wanted: asyncio.Event, silent: Callable[[float], None], back: Callable[[], None]
    ) -> None:
        """Ask something small whenever it is quiet, while `wanted` is set; never returns.

        `silent` is called for each question that is not answered, with the loop's time at which it was asked; `back`
        once one is answered again.
        """
        loop = asyncio.get_running_loop()
        pause = self._quiet
        while True:
            if not wanted.is_set():
                self.silent_since = None  # it tells nothing to who comes an hour later
                await wanted.wait()
            rest = self._answered_at + pause - loop.time()
            if rest > 0:
                await asyncio.sleep(rest)
                continue
            began, before = loop.time(), self.silent_since
            if await self._answers():
                self.silent_since = None
                # One that is slow is not asked without end.
                pause = max(self._quiet, loop.time() - began)
                if before is not None:
                    back()
            else:
                self.silent_since = began if before is None else before
                pause = self._quiet
                silent(began)
            await asyncio.sleep(pause)

    async def _answers(self) -> bool:
        began = asyncio.get_running_loop().time()
        try:
            now = self._clock()
            async with asyncio.timeout(self._patience):
                await self._fetch(Fetch("entries", now - _SPAN, now, None, 1))
        except (TimeoutError, UpstreamError) as error:
            return _is_answer(error) or self._answered_at > began
        except ClockError:  # nobody is sent anything until it is right again
            return True
        return True

    def _answered(self) -> None:
        self._answered_at = asyncio.get_running_loop().time()


def _is_answer(error: Exception) -> bool:
    """Say whether an error is an answer, if not the one that was wanted."""
    return isinstance(error, UpstreamError) and error.upstream_reason not in _NO_ANSWER
