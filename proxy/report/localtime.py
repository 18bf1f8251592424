"""Local time by arithmetic: a zone's offsets within one span, so that each reading costs an addition.

Zone names are looked up whatever their case (Loop writes `ETC/GMT+7`); a name that nobody knows is UTC, and said so.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from proxy.report.facts import DAY, HOUR, MINUTE

_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LocalDay:
    """One local day: 23, 24 or 25 hours."""

    day: date
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class LocalTime:
    """The offsets of a zone from UTC, each from an instant on."""

    name: str
    known: bool
    """False if the zone's name was not known, and UTC stands in for it."""
    starts: tuple[int, ...]
    offsets: tuple[int, ...]

    def offset(self, at_ms: int) -> int:
        """Give what must be added to an instant to have its local time, in milliseconds."""
        return self.offsets[max(0, bisect_right(self.starts, at_ms) - 1)]

    def local(self, at_ms: int) -> int:
        """Give local time as milliseconds since local 1970."""
        return at_ms + self.offset(at_ms)

    def of_day(self, at_ms: int) -> int:
        """Give the time of day by the clock on the wall, in milliseconds."""
        return self.local(at_ms) % DAY

    def day_of(self, at_ms: int) -> date:
        """Give the local date."""
        return date.fromordinal(date(1970, 1, 1).toordinal() + self.local(at_ms) // DAY)

    def midnight(self, at_ms: int) -> int:
        """Give the instant at which the local day of `at_ms` begins."""
        return self._instant(self.local(at_ms) // DAY * DAY)

    def before(self, start_ms: int, end_ms: int) -> int:
        """Give where a period of the same length by the clock on the wall begins, which ends at `start_ms`.

        So before whole days there are whole days, whether the clocks were changed or not.
        """
        return self._instant(2 * self.local(start_ms) - self.local(end_ms))

    def days(self, start_ms: int, end_ms: int) -> Iterator[LocalDay]:
        """Give the local days that touch [start_ms, end_ms), whole, oldest first."""
        at = self.local(start_ms) // DAY * DAY
        start = self._instant(at)
        while start < end_ms:
            at += DAY
            end = self._instant(at)
            yield LocalDay(date.fromordinal(date(1970, 1, 1).toordinal() + at // DAY - 1), start, end)
            start = end

    def stretches(self, start_ms: int, end_ms: int) -> Iterator[tuple[int, int, int]]:
        """Cut a span at clock changes; give (start, end, offset)."""
        changes = [at for at in self.starts if start_ms < at < end_ms]
        for start, end in pairwise([start_ms, *changes, end_ms]):
            yield start, end, self.offset(start)

    def _instant(self, local_ms: int) -> int:
        """Give the first instant at which the clocks show at least this local time."""
        for index, offset in enumerate(self.offsets):
            at = max(local_ms - offset, self.starts[index]) if index else local_ms - offset
            if index + 1 == len(self.offsets) or at < self.starts[index + 1]:
                return at
        raise AssertionError  # the last offset always answers


def local_time(zone: str, start_ms: int, end_ms: int) -> LocalTime:
    """Read the offsets of a zone from a day before to two days after a span.

    `zone` is an IANA name in any case, or an offset ("+02:00", "UTC-5"); anything else is UTC, not `known`.
    """
    found = zone_of(zone)
    starts, offsets = _offsets(found or UTC, start_ms - DAY, end_ms + 2 * DAY)
    name = zone if isinstance(found, timezone) else getattr(found, "key", "UTC")
    return LocalTime(name, found is not None, starts, offsets)


def zone_of(name: str) -> tzinfo | None:
    """Look up a zone; None if nobody knows it."""
    if offset := _OFFSET.fullmatch(name.strip()):
        hours, minutes = int(offset[2]), int(offset[3] or 0)
        ahead = timedelta(hours=hours, minutes=minutes)
        return timezone(ahead if offset[1] == "+" else -ahead) if ahead < timedelta(hours=24) else None
    key = _names().get(name.strip().casefold())
    return ZoneInfo(key) if key else None


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}


def _offsets(zone: tzinfo, start_ms: int, end_ms: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    starts, offsets = [start_ms], [_offset(zone, start_ms)]
    for at in range(start_ms, end_ms, DAY):
        if _offset(zone, at + DAY) != offsets[-1]:
            starts.append(_change(zone, at, at + DAY))
            offsets.append(_offset(zone, at + DAY))
    return tuple(starts), tuple(offsets)


def _change(zone: tzinfo, before: int, after: int) -> int:
    """Find the minute of a clock change between two instants."""
    old = _offset(zone, before)
    while after - before > MINUTE:
        middle = (before + after) // 2 // MINUTE * MINUTE
        if middle <= before:
            return after
        before, after = (middle, after) if _offset(zone, middle) == old else (before, middle)
    return after // MINUTE * MINUTE


def _offset(zone: tzinfo, at_ms: int) -> int:
    offset = datetime.fromtimestamp(at_ms // 1000, zone).utcoffset()
    assert offset is not None
    return round(offset.total_seconds() * 1000)


def clock(of_day_ms: int) -> str:
    """Write a time of day as HH:MM."""
    return f"{of_day_ms // HOUR:02d}:{of_day_ms % HOUR // MINUTE:02d}"
