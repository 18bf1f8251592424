"""Retention: some months after a grant has ended, its names and its log go; id, head, length and the day stay."""

import asyncio
from datetime import UTC, datetime

import structlog

from proxy.core.errors import StoreUnavailable
from proxy.core.grant import DAY, Grant
from proxy.core.ports import Clock, Store

MONTH = 30 * DAY
PAUSE_SECONDS = 3600
log = structlog.get_logger("retention")


def is_over(grant: Grant, *, months: int, now: int) -> bool:
    """Say whether what is known of a grant is older than it may be kept. Erased ones have no clinician any more."""
    ended = grant.ended_at if grant.ended_at is not None else grant.expires_at
    return bool(grant.clinician) and ended + months * MONTH <= now


async def erase_old(store: Store, *, months: int, now: int) -> int:
    """Erase what is over; how many grants that was. Raises StoreUnavailable."""
    old = [grant for grant in await store.grants() if is_over(grant, months=months, now=now)]
    for grant in old:
        await store.erase(grant.id, day=datetime.fromtimestamp(now / 1000, UTC).date().isoformat())
    return len(old)


async def keep_erasing(store: Store, clock: Clock, *, months: int) -> None:
    """Look every hour, for as long as the server runs."""
    while True:
        try:
            erased = await erase_old(store, months=months, now=clock())
            if erased:
                log.info("erased", grants=erased)
        except StoreUnavailable:
            log.warning("not_erased")
        await asyncio.sleep(PAUSE_SECONDS)
