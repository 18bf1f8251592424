"""Figures in words: for pages, print and text alike, in the units that the reader chose."""

from collections.abc import Mapping
from typing import Final, Literal

from proxy.core.tongue import figure_text, say
from proxy.report.facts import Mode
from proxy.report.figure import Figure
from proxy.report.model import Band, EpisodeKind
from proxy.report.rows import MGDL_PER_MMOL
from proxy.report.targets import Goal, Targets

Units = Literal["mg/dL", "mmol/L"]
UNITS: Final[tuple[Units, ...]] = ("mg/dL", "mmol/L")
_DECIMALS: Final[Mapping[Units, int]] = {"mg/dL": 0, "mmol/L": 1}
NONE: Final = "\N{EN DASH}"
"""Stands where there is no figure, and between the two ends of a range."""
MODE_WORDS: Final[Mapping[Mode, str]] = {
    "closed": "Automatic (closed loop)",
    "open": "Suggestions only (open loop)",
    "suspended": "Insulin suspended",
    "off": "Switched off",
    "unknown": "Not known",
}
EPISODE_WORDS: Final[Mapping[EpisodeKind, str]] = {
    "low": "Low",
    "very_low": "Very low",
    "extended_low": "Extended low",
    "high": "High",
    "very_high": "Very high",
}
BAND_WORDS: Final[Mapping[Band, str]] = {
    "very_high": "Very high",
    "high": "High",
    "in_range": "In range",
    "low": "Low",
    "very_low": "Very low",
}
EVENT_WORDS: Final[Mapping[str, str]] = {
    "site_change": "Infusion set or pod change",
    "sensor_start": "Sensor start",
    "sensor_stop": "Sensor stop",
    "insulin_change": "Insulin change",
    "battery_change": "Pump battery change",
    "calibration": "Sensor calibration",
    "fingerstick": "Fingerstick glucose",
    "suspend": "Pump suspended",
    "resume": "Pump resumed",
    "possible_occlusion": "Possible pump occlusion",
    "exercise": "Exercise",
    "sleep": "Sleep",
    "override": "Override",
    "temporary_target": "Temporary target",
    "loop_off": "Loop off",
    "profile_switch": "Settings switched (profile switch)",
    "note": "Note",
    "question": "Question",
    "announcement": "Announcement",
    "warm_up": "Sensor warm-up",
    "jump": "Implausible jump",
    "compression_low": "Possible compression low",
    "gap": "No glucose readings",
}


def in_units(mgdl: float, units: Units) -> float:
    """Convert mg/dL; unrounded."""
    return mgdl if units == "mg/dL" else mgdl / MGDL_PER_MMOL


def glucose(mgdl: float | None, units: Units) -> str:
    """Write a glucose value as its units are written: whole, or with one decimal."""
    if mgdl is None:
        return NONE
    return figure_text(f"{in_units(mgdl, units):.{_DECIMALS[units]}f}")


def number(value: float | None, decimals: int = 0) -> str:
    """Write a number with so many decimals; a dash for none."""
    return NONE if value is None else figure_text(f"{value:.{decimals}f}")


def percent(value: float | None, decimals: int = 0) -> str:
    """Write a percentage. What is there but rounds to nothing is told as less than one."""
    if value is None:
        return NONE
    if decimals == 0 and 0 < value <= 0.5:  # noqa: PLR2004 - what would be rounded to 0
        return "<1 %"
    return f"{number(value, decimals)} %"


def share_of_day(value: float | None) -> str:
    """Say a percentage as time of a day: 1 % is about a quarter of an hour."""
    return NONE if value is None else duration(value * 14.4)


def duration(minutes: float | None) -> str:
    """Write minutes as days, hours and minutes."""
    if minutes is None:
        return NONE
    whole = round(minutes)
    if whole == 0 and minutes > 0:
        return "<1 min"
    days, hours, rest = whole // 1440, whole % 1440 // 60, whole % 60
    parts = [
        f"{days} d" if days else "",
        f"{hours} h" if hours else "",
        f"{rest} min" if rest and not days else "",
    ]
    return " ".join(part for part in parts if part) or "0 min"


def figure(one: Figure, decimals: int = 0) -> str:
    """Write a figure; a dash where there is none (its `words` say why)."""
    return number(one.value, decimals)


def goal_words(goal: Goal | None) -> str:
    """Write a goal: `below 4 %`."""
    if goal is None:
        return ""
    sign = "≤" if goal.measure == "cv" else "<" if goal.lower else ">"
    return f"{sign} {goal.percent:g} %"


def edges(targets: Targets, units: Units) -> Mapping[Band, str]:
    """Write the edges of the five ranges: exclusive bands, both ends inside the range."""
    low, high = glucose(targets.low, units), glucose(targets.high, units)
    very_low, very_high = glucose(targets.very_low, units), glucose(targets.very_high, units)
    under, over = _beside(targets.low, -1, units), _beside(targets.high, 1, units)
    return {
        "very_high": say("above %(value)s", value=very_high),
        "high": f"{over}{NONE}{very_high}",
        "in_range": f"{low}{NONE}{high}",
        "low": f"{very_low}{NONE}{under}",
        "very_low": say("below %(value)s", value=very_low),
    }


def _beside(mgdl: float, steps: int, units: Units) -> str:
    """Write the value so many steps beside a value, as values are written in these units."""
    step = 10 ** -_DECIMALS[units]
    return number(round(in_units(mgdl, units), _DECIMALS[units]) + steps * step, _DECIMALS[units])


def clock(seconds: int) -> str:
    """Write seconds after midnight as HH:MM."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
