"""A summary in words and drawings, ready to be set: what the PDF, the picture and the visit file all print.

Words and drawings come from the same functions as the page's. A hole is a sentence in `holes`, by section.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from proxy.report import charts
from proxy.report.cover import HOLES, NOT_FOR_DOSING, SHRED, TITLE, UNNAMED, Cover, made_on, zone_words
from proxy.report.display import whole_figures
from proxy.report.facts import MODES
from proxy.report.figure import WORDS
from proxy.report.localtime import LocalTime, local_time
from proxy.report.model import Automation, Day, Summary
from proxy.report.words import MODE_WORDS, NONE, Units, figure, glucose, percent
from proxy.report.words_lists import (
    MOST_LISTED,
    Happening,
    SettingsShown,
    counts_of,
    day_words,
    derived_note,
    events_of,
    low_episodes,
    settings_shown,
)
from proxy.report.words_tables import (
    EpisodeLine,
    Line,
    RangeLine,
    automation_lines,
    bands_of,
    episode_lines,
    headline,
    insulin_lines,
    range_lines,
)

SMALL_DAYS: Final = 14
MOST_DAYS: Final = 92
"""So many days are listed: a quarter of a year."""
_FIRST_QUESTIONS: Final = 2
_ROOM: Final = 115
"""Letters of a question that one line has room for."""
DAY_HEADS: Final = (
    "Day", "Mean", "Lowest", "Highest", "In range", "Below", "Above", "Active",
    "Insulin, U", "Basal, U", "Bolus, U", "Carbs, g", "Closed loop", "Mostly",
)  # fmt: skip
"""Over `day_rows`."""
CURVE_WORDS: Final = "Typical day: median glucose by time of day, with the ranges of half of all days and of nine tenths of all days"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing and its text alternative; no `svg` where there is none."""

    svg: str
    words: str


@dataclass(frozen=True, slots=True)
class SmallDay:
    """One of the small days."""

    label: str
    words: str
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class Booklet:
    """Everything that is printed, in the order of reading."""

    title: str
    person: str
    made_for: str
    span: str
    zone: str
    made_on: str
    foot: str
    units: Units
    banner: str
    asked_first: tuple[str, ...]
    """What of the questions has room on page one; the whole is in `questions`."""
    questions: tuple[str, ...]
    remarks: tuple[tuple[str, str], ...]
    equipment: tuple[tuple[str, str], ...]
    notices: tuple[str, ...]
    goals: str
    compared: str
    headline: tuple[Line, ...]
    ranges: tuple[RangeLine, ...]
    range_bar: Drawing
    curve: Drawing
    curve_rows: tuple[tuple[str, ...], ...]
    days: tuple[SmallDay, ...]
    insulin: tuple[Line, ...]
    insulin_note: str
    automation: tuple[Line, ...]
    automation_bar: Drawing
    system: str
    episodes: tuple[EpisodeLine, ...]
    low_episodes: tuple[Happening, ...]
    settings: tuple[SettingsShown, ...]
    day_rows: tuple[tuple[str, ...], ...]
    days_note: str
    counts: tuple[tuple[str, str], ...]
    events: tuple[Happening, ...]
    events_note: str
    holes: Mapping[str, str]
    shown: tuple[str, ...]
    withheld: tuple[str, ...]
    withheld_note: str
    unnamed: tuple[str, ...]
    not_for_dosing: str


def booklet_of(summary: Summary, cover: Cover) -> Booklet:
    """Put a summary into words and drawings."""
    units, time = cover.units, time_of(summary)
    bands = bands_of(summary.period)
    percents = {band: one.value for band, one in summary.period.glucose.percent.items()}
    ranges = range_lines(summary, units, whole_figures(percents))
    events = events_of(summary, units, time)
    return Booklet(
        title=TITLE,
        person=cover.person,
        made_for=cover.made_for,
        span=span_words(summary, time),
        zone=zone_words(summary, shared=cover.zone_shared),
        made_on=_long(summary),
        foot=_foot(summary, cover),
        units=units,
        banner=summary.sufficiency.words if summary.shared.glucose else "",
        asked_first=tuple(_shortened(words) for words in cover.questions[:_FIRST_QUESTIONS]),
        questions=cover.questions,
        remarks=cover.remarks,
        equipment=cover.equipment,
        notices=cover.notices,
        goals=summary.targets.title.lower(),
        compared=_compared(summary),
        headline=headline(summary, units),
        ranges=ranges,
        range_bar=Drawing("" if bands is None else charts.range_bar(bands, ""), _range_words(ranges, units)),
        curve=_curve(summary, units),
        curve_rows=_curve_rows(summary, units),
        days=_small_days(summary, units),
        insulin=_plain(insulin_lines(summary)),
        insulin_note=_insulin_note(summary),
        automation=_plain(automation_lines(summary)),
        automation_bar=_automation_bar(summary.period.automation),
        system=summary.period.automation.system,
        episodes=episode_lines(summary, units),
        low_episodes=low_episodes(summary, units, time),
        settings=settings_shown(summary, units, time),
        day_rows=tuple(_day_row(day, units) for day in reversed(summary.days[-MOST_DAYS:])),
        days_note=f"Only the newest {MOST_DAYS}; all of them are in the CSV."
        if len(summary.days) > MOST_DAYS
        else "",
        counts=counts_of(summary),
        events=events,
        events_note=f"Only the newest {MOST_LISTED}; all of them are in the CSV."
        if len(events) == MOST_LISTED
        else "",
        holes=holes_of(summary),
        shown=cover.shown,
        withheld=cover.withheld,
        withheld_note=HOLES,
        unnamed=UNNAMED if cover.unnamed else (),
        not_for_dosing=NOT_FOR_DOSING,
    )


