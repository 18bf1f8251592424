"""A figure: a value with its coverage, or the reason why there is none. Never a zero in place of a hole."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Reason = Literal[
    "not_shared", "no_data", "not_enough_data", "not_applicable", "implausible", "averages_only", "detail"
]

WORDS: Final[Mapping[Reason, str]] = {
    "not_shared": "Not available: not shared for this visit.",
    "no_data": "Not available: no data in this period.",
    "not_enough_data": "Not available: not enough data in this period.",
    "not_applicable": "Does not apply here.",
    "implausible": "Not shown: the computed value is implausible.",
    "averages_only": "Not available: only averages are shared for this visit.",
    "detail": "Not available: only figures for the whole period are shared for this visit.",
}
"""What a page says for each reason."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, unrounded. Exactly one of `value` and `reason` is None."""

    value: float | None
    reason: Reason | None = None
    coverage: float = 0.0
    """The share of the period, 0 to 1, that the data behind the figure covers."""
    note: str = ""
    """What a reader must know beside the number ("temp basals only", "12 of 14 days"); in plain words."""

    def __post_init__(self) -> None:
        assert (self.value is None) != (self.reason is None)

    @property
    def words(self) -> str:
        """Say why there is no value; nothing if there is one."""
        return "" if self.reason is None else WORDS[self.reason]


def missing(reason: Reason, *, coverage: float = 0.0, note: str = "") -> Figure:
    """Make a figure that is not available."""
    return Figure(None, reason, coverage, note)


def known(value: float, *, coverage: float, note: str = "") -> Figure:
    """Make a figure that is known."""
    return Figure(value, None, coverage, note)
