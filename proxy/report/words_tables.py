"""The tables of a summary in words: the same rows for the page, for print and for text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from proxy.core.tongue import figure_text, say
from proxy.report.facts import MODES, Schedule
from proxy.report.figure import Figure
from proxy.report.model import BANDS, EPISODE_KINDS, Band, EpisodeKind, Period, SettingsVersion, Summary
from proxy.report.targets import Measure, Targets
from proxy.report.words import (
    BAND_WORDS,
    EPISODE_WORDS,
    MODE_WORDS,
    NONE,
    Units,
    clock,
    duration,
    edges,
    glucose,
    goal_words,
    number,
    percent,
    share_of_day,
)

_CHANGED: Final = {
    "basal": "basal rates",
    "carb_ratio": "carb ratios",
    "sensitivity": "sensitivities",
    "targets": "targets",
    "insulin_hours": "duration of insulin action",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: what it is, what it says, and the same of the period before; `why` stands where there is none."""

    label: str
    value: str
    before: str = ""
    why: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class RangeLine:
    """One range, or two together: `met` is None without a goal."""

    label: str
    edges: str
    value: str
    per_day: str
    before: str
    goal: str = ""
    met: bool | None = None
    band: Band | None = None
    """None for a sum of two bands."""


@dataclass(frozen=True, slots=True)
class EpisodeLine:
    """The episodes of one kind."""

    kind: EpisodeKind
    label: str
    meaning: str
    count: str
    per_week: str
    mean: str
    extreme: str
    night: str
    before: str


@dataclass(frozen=True, slots=True)
class SettingsLine:
    """What is set from one time of day on; empty where nothing changes at that time."""

    at: str
    basal: str
    carb_ratio: str
    sensitivity: str
    target: str


def line(
    label: str,
    of: Callable[[Period], Figure],
    summary: Summary,
    write: Callable[[float | None], str],
) -> Line:
    """Write one figure of a period beside the same of the period before."""
    figure = of(summary.period)
    before = "" if summary.previous is None else write(of(summary.previous).value)
    return Line(say(label), write(figure.value), before, say(figure.words), say(figure.note))


def headline(summary: Summary, units: Units) -> tuple[Line, ...]:
    """Give the first figures: mean, GMI, spread, sensor active."""

    def mean(value: float | None) -> str:
        return NONE if value is None else f"{glucose(value, units)} {units}"

    return (
        line("Mean glucose", lambda one: one.glucose.mean_mgdl, summary, mean),
        line("GMI", lambda one: one.glucose.gmi_percent, summary, lambda value: percent(value, 1)),
        line("Variation (CV)", lambda one: one.glucose.cv_percent, summary, lambda value: percent(value, 1)),
        line("Sensor active", lambda one: one.glucose.sensor_active_percent, summary, percent),
    )


def range_lines(summary: Summary, units: Units, whole: Mapping[Band, int] | None) -> tuple[RangeLine, ...]:
    """Give the five ranges from very high to very low, and the two sums that have goals.

    `whole` are the percentages as whole numbers that add to 100, if they are known.
    """
    targets, told = summary.targets, edges(summary.targets, units)
    low, high = glucose(targets.low, units), glucose(targets.high, units)

    def band(one: Band, measure: Measure | None) -> RangeLine:
        now = summary.period.glucose.percent[one]
        value = percent(now.value) if whole is None or now.value is None else _whole(whole[one], now.value)
        return _range_line(
            say(BAND_WORDS[one]),
            told[one],
            value,
            now,
            lambda period: period.glucose.percent[one],
            summary,
            measure,
            one,
        )

    def both(label: str, told: str, of: Callable[[Period], Figure], measure: Measure) -> RangeLine:
        now = of(summary.period)
        names: tuple[Band, Band] = ("very_high", "high") if measure == "above" else ("low", "very_low")
        total = None if whole is None else sum(whole[name] for name in names)
        value = percent(now.value) if total is None or now.value is None else _whole(total, now.value)
        return _range_line(label, told, value, now, of, summary, measure, None)

    return (
        band("very_high", "very_high"),
        band("high", None),
        both(
            say("Above %(value)s in all", value=high),
            "",
            lambda period: period.glucose.above_percent,
            "above",
        ),
        band("in_range", "in_range"),
        both(
            say("Below %(value)s in all", value=low), "", lambda period: period.glucose.below_percent, "below"
        ),
        band("low", None),
        band("very_low", "very_low"),
    )


def _whole(rounded: int, value: float) -> str:
    return "<1 %" if rounded == 0 and value > 0 else f"{rounded} %"


def _range_line(
    label: str,
    told: str,
    value: str,
    now: Figure,
    of: Callable[[Period], Figure],
    summary: Summary,
    measure: Measure | None,
    band: Band | None,
) -> RangeLine:
    goal = None if measure is None else summary.targets.goal(measure)
    return RangeLine(
        label,
        told,
        value,
        share_of_day(now.value),
        "" if summary.previous is None else percent(of(summary.previous).value),
        goal_words(goal),
        None if goal is None or now.value is None else goal.met(now.value),
        band,
    )


