"""Which basal rate ran when: what was suspended, temp basals, then the settings' schedule.

Order of truth at each instant: a suspended pump gives nothing; a running temp basal (a new one cuts the one before,
one of no length cancels it); the schedule of the settings valid then, in their own zone, as a Profile Switch left it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Final

import msgspec

from proxy.report.facts import DAY, OPEN_END_MS, Material, ProfileSwitch, Schedule, TempBasal, Therapy
from proxy.report.intervals import Intervals, followed
from proxy.report.localtime import LocalTime, local_time

_SECOND: Final = 1000


class Step(msgspec.Struct, frozen=True, gc=False):
    """A span of one rate in U/h; None where it cannot be known. `scheduled` is what the settings alone would give."""

    start_ms: int
    end_ms: int
    rate: float | None
    scheduled: float | None


@dataclass(frozen=True, slots=True)
class Scheduled:
    """The settings' basal rate over time: each from an instant on; None where no settings are known."""

    starts: tuple[int, ...] = ()
    rates: tuple[float | None, ...] = ()

    def between(self, start_ms: int, end_ms: int) -> Sequence[int]:
        """Give the instants of a period at which another rate begins."""
        low = bisect_left(self.starts, start_ms)
        return self.starts[low : bisect_left(self.starts, end_ms, low)]

    def at(self, at_ms: int) -> float | None:
        """Give the rate at an instant."""
        place = bisect_right(self.starts, at_ms) - 1
        return self.rates[place] if place >= 0 else None


def steps_of(
    material: Material,
    stopped: Intervals,
    scheduled: Scheduled,
    start_ms: int,
    end_ms: int,
) -> Iterator[Step]:
    """Give the steps of a period, oldest first and without holes; `scheduled` is what the settings say, if they may be used."""
    around = _around(material.temp_basals, start_ms, end_ms)
    temps = [temp for temp in cut(around) if temp.end_ms > start_ms and temp.start_ms < end_ms]
    starts = [temp.start_ms for temp in temps]
    edges = {start_ms, end_ms, *scheduled.between(start_ms, end_ms)}
    edges.update(chain.from_iterable(stopped.within(start_ms, end_ms)))
    edges.update(chain.from_iterable((temp.start_ms, temp.end_ms) for temp in temps))
    for start, end in pairwise(sorted(edge for edge in edges if start_ms <= edge <= end_ms)):
        place = bisect_right(starts, start) - 1
        temp = temps[place] if place >= 0 and start < temps[place].end_ms else None
        base = scheduled.at(start)
        yield Step(start, end, 0.0 if start in stopped else _rate(temp, base), base)


def _around(temps: Sequence[TempBasal], start_ms: int, end_ms: int) -> Sequence[TempBasal]:
    """Give the temp basals that may run in a period, and the one that ends the last of them."""
    low = bisect_left(temps, start_ms, key=lambda temp: temp.start_ms)
    high = bisect_left(temps, end_ms, low, key=lambda temp: temp.start_ms)
    return temps[max(0, low - 1) : high + 1]


def cut(temps: Sequence[TempBasal]) -> list[TempBasal]:
    """Let each temp basal end where the next one begins. What it delivered is cut with it, in proportion."""
    found: list[TempBasal] = []
    for temp, following in followed(temps):
        end = temp.end_ms if following is None else min(temp.end_ms, following.start_ms)
        if end <= temp.start_ms:
            continue
        amount = temp.amount
        if amount is not None:
            amount *= (end - temp.start_ms) / (temp.end_ms - temp.start_ms)
        found.append(TempBasal(temp.start_ms, end, temp.rate, temp.percent, amount))
    return found


def _rate(temp: TempBasal | None, scheduled: float | None) -> float | None:
    if temp is None:
        return scheduled
    if temp.amount is not None:
        return temp.amount / (temp.end_ms - temp.start_ms) * 60 * 60 * _SECOND
    if temp.rate is not None:
        return temp.rate
    if temp.percent is None or scheduled is None:
        return None
    return max(0.0, scheduled * (100 + temp.percent) / 100)


def scheduled_basal(material: Material, time: LocalTime, start_ms: int, end_ms: int) -> Scheduled:
    """Give the schedule's rates over a period."""
    starts: list[int] = []
    rates: list[float | None] = []
    for since, until, therapy, switch in regimes(material, start_ms, end_ms):
        for at, rate in _rates(therapy, switch, time, since, until):
            starts.append(at)
            rates.append(rate)
    return Scheduled(tuple(starts), tuple(rates))


def regimes(
    material: Material, start_ms: int, end_ms: int
) -> Iterator[tuple[int, int, Therapy | None, ProfileSwitch | None]]:
    """Cut a period where settings change: by a new record, and by Profile Switches beginning or ending."""
    edges = {start_ms, end_ms}
    edges.update(therapy.since_ms for therapy in material.valid)
    edges.update(chain.from_iterable((one.at_ms, one.end_ms or OPEN_END_MS) for one in material.switches))
    for since, until in pairwise(sorted(edge for edge in edges if start_ms <= edge <= end_ms)):
        switch = _switch_at(material.switches, since)
        yield since, until, therapy_at(material, since, switch), switch


def therapy_at(material: Material, at_ms: int, switch: ProfileSwitch | None) -> Therapy | None:
    """Give the settings valid at an instant; None before the first record."""
    starts = [therapy.since_ms for therapy in material.valid]
    place = bisect_right(starts, at_ms) - 1
    record = material.valid[place] if place >= 0 else None
    if switch is None:
        return record
    if switch.therapy is not None and switch.therapy.basal:
        return switch.therapy
    named = [one for one in (record, *(record.others if record else ())) if one and one.name == switch.name]
    return named[0] if named else record


def _switch_at(switches: tuple[ProfileSwitch, ...], at_ms: int) -> ProfileSwitch | None:
    """Give the switch in force: the last one, or, when one for a while is over, the last one for good before it."""
    for switch in reversed(switches):
        if switch.at_ms <= at_ms and (switch.end_ms is None or at_ms < switch.end_ms):
            return switch
    return None


def _rates(
    therapy: Therapy | None, switch: ProfileSwitch | None, time: LocalTime, since: int, until: int
) -> Iterator[tuple[int, float | None]]:
    if therapy is None or not therapy.basal:
        yield since, None
        return
    factor = (switch.percentage if switch else 100.0) / 100
    own = local_time(therapy.zone, since, until) if therapy.zone else time
    schedule = shifted(therapy.basal, switch.shift_ms if switch else 0)
    seconds = [second for second, _ in schedule]
    for start, end, offset in (own if own.known else time).stretches(since, until):
        of_day = (start + offset) % DAY // _SECOND
        yield start, schedule[bisect_right(seconds, of_day) - 1][1] * factor
        for midnight in range((start + offset) // DAY * DAY - offset, end, DAY):
            for second, value in schedule:
                if start < midnight + second * _SECOND < end:
                    yield midnight + second * _SECOND, value * factor


def shifted(schedule: Schedule, shift_ms: int) -> Schedule:
    """Turn a schedule so that each moment takes the value that stood `shift_ms` later in the day."""
    shift = shift_ms // _SECOND
    if not shift or not schedule:
        return schedule
    turned = {(second - shift) % (DAY // _SECOND): value for second, value in schedule}
    if 0 not in turned:
        turned[0] = turned[max(turned)]
    return tuple(sorted(turned.items()))
