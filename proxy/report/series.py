"""Sensor readings made ready for figures: without duplicates, each with the minutes that it stands for.

Duplicates are readings that come closer than half a sampling interval to the one before (two uploaders sending the
same sensor's readings); of these, the one of the day's most frequent device stays. Nothing else is left out.
"""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import sub
from typing import Final

from proxy.core.policy import Detail
from proxy.report.facts import DAY, MINUTE, Readings

LOWEST: Final = 39
"""Below are a sensor's error codes."""
_INTERVALS: Final = (1, 5, 15)
_BIN_MINUTES: Final[Mapping[Detail, int]] = {"15min": 15, "hourly": 60, "daily": 24 * 60}
_MANY_IN_FIVE_MINUTES: Final = 2.5
"""Above two uploaders of one five-minute sensor, below a one-minute sensor with holes."""
_FEW_IN_FIFTEEN_MINUTES: Final = 1.3
_EVIDENCE: Final = 12
"""With fewer readings than this, a day is taken to be like the whole, and the whole like most sensors."""
_MOST_COMMON: Final = 5


@dataclass(frozen=True, slots=True)
class Series:
    """Readings in order of time; `minutes` is what each stands for. `bin_minutes` is 0 unless they are averages."""

    at: "array[int]"
    mgdl: "array[float]"
    minutes: "array[float]"
    count: "array[int]"
    interval: int | None
    duplicates: int
    bin_minutes: int = 0

    def any(self, start_ms: int, end_ms: int) -> bool:
        """Say whether there are readings in [start_ms, end_ms)."""
        return bisect_left(self.at, start_ms) < bisect_left(self.at, end_ms)

    def cut(self, start_ms: int, end_ms: int) -> "Series":
        """Give the readings in [start_ms, end_ms)."""
        low, high = bisect_left(self.at, start_ms), bisect_left(self.at, end_ms)
        if low == 0 and high == len(self.at):
            return self
        return Series(
            self.at[low:high], self.mgdl[low:high], self.minutes[low:high], self.count[low:high],
            self.interval, 0, self.bin_minutes,
        )  # fmt: skip


def series_of(readings: Readings, start_ms: int, end_ms: int, *, detail: Detail = "full") -> Series:
    """Clean the readings of [start_ms, end_ms). At a `detail` of averages each row stands for its count."""
    part = _between(readings, start_ms, end_ms)
    if detail in _BIN_MINUTES:
        return _of_averages(part, _BIN_MINUTES[detail])
    return _of_readings(part)


def _between(readings: Readings, start_ms: int, end_ms: int) -> Readings:
    low, high = bisect_left(readings.at, start_ms), bisect_left(readings.at, end_ms)
    if low == 0 and high == len(readings.at):
        return readings
    return Readings(
        readings.at[low:high], readings.mgdl[low:high], readings.device[low:high], readings.count[low:high]
    )


def _of_averages(part: Readings, bin_minutes: int) -> Series:
    most = sorted(part.count)[len(part.count) * 9 // 10] if part.count else 1
    interval = min(_INTERVALS, key=lambda each: abs(bin_minutes / each - most))
    minutes = array("d", [min(n * interval, bin_minutes) for n in part.count])
    return Series(part.at, part.mgdl, minutes, part.count, interval if part.at else None, 0, bin_minutes)


def _of_readings(part: Readings) -> Series:
    days = _days(part.at)
    usual, intervals = _intervals(part.at, days)
    if _are_apart(part.at, days, intervals):
        # The columns as they are: of a year of minutes, a second set would be as much again.
        stand_for = array("d")
        for (low, high), interval in zip(days, intervals, strict=True):
            stand_for.extend(array("d", [interval]) * (high - low))
        return Series(
            part.at, part.mgdl, stand_for, array("I", [1]) * len(part.at), usual if days else None, 0
        )
    favourites = _favourites(part, days)
    kept, minutes = Readings(), array("d")
    last = -DAY
    for (low, high), interval, favourite in zip(days, intervals, favourites, strict=True):
        day = Readings(part.at[low:high], part.mgdl[low:high], part.device[low:high])
        last = _add_day(kept, day, last, interval * MINUTE / 2, favourite)
        minutes.extend(array("d", [interval]) * (len(kept.at) - len(minutes)))
    at = kept.at
    return Series(
        at, kept.mgdl, minutes, array("I", [1]) * len(at), usual if at else None, len(part.at) - len(at)
    )


def _days(at: "array[int]") -> list[tuple[int, int]]:
    """Give the places of each day's readings, of days that have some."""
    found = []
    low = 0
    while low < len(at):
        high = bisect_left(at, (at[low] // DAY + 1) * DAY, low)
        found.append((low, high))
        low = high
    return found


def _are_apart(at: "array[int]", days: Sequence[tuple[int, int]], intervals: Sequence[int]) -> bool:
    """Say whether there are no duplicates at all."""
    return all(
        all(map((interval * MINUTE / 2).__le__, map(sub, at[max(low, 1) : high], at[max(low, 1) - 1 : high])))
        for (low, high), interval in zip(days, intervals, strict=True)
    )


def _add_day(kept: Readings, day: Readings, last: int, limit: float, favourite: int) -> int:
    """Add a day's readings that are no duplicates; `last` is when the last one before came that wasn't."""
    before = array("q", [last])
    before.extend(day.at[:-1])
    if all(map(limit.__le__, map(sub, day.at, before))):
        kept.at.extend(day.at)
        kept.mgdl.extend(day.mgdl)
        kept.device.extend(day.device)
        return day.at[-1]
    for moment, value, device in zip(day.at, day.mgdl, day.device, strict=True):
        if moment - last >= limit:
            kept.at.append(moment)
            kept.mgdl.append(value)
            kept.device.append(device)
            last = moment
        elif device == favourite != kept.device[-1]:
            kept.at[-1], kept.mgdl[-1], kept.device[-1] = moment, value, device
    return last


def _intervals(at: "array[int]", days: Sequence[tuple[int, int]]) -> tuple[int, list[int]]:
    """Judge the sampling interval of the whole, and day by day, since sensors change.

    A day with little evidence is like the whole.
    """
    spreads = [_spread(at[low:high]) for low, high in days]
    usual = _interval(*map(sum, zip(*spreads, strict=True))) if spreads else _MOST_COMMON
    return usual, [_interval(*spread) if spread[0] >= _EVIDENCE else usual for spread in spreads]


def _spread(at: "array[int]") -> tuple[int, int, int]:
    """Count readings, the five minutes and the quarters of an hour that have some: no day shares one with the next."""
    return (
        len(at),
        len({moment // (5 * MINUTE) for moment in at}),
        len({moment // (15 * MINUTE) for moment in at}),
    )


def _interval(readings: int, fives: int, fifteens: int) -> int:
    """Judge a sampling interval from how many readings fall together, which two uploaders don't disturb much."""
    if readings < _EVIDENCE:
        return _MOST_COMMON
    if readings / fives > _MANY_IN_FIVE_MINUTES:
        return 1
    return 15 if fives / fifteens <= _FEW_IN_FIFTEEN_MINUTES else 5


def _favourites(part: Readings, days: Sequence[tuple[int, int]]) -> list[int]:
    """Give each day's most frequent device, where more than one is told apart; else none, which is 0."""
    if len(set(part.device)) <= 1:
        return [0] * len(days)
    counted = [Counter(part.device[low:high]) for low, high in days]
    return [min(seen, key=lambda device: (-seen[device], device)) for seen in counted]
