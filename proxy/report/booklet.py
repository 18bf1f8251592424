"""A summary in words and drawings, ready to be set: what the PDF, the picture and the visit file all print.

Words and drawings come from the same functions as the page's. A hole is a sentence in `holes`, by section.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from proxy.core.tongue import _, say, say_number
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
from proxy.report.facts import MODES
from proxy.report.figure import WORDS
from proxy.report.holes import holes_of
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
    _("Day"), _("Mean"), _("Lowest"), _("Highest"), _("In range"), _("Below"), _("Above"), _("Active"),
    _("Insulin, U"), _("Basal, U"), _("Bolus, U"), _("Carbs, g"), _("Closed loop"), _("Mostly"),
)  # fmt: skip
"""Over `day_rows`."""
_CURVE: Final = _(
    "Typical day: median glucose by time of day, with the ranges of half of all days and of nine tenths of all days"
)


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
        banner=_banner(summary) if summary.shared.glucose else "",
        asked_first=tuple(_shortened(words) for words in cover.questions[:_FIRST_QUESTIONS]),
        questions=cover.questions,
        remarks=cover.remarks,
        equipment=tuple((say(what), name) for what, name in cover.equipment),
        notices=cover.notices,
        goals=say(
            "Goals: %(whose)s (international consensus 2019). GMI = 3.31 + 0.02392 x mean in mg/dL; Nightscout's own A1c "
            "uses an older formula.",
            whose=say(summary.targets.title.lower()),
        ),
        compared=_compared(summary),
        day_heads=tuple(say(one) for one in DAY_HEADS),
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


def _banner(summary: Summary) -> str:
    """Say that there are too few data, if so: as `sufficiency.words`, which is English."""
    one, active = summary.sufficiency, summary.period.glucose.sensor_active_percent.value
    if not one.words or active is None:
        return say(one.words)
    return say_number(
        "Fewer data than the consensus asks for: %(count)s day with readings, sensor active %(active)s of the time. "
        "Rely on these figures only with 14 days and 70 %%.",
        "Fewer data than the consensus asks for: %(count)s days with readings, sensor active %(active)s of the time. "
        "Rely on these figures only with 14 days and 70 %%.",
        one.days_with_data,
        active=f"{active:.0f} %",
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
    return say_number(
        "%(first)s to %(last)s %(year)s (%(count)s day)",
        "%(first)s to %(last)s %(year)s (%(count)s days)",
        days,
        first=day_words(first),
        last=day_words(last),
        year=last.year,
    )


def _shortened(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= _ROOM else f"{plain[:_ROOM].rstrip()}…"


def _long(summary: Summary) -> str:
    day = made_on(summary)
    return f"{day_words(day)} {day.year}"


def _foot(summary: Summary, cover: Cover) -> str:
    visit = (say("visit %(name)s", name=cover.visit),) if cover.visit else ()
    return " · ".join((cover.made_for, *visit, _long(summary), say(SHRED)))


def _compared(summary: Summary) -> str:
    if summary.previous is None:
        return ""
    days = round((summary.period.end_ms - summary.period.start_ms) / 86_400_000)
    return say_number("day before", "%(count)s days before", max(days, 1))


def _range_words(ranges: Iterable[RangeLine], units: Units) -> str:
    parts = [f"{one.label} ({one.edges} {units}) {one.value}" for one in ranges if one.band]
    return say("Time in ranges: %(parts)s", parts=", ".join(parts))


def _curve(summary: Summary, units: Units) -> Drawing:
    if summary.curve.reason:
        return Drawing("", say(WORDS[summary.curve.reason]))
    words = say(_CURVE)
    return Drawing(charts.curve(summary.curve, summary.targets, units, words), words)


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
    words = (
        say(in_range.words)
        if in_range.value is None
        else say("%(share)s in range", share=percent(in_range.value))
    )
    if mean.value is not None:
        words = say("%(words)s, mean %(value)s", words=words, value=glucose(mean.value, units))
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
        figure(day.carbs), percent(day.closed_percent.value), NONE if day.mode is None else say(MODE_WORDS[day.mode]).partition(" (")[0],
    )  # fmt: skip


def _plain(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(replace(one, note="") for one in lines)


def _insulin_note(summary: Summary) -> str:
    insulin = summary.period.insulin
    counted = say(
        "Total insulin counts the %(known)s of %(asked)s days whose basal is known.",
        known=insulin.days_counted,
        asked=insulin.days_asked,
    )
    parts = [counted] if insulin.days_counted else []
    if insulin.basis == "temp basals only":
        parts.append(say("Basal is from temporary basal rates only."))
    return " ".join([*parts, *derived_note(summary.shared)])


def _automation_bar(automation: Automation) -> Drawing:
    shares = {mode: one.value for mode, one in automation.percent.items() if one.value is not None}
    if len(shares) < len(MODES) or sum(shares.values()) <= 0:
        return Drawing("", "")
    told = ", ".join(f"{say(MODE_WORDS[mode])} {percent(shares[mode])}" for mode in MODES)
    return Drawing(charts.flat_bar(shares, ""), say("Modes: %(modes)s", modes=told))