def time_of(summary: Summary) -> LocalTime:
    """Give the local time of a summary, from its oldest settings on."""
    versions = summary.settings.versions
    first = versions[-1].since_ms if versions else summary.period.start_ms
    return local_time(summary.zone, min(first, summary.period.start_ms), summary.now_ms)


def span_words(summary: Summary, time: LocalTime) -> str:
    """Say which days: `Mon 9 Nov to Sun 22 Nov 2026 (14 days)`."""
    first, last = time.day_of(summary.period.start_ms), time.day_of(summary.period.end_ms - 1)
    days = (last - first).days + 1
    return f"{day_words(first)} to {day_words(last)} {last.year} ({days} {'day' if days == 1 else 'days'})"


def _shortened(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= _ROOM else f"{plain[:_ROOM].rstrip()}…"


def _long(summary: Summary) -> str:
    day = made_on(summary)
    return f"{day_words(day)} {day.year}"


def _foot(summary: Summary, cover: Cover) -> str:
    visit = f" · visit {cover.visit}" if cover.visit else ""
    return f"{cover.made_for}{visit} · {_long(summary)} · {SHRED}"


def _compared(summary: Summary) -> str:
    if summary.previous is None:
        return ""
    days = round((summary.period.end_ms - summary.period.start_ms) / 86_400_000)
    return "day before" if days <= 1 else f"{days} days before"


def _range_words(ranges: Iterable[RangeLine], units: Units) -> str:
    parts = [f"{one.label} ({one.edges} {units}) {one.value}" for one in ranges if one.band]
    return "Time in ranges: " + ", ".join(parts)


def _curve(summary: Summary, units: Units) -> Drawing:
    if summary.curve.reason:
        return Drawing("", WORDS[summary.curve.reason])
    return Drawing(charts.curve(summary.curve, summary.targets, units, CURVE_WORDS), CURVE_WORDS)


def _curve_rows(summary: Summary, units: Units) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            f"{point.minute // 60:02d}:00",
            *(glucose(value, units) for value in (point.p05, point.p25, point.p50, point.p75, point.p95)),
        )
        for point in summary.curve.points
        if point.minute % 60 == 0
    )


def _small_days(summary: Summary, units: Units) -> tuple[SmallDay, ...]:
    if not any(day.readings for day in summary.days):
        return ()
    return tuple(_small_day(day, summary, units) for day in summary.days[-SMALL_DAYS:])


def _small_day(day: Day, summary: Summary, units: Units) -> SmallDay:
    in_range, mean = day.percent["in_range"], day.mean_mgdl
    words = in_range.words if in_range.value is None else f"{percent(in_range.value)} in range"
    if mean.value is not None:
        words = f"{words}, mean {glucose(mean.value, units)}"
    label = day_words(day.day)
    drawing = charts.small_day(day, summary.targets, label) if day.trace else ""
    return SmallDay(label, words, Drawing(drawing, f"{label}: {words}"))


def _day_row(day: Day, units: Units) -> tuple[str, ...]:
    low, high = day.percent["low"].value, day.percent["high"].value
    very_low, very_high = day.percent["very_low"].value, day.percent["very_high"].value
    below = None if low is None or very_low is None else low + very_low
    above = None if high is None or very_high is None else high + very_high
    return (
        day_words(day.day), glucose(day.mean_mgdl.value, units), glucose(day.min_mgdl.value, units),
        glucose(day.max_mgdl.value, units), percent(day.percent["in_range"].value), percent(below), percent(above),
        percent(day.sensor_active_percent.value), figure(day.total, 1), figure(day.basal, 1), figure(day.bolus, 1),
        figure(day.carbs), percent(day.closed_percent.value), NONE if day.mode is None else MODE_WORDS[day.mode].partition(" (")[0],
    )  # fmt: skip


def _plain(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(replace(one, note="") for one in lines)


def _insulin_note(summary: Summary) -> str:
    insulin = summary.period.insulin
    days = f"{insulin.days_counted} of {insulin.days_asked} days"
    parts = [f"Total insulin counts the {days} whose basal is known."] if insulin.days_counted else []
    if insulin.basis == "temp basals only":
        parts.append("Basal is from temporary basal rates only: the settings are not shared or not known.")
    return " ".join([*parts, *derived_note(summary.shared)])


def _automation_bar(automation: Automation) -> Drawing:
    shares = {mode: one.value for mode, one in automation.percent.items() if one.value is not None}
    if len(shares) < len(MODES) or sum(shares.values()) <= 0:
        return Drawing("", "")
    words = "Modes: " + ", ".join(f"{MODE_WORDS[mode]} {percent(shares[mode])}" for mode in MODES)
    return Drawing(charts.flat_bar(shares, ""), words)


_STATED: Final = ("OpenAPS Offline", "Temporary Override", "Temporary Target", "Exercise")


def holes_of(summary: Summary) -> Mapping[str, str]:
    """Say, by section, what is not shared: from the policy alone."""
    shared, holes = summary.shared, {}
    if not shared.glucose:
        holes["glucose"] = "Glucose readings are not shared."
    if not (shared.boluses or shared.carbs or shared.temp_basals or shared.total_insulin):
        holes["insulin"] = "Insulin and carbohydrates are not shared."
    if not shared.loop and not shared.shows(*_STATED):
        holes["automation"] = "Whether and how a system dosed automatically is not shared."
    if not shared.profile:
        holes["settings"] = "Pump and loop settings are not shared."
    if shared.detail == "summary":
        holes["events"] = "Single events are not shared: only figures for the whole period."
        holes["days"] = "Single days are not shared: only figures for the whole period."
    elif shared.detail != "full":
        holes["events"] = "Single events are not shared: only averages."
    return holes
