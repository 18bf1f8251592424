"""Limits per grant: bursts of requests here, a day's records and bytes in the store."""

from collections import OrderedDict

PER_SECOND = 50
BURST = 500
UPSTREAM_A_DAY = 1_000_000_000
RECORDS_A_DAY = 20_000
_MOST_GRANTS = 10_000


class Pace:
    """A token bucket for each grant: fifty requests a second, five hundred at once."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def allow(self, grant: str, now: int) -> bool:
        """Take one request at `now` (epoch milliseconds), if there is one left."""
        left, at = self._buckets.pop(grant, (float(BURST), now))
        left = min(float(BURST), left + max(0, now - at) * PER_SECOND / 1000)
        allowed = left >= 1
        self._buckets[grant] = (left - allowed, now)
        if len(self._buckets) > _MOST_GRANTS:
            self._buckets.popitem(last=False)
        return allowed
