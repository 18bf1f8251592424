"""Reading a whole Nightscout for its owner: slice by slice, counted in a thread, kept nowhere."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from proxy.core.catalog import COLLECTIONS
from proxy.core.errors import UpstreamError
from proxy.core.grant import DAY
from proxy.core.inventory import Collected
from proxy.core.lens import DATE_FIELD
from proxy.core.plan import Fetch, slices

Rows = Callable[[Fetch], Awaitable[bytes]]
DAYS: Final = (14, 90, 365)
"""What can be chosen to read."""
_MOST: Final = 200_000
_EARLIEST: Final = 1_262_304_000_000
"""2010-01-01: no Nightscout is older."""
_WHOLE: Final = ("profile", "food")
"""Collections that are read from their beginning: they are small, and what is old in them is in force."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far the reading is."""

    done: int
    of: int
    collection: str


def empty() -> dict[str, Collected]:
    """Give a place for what will be found."""
    return {name: Collected(name) for name in COLLECTIONS}


async def gather(rows: Rows, found: Mapping[str, Collected], *, now: int, days: int) -> AsyncIterator[Step]:
    """Read the last `days` days into `found`, and tell of each step before it is done. What fails is counted there."""
    fetches = list(_fetches(now, days))
    total = len(fetches) + len(found)
    for number, fetch in enumerate(fetches):
        yield Step(number, total, fetch.collection)
        try:
            # In a thread: a day of device status is a thousand documents, and others are served meanwhile.
            await asyncio.to_thread(found[fetch.collection].add, await rows(fetch))
        except UpstreamError:
            found[fetch.collection].failed += 1
    for number, (name, one) in enumerate(found.items(), len(fetches)):
        yield Step(number, total, name)
        one.since = await _since(rows, one, now)
    yield Step(total, total, "")


def _fetches(now: int, days: int) -> list[Fetch]:
    found = []
    for name in COLLECTIONS:
        since = 0 if name in _WHOLE else now - days * DAY
        parts = [(since, now + DAY)] if name in _WHOLE else slices(name, since, now + DAY, newest_first=True)
        found += [Fetch(name, start, end, None, _MOST) for start, end in parts]
    return found


async def _since(rows: Rows, one: Collected, now: int) -> int | None:
    """Find the day of the oldest document, by halves: each question is for one document."""
    if one.name not in DATE_FIELD:
        return None
    if one.name in _WHOLE:
        return one.first if one.last else None
    low, high = _EARLIEST, min(one.first, now)
    try:
        if not await _is_there(rows, one.name, high):
            return one.first if one.last else None
        while high - low > DAY:
            middle = (low + high) // 2
            low, high = (low, middle) if await _is_there(rows, one.name, middle) else (middle, high)
    except UpstreamError:
        return None
    return high


async def _is_there(rows: Rows, name: str, until: int) -> bool:
    """Say whether there is any document from before a moment."""
    body = await rows(Fetch(name, 0, until, None, 1))
    return body.strip() not in (b"[]", b"")