def insulin_lines(summary: Summary) -> tuple[Line, ...]:
    """Give insulin and carbs per 24 hours."""

    def units(value: float | None) -> str:
        return NONE if value is None else figure_text(f"{value:.1f} U")

    def often(value: float | None) -> str:
        return number(value, 1)

    return (
        line("Total insulin a day", lambda one: one.insulin.total_per_day, summary, units),
        line("Basal a day", lambda one: one.insulin.basal_per_day, summary, units),
        line("Basal share", lambda one: one.insulin.basal_percent, summary, percent),
        line("Bolus a day", lambda one: one.insulin.bolus_per_day, summary, units),
        line("Of bolus, given by the system", lambda one: one.insulin.automatic_percent, summary, percent),
        line("Boluses by hand a day", lambda one: one.insulin.boluses_per_day, summary, often),
        line("Carbs entered a day", lambda one: one.insulin.carbs_per_day, summary, _grams),
        line("Carb entries a day", lambda one: one.insulin.carb_entries_per_day, summary, often),
    )


def _grams(value: float | None) -> str:
    return NONE if value is None else f"{value:.0f} g"


def automation_lines(summary: Summary) -> tuple[Line, ...]:
    """Give time in automation, and what interrupted or changed it."""
    modes = tuple(
        line(MODE_WORDS[mode], lambda one, mode=mode: one.automation.percent[mode], summary, percent)  # type: ignore[misc]  # bound now
        for mode in MODES
    )
    return (
        line("Time in automation", lambda one: one.automation.closed_percent, summary, percent),
        line(
            "Time with uploads from the system", lambda one: one.automation.uploads_percent, summary, percent
        ),
        *(one for one in modes[1:] if one.value not in (NONE, "0 %")),
        line("Loop off, times", lambda one: one.automation.off.count, summary, number),
        line("Overrides, times", lambda one: one.automation.overrides.count, summary, number),
        line("Temporary targets, times", lambda one: one.automation.temporary_targets.count, summary, number),
        line("Exercise, times", lambda one: one.automation.exercise.count, summary, number),
    )


def episode_lines(summary: Summary, units: Units) -> tuple[EpisodeLine, ...]:
    """Give the five kinds of episodes."""
    meanings = episode_meanings(summary.targets, units)
    found = []
    for kind in EPISODE_KINDS:
        one = summary.period.episodes[kind]
        before = None if summary.previous is None else summary.previous.episodes[kind]
        found.append(
            EpisodeLine(
                kind,
                say(EPISODE_WORDS[kind]),
                meanings[kind],
                number(one.count.value),
                number(one.per_week.value, 1),
                duration(one.mean_minutes.value),
                glucose(one.extreme_mgdl.value, units),
                percent(one.night_percent.value),
                "" if before is None else number(before.count.value),
            )
        )
    return tuple(found)


def episode_meanings(targets: Targets, units: Units) -> Mapping[EpisodeKind, str]:
    """Say what counts as an episode."""
    low, very_low = glucose(targets.low, units), glucose(targets.very_low, units)
    high, very_high = glucose(targets.high, units), glucose(targets.very_high, units)
    return {
        "low": say("below %(value)s for 15 minutes or more", value=low),
        "very_low": say("below %(value)s for 15 minutes or more; counted under “Low” too", value=very_low),
        "extended_low": say("below %(value)s for more than 2 hours", value=low),
        "high": say("above %(value)s for 15 minutes or more", value=high),
        "very_high": say("above %(value)s for 15 minutes or more; counted under “High” too", value=very_high),
    }


def settings_lines(version: SettingsVersion, units: Units) -> tuple[SettingsLine, ...]:
    """Give the settings of a day by the times at which any of them changes."""
    schedules = (
        version.basal,
        version.carb_ratio,
        version.sensitivity,
        version.target_low,
        version.target_high,
    )
    times = sorted({at for schedule in schedules for at, _ in schedule})
    return tuple(
        SettingsLine(
            clock(at),
            _at(version.basal, at, lambda value: figure_text(f"{round(value, 3):g}")),
            _at(version.carb_ratio, at, lambda value: figure_text(f"{round(value, 1):g}")),
            _at(version.sensitivity, at, lambda value: glucose(value, units)),
            _target(version, at, units),
        )
        for at in times
    )


def _at(schedule: Schedule, at: int, write: Callable[[float], str]) -> str:
    return next((write(value) for start, value in schedule if start == at), "")


def _target(version: SettingsVersion, at: int, units: Units) -> str:
    if at not in {start for start, _ in (*version.target_low, *version.target_high)}:
        return ""
    low, high = _in_force(version.target_low, at), _in_force(version.target_high, at)
    told = [glucose(value, units) for value in (low, high) if value is not None]
    return told[0] if len(set(told)) == 1 else NONE.join(told)


def _in_force(schedule: Schedule, at: int) -> float | None:
    return next((value for start, value in reversed(schedule) if start <= at), None)


def changed_words(version: SettingsVersion) -> str:
    """Say what a version changed."""
    return ", ".join(say(_CHANGED[one]) for one in version.changed)


def bands_of(period: Period) -> Mapping[Band, float] | None:
    """Give the five percentages if they are known."""
    found = {band: period.glucose.percent[band].value for band in BANDS}
    return (
        {band: value for band, value in found.items() if value is not None}
        if None not in found.values()
        else None
    )
