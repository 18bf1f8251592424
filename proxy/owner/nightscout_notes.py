"""Notes in the owner's Nightscout, looked for when asked: for the owner's own eyes, to pick single ones from."""

import asyncio
from collections.abc import Sequence
from typing import Final
from zoneinfo import available_timezones

from proxy.core.errors import UpstreamError
from proxy.core.found_notes import FoundNote, found_notes
from proxy.core.identity import ABOUT_ME, ME, read_about_me
from proxy.core.plan import Fetch, slices
from proxy.core.tally import read_rows
from proxy.core.view import local_midnight
from proxy.owner.console import Console

DAYS: Final = (14, 30, 90)
"""So far back it may be looked."""
_MOST_ROWS: Final = 50_000
_SECONDS: Final = 30


async def look_for_notes(console: Console, days: int) -> Sequence[FoundNote]:
    """Read the notes of the last `days` days, newest first. Raises UpstreamError."""
    zone, now = await zone_of_owner(console), console.clock()
    since = local_midnight(now, zone, days_before=days)
    found: list[FoundNote] = []
    try:
        async with asyncio.timeout(_SECONDS):
            for start, end in slices("treatments", since, now, newest_first=True):
                body = await console.rows(Fetch("treatments", start, end, None, _MOST_ROWS))
                found += await asyncio.to_thread(_notes, body, zone)
    except TimeoutError:
        raise UpstreamError("upstream_slow", "Nightscout took too long to answer. Try again.") from None
    return found


def _notes(body: bytes, zone: str) -> list[FoundNote]:
    return found_notes(read_rows(body), zone)


async def zone_of_owner(console: Console) -> str:
    """Give the zone in which the owner's days are counted: the one they named, else the site's."""
    about = read_about_me(await console.store.document(ABOUT_ME, ME))
    # A name that this machine does not know, or not any more, is no reason to show no page.
    return about.zone if about.zone in available_timezones() else await console.zone()
