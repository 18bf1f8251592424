"""The course of things over a span: what the pump delivered and which mode the loop was in, laid out once for all."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from proxy.report.automation import automation_of
from proxy.report.basal import Step, steps_of
from proxy.report.facts import DAY, Material
from proxy.report.insulin import DayInsulin, daily_insulin, day_insulin, insulin_of
from proxy.report.intervals import Intervals
from proxy.report.localtime import LocalDay, LocalTime
from proxy.report.model import Automation, Insulin
from proxy.report.modes import Evidence, evidence_of
from proxy.report.suspends import suspended


@dataclass(frozen=True, slots=True)
class Course:
    """Steps of basal over a whole span, the evidence for loop modes, and what both come from."""

    material: Material
    time: LocalTime
    stopped: Intervals
    steps: tuple[Step, ...]
    evidence: Evidence
    with_settings: bool
    """Whether settings were there to be used, and may be."""

    def days(self, start_ms: int, end_ms: int) -> tuple[DayInsulin, ...]:
        """Give insulin of the local days of a period within the span."""
        return daily_insulin(self.material, self.steps, self.stopped, self.time, start_ms, end_ms)

    def part(self, span: LocalDay) -> DayInsulin:
        """Give insulin of a part of a day."""
        return day_insulin(self.material, self.steps, self.stopped, span)

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
    steps = tuple(steps_of(material, stopped, time, start_ms, end_ms, with_settings=allowed))
    evidence = evidence_of(material, stopped)
    used = allowed and any(step.scheduled is not None for step in steps)
    return Course(material, time, stopped, steps, evidence, used)


def _around(material: Material, start_ms: int, end_ms: int) -> Material:
    """Leave out the device states that a span can't know of: they are the bulk, and hold for a cycle only."""
    low = bisect_left(material.loop_states, start_ms - DAY, key=lambda state: state.at_ms)
    high = bisect_left(material.loop_states, end_ms, low, key=lambda state: state.at_ms)
    return replace(material, loop_states=material.loop_states[low:high])
