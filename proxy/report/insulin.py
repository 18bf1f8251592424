"""Insulin and carbs per 24 hours, and of each day.

Basal is the integral of the rate that ran, bolus the sum of doses and of the drawn-out parts of combo boluses. A day
counts towards the total only if the rate is known for 90 % of it, and if something of insulin was uploaded on it.
A total above 300 U, or above five times what the settings' basal alone would be, is implausible and not shown.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from proxy.report.basal import Step
from proxy.report.facts import DAY, HOUR, Material, Shared
from proxy.report.figure import Figure, Reason, known, missing
from proxy.report.intervals import Intervals
from proxy.report.localtime import LocalDay, LocalTime
from proxy.report.model import Insulin

KNOWN_ENOUGH: Final = 0.9
MOST_UNITS: Final = 300
MOST_TIMES_SCHEDULED: Final = 5
_ONLY_TEMPS: Final = "temp basals only: pump settings are not used"


@dataclass(frozen=True, slots=True)
class DayInsulin:
    """One local day, or the part of it that lies in the period; units in U."""

    day: date
    length_ms: int
    basal: float
    known_share: float
    """The share of the day for which the basal rate is known."""
    scheduled: float | None
    bolus: float
    automatic: float
    boluses: int
    """How many somebody gave."""
    grams: float
    carb_entries: int
    uploaded: bool
    """Whether anything of insulin was uploaded."""
    carbs_uploaded: bool

    @property
    def total(self) -> float:
        """Give basal and bolus together."""
        return self.basal + self.bolus

    @property
    def plausible(self) -> bool:
        """Say whether the total can be believed; the greater part of a day is scaled up for that."""
        if self.total * DAY / max(self.length_ms, DAY // 2) > MOST_UNITS:
            return False
        # In a part of a day one big meal may well be five times the basal.
        whole = self.length_ms >= DAY * KNOWN_ENOUGH
        return not (whole and self.scheduled and self.total > MOST_TIMES_SCHEDULED * self.scheduled)

    @property
    def counts(self) -> bool:
        """Say whether the day counts towards the total."""
        return self.uploaded and self.known_share >= KNOWN_ENOUGH and self.plausible


def daily_insulin(
    material: Material, steps: Sequence[Step], stopped: Intervals, time: LocalTime, start_ms: int, end_ms: int
) -> tuple[DayInsulin, ...]:
    """Compute each local day of a period from the steps of basal."""
    return tuple(
        day_insulin(
            material,
            steps,
            stopped,
            LocalDay(day.day, max(day.start_ms, start_ms), min(day.end_ms, end_ms)),
        )
        for day in time.days(start_ms, end_ms)
    )


def day_insulin(material: Material, steps: Sequence[Step], stopped: Intervals, span: LocalDay) -> DayInsulin:
    """Compute one day, or a part of one."""
    start, end = span.start_ms, span.end_ms
    low = bisect_left(material.doses, start, key=lambda dose: dose.at_ms)
    doses = material.doses[low : bisect_left(material.doses, end, low, key=lambda dose: dose.at_ms)]
    first = bisect_left(material.carbs, start, key=lambda meal: meal.at_ms)
    meals = material.carbs[first : bisect_left(material.carbs, end, first, key=lambda meal: meal.at_ms)]
    basal, known_ms, scheduled = _integral(steps, start, end)
    drawn_basal, drawn_bolus = _drawn_out(material, stopped, start, end)
    return DayInsulin(
        day=span.day,
        length_ms=end - start,
        basal=basal + drawn_basal + math.fsum(dose.units for dose in doses if dose.basal),
        known_share=known_ms / (end - start),
        scheduled=scheduled,
        bolus=drawn_bolus + math.fsum(dose.units for dose in doses if not dose.basal),
        automatic=math.fsum(dose.units for dose in doses if dose.automatic),
        boluses=sum(not dose.automatic and not dose.basal for dose in doses),
        grams=math.fsum(meal.grams for meal in meals),
        carb_entries=len(meals),
        uploaded=bool(doses) or _any_temp(material, start, end),
        carbs_uploaded=bool(meals),
    )


def _integral(steps: Sequence[Step], start: int, end: int) -> tuple[float, int, float | None]:
    """Give units delivered, the milliseconds for which that is known, and what the settings alone would have given."""
    units, covered, scheduled, settled = 0.0, 0, 0.0, 0
    place = max(0, bisect_right(steps, start, key=lambda step: step.start_ms) - 1)
    for at in range(place, len(steps)):
        step = steps[at]
        since, until, rate, set_to = step.start_ms, step.end_ms, step.rate, step.scheduled
        if since >= end:
            break
        lasts = min(until, end) - max(since, start)
        if rate is not None:
            units += rate * lasts / HOUR
            covered += lasts
        if set_to is not None:
            scheduled += set_to * lasts / HOUR
            settled += lasts
    return units, covered, scheduled if settled == end - start else None


def _drawn_out(material: Material, stopped: Intervals, start: int, end: int) -> tuple[float, float]:
    """Give what combo boluses delivered later, as basal (where they stand in for it) and as bolus."""
    basal, bolus = 0.0, 0.0
    low = bisect_left(material.extended, start - DAY, key=lambda combo: combo.start_ms)  # none lasts a day
    high = bisect_left(material.extended, end, low, key=lambda combo: combo.start_ms)
    for combo in material.extended[low:high]:
        first, last = max(combo.start_ms, start), min(combo.end_ms, end)
        if first >= last:
            continue
        units = combo.rate * (last - first - stopped.length(first, last)) / HOUR
        if combo.basal:
            basal += units
        else:
            bolus += units
    return basal, bolus


def _any_temp(material: Material, start: int, end: int) -> bool:
    place = bisect_left(material.temp_basals, end, key=lambda temp: temp.start_ms) - 1
    return (
        place >= 0
        and max(material.temp_basals[place].start_ms, material.temp_basals[place].end_ms - 1) >= start
    )


def insulin_of(days: Sequence[DayInsulin], shared: Shared, *, with_settings: bool) -> Insulin:
    """Average the days of a period per 24 hours; `with_settings` says whether there were any settings to use."""
    counted = [day for day in days if day.counts]
    uploaded = [day for day in days if day.uploaded]
    used = counted or uploaded
    total = _why_no_total(days, shared)
    note = "; ".join(filter(None, [_of(counted, days), "" if with_settings else _ONLY_TEMPS]))
    insulin = _Averages(counted, len(days), total, note)
    bolus = _Averages(used, len(days), _why_no_bolus(uploaded, shared), _of(used, days))
    typed = _Averages(used, len(days), bolus.reason or _why_no_types(shared), _of(used, days))
    # A day without an entry is a day without carbs only if it has other uploads: else nobody can tell.
    eaten = _Averages([day for day in days if day.uploaded or day.carbs_uploaded], len(days), None, "")
    meals = _Averages(eaten.days, len(days), _why_no_carbs(eaten.days, shared), _of(eaten.days, days))
    counted_meals = _Averages(meals.days, len(days), meals.reason or _why_no_counts(shared), meals.note)
    return Insulin(
        total_per_day=insulin.per_day(lambda day: day.total),
        basal_per_day=insulin.per_day(lambda day: day.basal),
        bolus_per_day=bolus.per_day(lambda day: day.bolus),
        basal_percent=insulin.percent(lambda day: day.basal, lambda day: day.total),
        bolus_percent=insulin.percent(lambda day: day.bolus, lambda day: day.total),
        automatic_bolus_per_day=typed.per_day(lambda day: day.automatic),
        automatic_percent=typed.percent(lambda day: day.automatic, lambda day: day.bolus),
        boluses_per_day=typed.per_day(lambda day: day.boluses),
        carbs_per_day=meals.per_day(lambda day: day.grams),
        carb_entries_per_day=counted_meals.per_day(lambda day: day.carb_entries),
        days_counted=len(counted),
        days_asked=len(days),
        basis="" if not counted else "temp basals and settings" if with_settings else "temp basals only",
    )


def figures_of_day(day: DayInsulin, shared: Shared) -> tuple[Figure, Figure, Figure, Figure, Figure]:
    """Give total, basal, bolus, automatic bolus and carbs of one day."""
    one = insulin_of([day], shared, with_settings=True)
    scale = day.length_ms / DAY
    kept = (
        one.total_per_day,
        one.basal_per_day,
        one.bolus_per_day,
        one.automatic_bolus_per_day,
        one.carbs_per_day,
    )
    total, basal, bolus, automatic, carbs = (
        figure if figure.value is None else known(figure.value * scale, coverage=figure.coverage)
        for figure in kept
    )
    return total, basal, bolus, automatic, carbs


@dataclass(frozen=True, slots=True)
class _Averages:
    """Averages over some days, or the reason why there are none."""

    days: Sequence[DayInsulin]
    asked: int
    reason: Reason | None
    note: str

    def per_day(self, amount: Callable[[DayInsulin], float]) -> Figure:
        if self.reason is not None:
            return missing(self.reason)
        covered = sum(day.length_ms for day in self.days)
        value = math.fsum(map(amount, self.days)) * DAY / covered
        return known(value, coverage=len(self.days) / self.asked, note=self.note)

    def percent(self, part: Callable[[DayInsulin], float], of: Callable[[DayInsulin], float]) -> Figure:
        if self.reason is not None:
            return missing(self.reason)
        whole = math.fsum(map(of, self.days))
        if whole <= 0:
            return missing("not_applicable")
        value = 100 * math.fsum(map(part, self.days)) / whole
        return known(value, coverage=len(self.days) / self.asked, note=self.note)


def _why_no_total(days: Sequence[DayInsulin], shared: Shared) -> Reason | None:
    if not shared.boluses or not shared.temp_basals:
        return "not_shared"
    if any(day.counts for day in days):
        return None
    if not any(day.uploaded for day in days):
        return "no_data"
    if any(day.uploaded and day.known_share >= KNOWN_ENOUGH for day in days):
        return "implausible"
    if shared.averages:
        return "averages_only"
    # Without settings the rate between temp basals isn't known: the policy hides it, or nobody uploaded it.
    return "not_enough_data" if shared.settles_basal or shared.total_insulin else "not_shared"


def _why_no_bolus(uploaded: Sequence[DayInsulin], shared: Shared) -> Reason | None:
    if not shared.boluses:
        return "not_shared"
    return None if uploaded else "no_data"


def _why_no_carbs(days: Sequence[DayInsulin], shared: Shared) -> Reason | None:
    if not shared.carbs:
        return "not_shared"
    return None if any(day.carbs_uploaded for day in days) else "no_data"


def _why_no_types(shared: Shared) -> Reason | None:
    return _why_no_counts(shared) if shared.automatic else "not_shared"


def _why_no_counts(shared: Shared) -> Reason | None:
    return "averages_only" if shared.averages else None


def _of(some: Sequence[DayInsulin], days: Sequence[DayInsulin]) -> str:
    return f"{len(some)} of {len(days)} days"
