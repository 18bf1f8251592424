"""Consensus targets (ATTD/ADA 2019, reaffirmed 2023): for most adults, for older or high-risk people, in pregnancy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Measure = Literal["very_low", "below", "in_range", "above", "very_high", "cv"]


@dataclass(frozen=True, slots=True)
class Goal:
    """What to reach: a percentage that should be lower, or higher, than `percent`."""

    measure: Measure
    percent: float
    lower: bool
    """Whether lower is better. CV may be equal to its goal; the others may not."""

    def met(self, value: float) -> bool:
        """Say whether a value reaches the goal."""
        if self.measure == "cv":
            return value <= self.percent
        return value < self.percent if self.lower else value > self.percent


@dataclass(frozen=True, slots=True)
class Targets:
    """The edges of the five ranges in mg/dL, and the goals. `below` includes very low, `above` includes very high.

    In range are low <= glucose <= high; very low is < `very_low`, very high is > `very_high`.
    """

    name: Literal["standard", "older", "pregnancy"]
    title: str
    very_low: int
    low: int
    high: int
    very_high: int
    goals: tuple[Goal, ...]

    def goal(self, measure: Measure) -> Goal | None:
        """Give the goal for a measure, if the consensus has one."""
        return next((goal for goal in self.goals if goal.measure == measure), None)


_CV = Goal("cv", 36, lower=True)

STANDARD: Final = Targets(
    name="standard", title="Most adults with type 1 or type 2 diabetes",
    very_low=54, low=70, high=180, very_high=250,
    goals=(
        Goal("very_low", 1, lower=True), Goal("below", 4, lower=True), Goal("in_range", 70, lower=False),
        Goal("above", 25, lower=True), Goal("very_high", 5, lower=True), _CV,
    ),
)  # fmt: skip
OLDER: Final = Targets(
    name="older", title="Older people and people at high risk",
    very_low=54, low=70, high=180, very_high=250,
    goals=(
        Goal("below", 1, lower=True), Goal("in_range", 50, lower=False),
        Goal("above", 50, lower=True), Goal("very_high", 10, lower=True), _CV,
    ),
)  # fmt: skip
PREGNANCY: Final = Targets(
    name="pregnancy", title="Pregnancy with type 1 diabetes",
    very_low=54, low=63, high=140, very_high=250,
    goals=(
        Goal("very_low", 1, lower=True), Goal("below", 4, lower=True), Goal("in_range", 70, lower=False),
        Goal("above", 25, lower=True), _CV,
    ),
)  # fmt: skip
TARGETS: Final[Mapping[str, Targets]] = {one.name: one for one in (STANDARD, OLDER, PREGNANCY)}
