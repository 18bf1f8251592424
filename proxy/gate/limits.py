"""Limits per grant: requests a second here, records and bytes a day in the store.

A refused request costs a record too, and so could fill the disk. So the first one puts on record until when all
further ones are refused; those need no record of their own.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from proxy.core.grant import DAY
from proxy.core.ports import Store

PER_SECOND: Final = 50
BURST: Final = 500
PAUSE: Final = 1_000
UPSTREAM_A_DAY: Final = 1_000_000_000
RECORDS_A_DAY: Final = 20_000
_SHARE: Final = 50
"""Use is reported to the store in parts of a fiftieth: the limits hold for all processes, give or take one."""
_MOST_GRANTS: Final = 10_000


@dataclass(slots=True)
class _Use:
    """What this process knows of one grant."""

    left: float
    at: int
    refused_until: int = 0
    day: int = 0
    """The first day (since the epoch) on which there may be requests again."""
    records: int = 0
    upstream: int = 0


@dataclass(frozen=True, slots=True)
class Pause:
    """All requests of a grant are refused until then; `new` if that is not on record yet."""

    until: int
    new: bool


class Limits:
    """Who has asked for how much."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._uses: OrderedDict[str, _Use] = OrderedDict()

    def check(self, grant: str, now: int) -> Pause | None:
        """Count a request at `now`; None if it may go on."""
        use = self._use(grant, now)
        if now < use.refused_until:
            return Pause(use.refused_until, new=False)
        if now < use.day * DAY:
            return self._pause(use, use.day * DAY)
        use.left = min(float(BURST), use.left + max(0, now - use.at) * PER_SECOND / 1000)
        use.at = now
        if use.left < 1:
            return self._pause(use, now + PAUSE)
        use.left -= 1
        return None

    async def spend(self, grant: str, now: int, *, upstream: int) -> None:
        """Note an answer and the bytes that it cost Nightscout; over the day's limit, refuse until midnight UTC."""
        use = self._use(grant, now)
        use.records += 1
        use.upstream += upstream
        if use.records < RECORDS_A_DAY // _SHARE and use.upstream < UPSTREAM_A_DAY // _SHARE:
            return
        records, upstream_bytes, use.records, use.upstream = use.records, use.upstream, 0, 0
        sums = await self._store.spend(grant, now // DAY, records=records, upstream_bytes=upstream_bytes)
        if sums.records >= RECORDS_A_DAY or sums.upstream_bytes >= UPSTREAM_A_DAY:
            use.day = now // DAY + 1

    def _use(self, grant: str, now: int) -> _Use:
        use = self._uses.pop(grant, None) or _Use(float(BURST), now)
        self._uses[grant] = use
        if len(self._uses) > _MOST_GRANTS:
            self._uses.popitem(last=False)
        return use

    def _pause(self, use: _Use, until: int) -> Pause:
        use.refused_until = until
        return Pause(until, new=True)
