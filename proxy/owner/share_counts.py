"""What is in the owner's Nightscout, counted for the switches. It is read for the owner and goes to no clinician."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from proxy.core.errors import UpstreamError
from proxy.core.plan import Fetch, slices
from proxy.core.tally import read_rows, tally
from proxy.core.view import local_midnight
from proxy.owner.console import Console

_COUNTED: Final = ("entries", "treatments")
_MOST: Final = 200_000
_SETTINGS: Final = 1_000
_SECONDS: Final = 20
KEEP: Final = 60_000
"""Milliseconds for which a count stands."""


@dataclass(slots=True)
class Counting:
    """Counts once for all who ask at the same time, and remembers for a minute."""

    console: Console
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _known: dict[int, tuple[int, Mapping[str, int]]] = field(default_factory=dict)

    async def __call__(self, days: int) -> Mapping[str, int] | None:
        """Count the last `days` days; None if Nightscout can't be asked, or takes too long."""
        async with self._lock:
            now = self.console.clock()
            self._known = {key: kept for key, kept in self._known.items() if now - kept[0] < KEEP}
            if days not in self._known:
                try:
                    async with asyncio.timeout(_SECONDS):
                        self._known[days] = now, await _count(self.console, days, now)
                except (UpstreamError, TimeoutError):
                    return None
            return self._known[days][1]


async def _count(console: Console, days: int, now: int) -> Mapping[str, int]:
    since = local_midnight(now, await console.zone(), days_before=days)
    counted: Counter[str] = Counter()
    for collection in _COUNTED:
        for start, end in slices(collection, since, now, newest_first=True):
            counted += await _tallied(console, Fetch(collection, start, end, None, _MOST))
    # A profile from before the window is in force within it: they all count.
    return counted + await _tallied(console, Fetch("profile", 0, now, None, _SETTINGS))


async def _tallied(console: Console, fetch: Fetch) -> Counter[str]:
    body = await console.rows(fetch)
    return await asyncio.to_thread(lambda: tally(fetch.collection, read_rows(body)))
