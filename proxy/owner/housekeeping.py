"""Housekeeping: what ran out is sealed; some months later its names and its log go, while id, head and length stay."""

import asyncio
from datetime import UTC, datetime
from typing import Final

import structlog

from proxy.core.errors import StoreUnavailable
from proxy.core.grant import DAY, Grant
from proxy.core.ports import Clock, Store
from proxy.core.record import Draft
from proxy.core.remarks import REMARKS
from proxy.core.waiting import ASK_FIRST

MONTH: Final = 30 * DAY
PAUSE_SECONDS: Final = 60
GOES_BEFORE: Final = (REMARKS, ASK_FIRST)
"""Documents of a grant that are written before it."""
log = structlog.get_logger("housekeeping")


async def seal_expired(store: Store, *, now: int) -> int:
    """End what ran out, so that its chain has a last line; how many grants that was. Raises StoreUnavailable."""
    over = [grant for grant in await store.grants() if grant.ended_at is None and now >= grant.expires_at]
    for grant in over:
        await store.end(grant.id, "expired", Draft("ended", grant.expires_at, {"ending": "expired"}))
    return len(over)


def is_over(grant: Grant, *, months: int, now: int) -> bool:
    """Say whether what is known of a grant is older than it may be kept."""
    if grant.ended_at is None or grant.erased_on is not None or grant.kind == "owner":
        return False
    return grant.ended_at + months * MONTH <= now


async def erase_old(store: Store, *, months: int, now: int) -> int:
    """Erase what is over; how many grants that was. Raises StoreUnavailable."""
    old = [grant for grant in await store.grants() if is_over(grant, months=months, now=now)]
    for grant in old:
        await store.erase(grant.id, day=datetime.fromtimestamp(now / 1000, UTC).date().isoformat())
    return len(old)


async def forget_orphans(store: Store, before: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Drop what was kept for grants that never came to be; give what to look at again. Raises StoreUnavailable.

    It is written before its grant is, so what has none is dropped only if it had none the last time either.
    """
    kept = [(kind, each.key) for kind in GOES_BEFORE for each in await store.documents(kind)]
    there = {grant.id for grant in await store.grants()}
    orphans = frozenset((kind, key) for kind, key in kept if key.partition("/")[0] not in there)
    for kind, key in orphans & before:
        await store.drop(kind, key)
    return orphans - before


async def keep_house(store: Store, clock: Clock, *, months: int) -> None:
    """Look every minute, for as long as the server runs."""
    orphans: frozenset[tuple[str, str]] = frozenset()
    while True:
        try:
            orphans = await forget_orphans(store, orphans)
            sealed = await seal_expired(store, now=clock())
            erased = await erase_old(store, months=months, now=clock())
        except StoreUnavailable:
            log.warning("not_kept")
        else:
            if sealed or erased:
                log.info("kept", sealed=sealed, erased=erased)
        await asyncio.sleep(PAUSE_SECONDS)
