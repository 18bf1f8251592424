"""A summary in words and drawings, ready to be set: what the PDF, the picture and the visit file all print.

Words and drawings come from the same functions as the page's. A hole is a sentence in `holes`, by section.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from proxy.core.tongue import _, say
from proxy.report import charts
from proxy.report.cover import (
    HOLES,
    NOT_FOR_DOSING,
    SHRED,
    TITLE,
    UNNAMED,
    Cover,
    Language,
    Paper,
    made_on,
    zone_words,
)
from proxy.report.display import whole_figures
from proxy.report.figure import WORDS
from proxy.report.holes import holes_of
from proxy.report.model import SMALL_DAYS, Automation, Day, Summary
from proxy.report.words import MODE_WORDS, NONE, Units, figure, glucose, percent
from proxy.report.words_around import (
    CURVE_TITLE,
    banner,
    compared_with,
    curve_rows,
    figures_of_day,
    insulin_note,
    mode_shares,
    modes_words,
    range_words,
    span_words,
    time_of,
    without_notes,
)
from proxy.report.words_devices import equipment_lines
from proxy.report.words_lists import (
    MOST_LISTED,
    Happening,
    SettingsShown,
    counts_of,
    day_words,
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

MOST_DAYS: Final = 92
"""So many days are listed: a quarter of a year."""
_FIRST_QUESTIONS: Final = 2
_ROOM: Final = 115
"""Letters of a question that one line has room for."""
DAY_HEADS: Final = (
    _("Day"), _("Mean"), _("Lowest"), _("Highest"), _("In range"), _("Below"), _("Above"), _("Active"),
    _("Insulin, U"), _("Basal, U"), _("Bolus, U"), _("Carbs, g"), _("Closed loop"), _("Mostly"),
)  # fmt: skip
"""Over `day_rows`."""


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
    language: Language
    region: str
    paper: Paper
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
    day_heads: tuple[str, ...]
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
        title=say(TITLE),
        language=cover.language,
        region=_REGIONS[cover.language],
        paper=cover.paper,
        person=cover.person,
        made_for=cover.made_for,
        span=span_words(summary, time),
        zone=zone_words(summary, shared=cover.zone_shared),
        made_on=_long(summary),
        foot=_foot(summary, cover),
        units=units,
        banner=banner(summary),
        asked_first=tuple(_shortened(words) for words in cover.questions[:_FIRST_QUESTIONS]),
        questions=cover.questions,
        remarks=cover.remarks,
        equipment=equipment_lines(cover.equipment, summary.period.automation),
        notices=cover.notices,
        goals=say(
            "Goals: %(whose)s (international consensus 2019). GMI = 3.31 + 0.02392 x mean in mg/dL; Nightscout's own A1c "
            "uses an older formula.",
            whose=say(summary.targets.title.lower()),
        ),
        compared=compared_with(summary),
        day_heads=tuple(say(one) for one in DAY_HEADS),
        headline=headline(summary, units),
        ranges=ranges,
        range_bar=Drawing("" if bands is None else charts.range_bar(bands, ""), range_words(ranges, units)),
        curve=_curve(summary, units),
        curve_rows=curve_rows(summary, units),
        days=_small_days(summary, units),
        insulin=without_notes(insulin_lines(summary)),
        insulin_note=insulin_note(summary),
        automation=without_notes(automation_lines(summary)),
        automation_bar=_automation_bar(summary.period.automation),
        system=_system(summary.period.automation),
        episodes=episode_lines(summary, units),
        low_episodes=low_episodes(summary, units, time),
        settings=settings_shown(summary, units, time),
        day_rows=tuple(_day_row(day, units) for day in reversed(summary.days[-MOST_DAYS:])),
        days_note=_newest(MOST_DAYS) if len(summary.days) > MOST_DAYS else "",
        counts=counts_of(summary),
        events=events,
        events_note=_newest(MOST_LISTED) if len(events) == MOST_LISTED else "",
        holes=holes_of(summary),
        shown=tuple(map(say, cover.shown)),
        withheld=tuple(map(say, cover.withheld)),
        withheld_note=say(HOLES),
        unnamed=tuple(map(say, UNNAMED)) if cover.unnamed else (),
        not_for_dosing=say(NOT_FOR_DOSING),
    )


_REGIONS: Final[Mapping[Language, str]] = {"en": "GB", "de": "DE"}


def _newest(most: int) -> str:
    return say("Only the newest %(count)s; all of them are in the CSV.", count=most)


def _system(automation: Automation) -> str:
    inferred = say("Inferred from what was uploaded; without uploads: not known.")
    if not automation.system:
        return inferred
    system = say("System: %(name)s.", name=say(automation.system))
    return f"{system} {inferred}"


def _shortened(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= _ROOM else f"{plain[:_ROOM].rstrip()}…"


def _long(summary: Summary) -> str:
    day = made_on(summary)
    return f"{day_words(day)} {day.year}"


def _foot(summary: Summary, cover: Cover) -> str:
    visit = (say("visit %(name)s", name=cover.visit),) if cover.visit else ()
    return " · ".join((cover.made_for, *visit, _long(summary), say(SHRED)))


def _curve(summary: Summary, units: Units) -> Drawing:
    if summary.curve.reason:
        return Drawing("", say(WORDS[summary.curve.reason]))
    words = say(CURVE_TITLE)
    return Drawing(charts.curve(summary.curve, summary.targets, units, words), words)


def _small_days(summary: Summary, units: Units) -> tuple[SmallDay, ...]:
    if not any(day.readings for day in summary.days):
        return ()
    return tuple(_small_day(day, summary, units) for day in summary.days[-SMALL_DAYS:])


def _small_day(day: Day, summary: Summary, units: Units) -> SmallDay:
    label, words = day_words(day.day), figures_of_day(day, units)
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
        figure(day.carbs), percent(day.closed_percent.value), NONE if day.mode is None else say(MODE_WORDS[day.mode]).partition(" (")[0],
    )  # fmt: skip


def _automation_bar(automation: Automation) -> Drawing:
    shares = mode_shares(automation)
    return Drawing(charts.flat_bar(shares, ""), modes_words(shares)) if shares else Drawing("", "")
