"""When to read: at once what is new, after a while everything.

Nightscout's bell tells that something changed, not what. Nearly always it is of the last minutes, and that is read
with little work for Nightscout and for us. What else may have changed (an older row, the settings) is looked for
afterwards, seldom enough that a site which reports without end is not read from end to end without end.
"""

import asyncio
from typing import Final, Literal

RETRY_SECONDS: Final = 15.0
Outcome = Literal["told", "quiet", "unclear", "failed"]
"""Of reading a view: there was something to tell, or nothing; or all must be read to know; or it could not be read."""


class Rhythm:
    """Belongs to the event loop in which it is used. `settle` is in seconds."""

    def __init__(self, settle: float) -> None:
        self._settle = settle
        self._awake = asyncio.Event()
        self._rung = self._all = self._passed_over = False
        self._all_at = 0.0
        """The loop's time of the last reading of everything."""
        self._timer: asyncio.TimerHandle | None = None

    def ring(self) -> None:
        """Note that something changed."""
        self._rung = True
        self._awake.set()

    def again(self) -> None:
        """Read everything once more after a while, since it could not be read."""
        self._all_after(RETRY_SECONDS)

    async def due(self) -> Literal["news", "all"]:
        """Wait until something is to be read; what is new comes first, but never twice in a row."""
        await self._awake.wait()
        if self._rung and not self._passed_over:
            self._rung, self._passed_over = False, self._all
            due: Literal["news", "all"] = "news"
        else:
            self._all = self._passed_over = False
            due = "all"
        if not self._rung and not self._all:
            self._awake.clear()
        return due

    def after_news(self, outcome: Outcome) -> None:
        """Say when everything is to be read, after what is new was."""
        if outcome == "failed":
            self.again()
        elif outcome == "told":
            self._all_after(self._settle)
        else:
            self._all_after(0)

    def after_all(self, outcome: Outcome) -> None:
        """Note that everything was read, as far as it could be."""
        self._all_at = asyncio.get_running_loop().time()
        if outcome == "failed":
            self.again()

    def _all_after(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        at = max(loop.time() + seconds, self._all_at + self._settle)
        if self._timer is not None:
            at = min(at, self._timer.when())
            self._timer.cancel()
        self._timer = loop.call_at(at, self._fall_due)

    def _fall_due(self) -> None:
        self._timer = None
        self._all = True
        self._awake.set()
