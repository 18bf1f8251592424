"""The course of things over a span: what the pump delivered and which mode the loop was in, laid out once for all."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from proxy.report.automation import automation_of
from proxy.report.basal import Scheduled, Step, scheduled_basal, steps_of
from proxy.report.facts import DAY, Material
from proxy.report.insulin import DayInsulin, daily_insulin, day_insulin, insulin_of
from proxy.report.intervals import Intervals
from proxy.report.localtime import LocalDay, LocalTime
from proxy.report.model import Automation, Insulin
from proxy.report.modes import Evidence, evidence_of
from proxy.report.suspends import suspended

_DAYS_AT_ONCE: Final = 28
"""The steps of so many days are held at once: a year of a loop has a hundred thousand."""


@dataclass(frozen=True, slots=True)
class Course:
    """The settings' basal and the evidence for loop modes of a whole span, and what both come from."""

    material: Material
    time: LocalTime
    stopped: Intervals
    scheduled: Scheduled
    evidence: Evidence

    @property
    def with_settings(self) -> bool:
        """Say whether settings were there to be used, and may be."""
        return any(rate is not None for rate in self.scheduled.rates)

    def steps(self, start_ms: int, end_ms: int) -> tuple[Step, ...]:
        """Give the steps of basal of a period within the span."""
        return tuple(steps_of(self.material, self.stopped, self.scheduled, start_ms, end_ms))

    def days(self, start_ms: int, end_ms: int) -> tuple[DayInsulin, ...]:
        """Give insulin of the local days of a period within the span."""
        return tuple(self._days(start_ms, end_ms))

    def _days(self, start_ms: int, end_ms: int) -> Iterator[DayInsulin]:
        days = self.time.days(start_ms, end_ms)
        while some := list(islice(days, _DAYS_AT_ONCE)):
            start, end = max(some[0].start_ms, start_ms), min(some[-1].end_ms, end_ms)
            steps = self.steps(start, end)
            yield from daily_insulin(self.material, steps, self.stopped, self.time, start, end)

    def part(self, span: LocalDay, steps: Sequence[Step]) -> DayInsulin:
        """Give insulin of a part of a day, from the steps of that day."""
        return day_insulin(self.material, steps, self.stopped, span)

    def insulin(self, days: Sequence[DayInsulin]) -> Insulin:
        """Give insulin and carbs of a period, from its days."""
        return insulin_of(days, self.material.shared, with_settings=self.with_settings)

    def automation(self, start_ms: int, end_ms: int) -> Automation:
        """Give loop modes of a period within the span."""
        return automation_of(self.material, self.evidence, start_ms, end_ms)


def course_of(
    material: Material, time: LocalTime, start_ms: int, end_ms: int, *, for_totals: bool = True
) -> Course:
    """Lay out a span. Settings that may not be shown serve only `for_totals`, and if the policy derives those."""
    shared = material.shared
    # Of temp basals, averages tell nothing: the settings alone would make a wrong total.
    allowed = not shared.averages and (shared.settles_basal or (shared.total_insulin and for_totals))
    material = _around(material, start_ms, end_ms)
    stopped = suspended(material)
    scheduled = scheduled_basal(material, time, start_ms, end_ms) if allowed else Scheduled()
    return Course(material, time, stopped, scheduled, evidence_of(material, stopped))


def _around(material: Material, start_ms: int, end_ms: int) -> Material:
    """Leave out the device states that a span can't know of: they are the bulk, and hold for a cycle only."""
    low = bisect_left(material.loop_states, start_ms - DAY, key=lambda state: state.at_ms)
    high = bisect_left(material.loop_states, end_ms, low, key=lambda state: state.at_ms)
    return replace(material, loop_states=material.loop_states[low:high])
