"""What happened, in words: episodes, settings, events, gaps and possible artefacts, newest first. Pure."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Final

from proxy.core.tongue import figure_text, say
from proxy.report.facts import Event, Shared
from proxy.report.localtime import LocalTime
from proxy.report.model import Span, Summary
from proxy.report.words import EVENT_WORDS, Units, duration, glucose
from proxy.report.words_tables import SettingsLine, changed_words, settings_lines

MOST_LISTED: Final = 400
_TIMES: Final = "\N{MULTIPLICATION SIGN}"
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Happening:
    """An event, a gap, a possible artefact or an episode, in words."""

    at: str
    what: str
    lasted: str
    words: str


@dataclass(frozen=True, slots=True)
class SettingsShown:
    """One version of the settings."""

    since: str
    changed: str
    basal_a_day: str
    insulin_hours: str
    lines: tuple[SettingsLine, ...]


def day_words(day: date) -> str:
    """Write a date: `Mon 9 Nov`."""
    weekday, month = say(_WEEKDAYS[day.weekday()]), say(_MONTHS[day.month - 1])
    return say("%(weekday)s %(day)s %(month)s", weekday=weekday, day=day.day, month=month)


def short(time: LocalTime, at_ms: int) -> str:
    """Write a moment: `Mon 9 Nov, 14:05`."""
    minutes = time.of_day(at_ms) // 60_000
    return f"{day_words(time.day_of(at_ms))}, {minutes // 60:02d}:{minutes % 60:02d}"


def low_episodes(summary: Summary, units: Units, time: LocalTime) -> tuple[Happening, ...]:
    """Give each low episode."""
    low, very_low = summary.period.episodes["low"], summary.period.episodes["very_low"]
    starts = [each.start_ms for each in very_low.each]
    found = []
    for each in low.each:
        grave = any(each.start_ms <= start < each.end_ms for start in starts)
        notes = (
            [say("very low within")] * grave
            + [say("at night")] * each.at_night
            + [say("a single reading")] * each.single_reading
        )
        words = say("lowest %(value)s", value=glucose(each.extreme_mgdl, units)) + "".join(
            f"; {note}" for note in notes
        )
        found.append(Happening(short(time, each.start_ms), say("Low"), duration(each.minutes), words))
    return tuple(reversed(found))[:MOST_LISTED]


def settings_shown(summary: Summary, units: Units, time: LocalTime) -> tuple[SettingsShown, ...]:
    """Give each version of the settings."""
    return tuple(
        SettingsShown(
            short(time, max(version.since_ms, time.starts[0])),
            changed_words(version),
            "" if version.daily_basal is None else figure_text(f"{version.daily_basal:.1f} U"),
            "" if version.insulin_hours is None else figure_text(f"{round(version.insulin_hours, 1):g} h"),
            settings_lines(version, units),
        )
        for version in summary.settings.versions
    )


def counts_of(summary: Summary) -> tuple[tuple[str, str], ...]:
    """Say how often what happened."""
    seen = Counter([event.kind for event in summary.notes.events])
    marks = Counter([mark.kind for mark in summary.notes.marks])
    held: dict[str, int] = {str(kind): number for kind, number in (*seen.items(), *marks.items())}
    found = [(say(words), f"{held[kind]} {_TIMES}") for kind, words in EVENT_WORDS.items() if kind in held]
    gaps = summary.notes.gaps
    if gaps:
        total = duration(sum(gap.minutes for gap in gaps))
        times = say("%(count)s (%(total)s in all)", count=f"{len(gaps)} {_TIMES}", total=total)
        name: str = EVENT_WORDS["gap"]
        found.append((say(name), times))
    return tuple(found)


def events_of(summary: Summary, units: Units, time: LocalTime) -> tuple[Happening, ...]:
    """Give all events, gaps and possible artefacts."""
    lines: list[tuple[int, Happening]] = [
        *((event.at_ms, event_line(event, units, time)) for event in summary.notes.events),
        *((gap.start_ms, _spanned(gap, "gap", time)) for gap in summary.notes.gaps),
        *(
            (mark.start_ms, _spanned(Span(mark.start_ms, mark.end_ms), mark.kind, time))
            for mark in summary.notes.marks
        ),
    ]
    ordered = sorted(lines, key=lambda pair: -pair[0])
    return tuple(happening for _, happening in ordered[:MOST_LISTED])


def event_line(event: Event, units: Units, time: LocalTime) -> Happening:
    """Put an event into words."""
    lasted = "" if event.end_ms is None else duration((event.end_ms - event.at_ms) / 60_000)
    value = f"{glucose(event.value, units)} {units}" if event.value is not None else ""
    words = "; ".join(part for part in (value, event.words) if part)
    return Happening(short(time, event.at_ms), say(EVENT_WORDS[event.kind]), lasted, words)


def _spanned(span: Span, kind: str, time: LocalTime) -> Happening:
    return Happening(
        short(time, span.start_ms), say(EVENT_WORDS[kind]), duration(span.minutes), say(span.words)
    )


def derived_note(shared: Shared) -> tuple[str, ...]:
    """Say what a total that derives from hidden settings is made of; else nothing."""
    if not shared.total_insulin or shared.settles_basal:
        return ()
    if shared.profile:
        return (say("Computed with switches to other profiles that are not shown themselves."),)
    return (say("Computed with basal rates that are not shown themselves."),)
