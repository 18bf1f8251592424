"""The summary as its page needs it: figures in words, drawings, and a label on every hole. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from proxy.core.policy import Policy
from proxy.core.study import Study
from proxy.core.tongue import say
from proxy.report import charts
from proxy.report.display import whole_figures
from proxy.report.figure import WORDS
from proxy.report.localtime import LocalTime
from proxy.report.model import SMALL_DAYS, Automation, Day, Summary
from proxy.report.words import Units, glucose
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
from proxy.report.words_devices import devices_seen
from proxy.report.words_lists import (
    Happening,
    SettingsShown,
    counts_of,
    day_words,
    events_of,
    low_episodes,
    settings_shown,
    short,
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
from proxy.visit.arrived import holes_in, notices_of
from proxy.visit.choices import Choice

_FRESH_MINUTES: Final = 15


@dataclass(frozen=True, slots=True)
class Remarks:
    """What the patient wrote for this visit: dated remarks, and questions."""

    dated: tuple[tuple[str, str], ...] = ()
    """(the days in words or nothing, words)."""
    questions: tuple[str, ...] = ()
    may_ask: tuple[str, ...] = ()
    """What the clinician may ask for."""
    picked: tuple[tuple[str, str], ...] = ()
    """Notes of Nightscout that the patient picked: (the day in words, the note's text)."""


@dataclass(frozen=True, slots=True)
class SmallDay:
    """One of the small days."""

    label: str
    drawing: str
    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the template prints."""

    title: str
    span: str
    zone: str
    units: Units
    banner: str
    notices: tuple[str, ...]
    compared: str
    """What the figures are compared with; empty if with nothing."""
    latest: str
    headline: tuple[Line, ...]
    ranges: tuple[RangeLine, ...]
    range_bar: str
    curve: str
    curve_why: str
    curve_rows: tuple[tuple[str, ...], ...]
    days: tuple[SmallDay, ...]
    days_left_out: int
    insulin: tuple[Line, ...]
    insulin_note: str
    automation: tuple[Line, ...]
    automation_bar: str
    devices: str
    """Which pump and which loop system, as uploads tell."""
    system: str
    episodes: tuple[EpisodeLine, ...]
    episodes_each: tuple[Happening, ...]
    settings: tuple[SettingsShown, ...]
    counts: tuple[tuple[str, str], ...]
    events: tuple[Happening, ...]
    holes: Mapping[str, str]
    """By section, what to say instead of it."""


def page_of(summary: Summary, study: Study, policy: Policy, choice: Choice) -> Page:
    """Put a summary into words and drawings."""
    units, time = choice.units, time_of(summary)
    bands, whole = bands_of(summary.period), whole_figures(_values(summary))
    automation = without_notes(automation_lines(summary))
    if "devicestatus" in study.compared_from:
        automation = tuple(replace(one, before="") for one in automation)
    return Page(
        title=say("Glucose summary"),
        span=span_words(summary, time),
        zone=zone_words(summary.zone, policy) if summary.zone_known else say(_ZONE_UNKNOWN),
        units=units,
        banner=banner(summary),
        notices=notices_of(study),
        compared=compared_with(summary),
        latest=_latest(summary, policy, units, time),
        headline=headline(summary, units),
        ranges=range_lines(summary, units, whole),
        range_bar=""
        if bands is None
        else charts.range_bar(bands, range_words(range_lines(summary, units, None), units)),
        curve=""
        if summary.curve.reason
        else charts.curve(summary.curve, summary.targets, units, say(CURVE_TITLE)),
        curve_why=say(WORDS[summary.curve.reason]) if summary.curve.reason else "",
        curve_rows=curve_rows(summary, units),
        days=tuple(_small_day(day, summary, choice) for day in summary.days[-SMALL_DAYS:]),
        days_left_out=max(0, len(summary.days) - SMALL_DAYS),
        insulin=without_notes(insulin_lines(summary)),
        insulin_note=insulin_note(summary),
        automation=automation,
        automation_bar=_automation_bar(summary.period.automation),
        devices=devices_seen(summary.period.automation),
        system=say(summary.period.automation.system),
        episodes=episode_lines(summary, units),
        episodes_each=low_episodes(summary, units, time),
        settings=settings_shown(summary, units, time),
        counts=counts_of(summary),
        events=events_of(summary, units, time),
        holes=holes_in(summary, study),
    )


def _values(summary: Summary) -> dict:  # type: ignore[type-arg]  # band to value
    return {band: figure.value for band, figure in summary.period.glucose.percent.items()}


_ZONE_UNKNOWN: Final = "Times are in UTC: the patient's time zone is not known."


def zone_words(zone: str, policy: Policy) -> str:
    """Say in which time zone times are told."""
    if policy.timezone != "site":
        if zone == "UTC":
            return say("Times are in UTC: the patient's time zone is not shared.")
        return say(
            "Times are in this computer's time zone (%(zone)s): the patient's is not shared.", zone=zone
        )
    # UTC stands in where Nightscout names no zone, or one that nobody knows.
    return (
        say(_ZONE_UNKNOWN)
        if zone == "UTC"
        else say("Times are the patient's local time (%(zone)s).", zone=zone)
    )


def _latest(summary: Summary, policy: Policy, units: Units, time: LocalTime) -> str:
    latest = summary.latest
    if latest is None or not policy.live:
        return ""
    minutes = (summary.now_ms - latest.at_ms) // 60_000
    if minutes > _FRESH_MINUTES:
        return say(
            "Last reading: %(value)s on %(at)s.",
            value=f"{glucose(latest.mgdl, units)} {units}",
            at=short(time, latest.at_ms),
        )
    change = ""
    if latest.change_mgdl is not None:
        told = glucose(abs(latest.change_mgdl), units)
        sign = "+" if latest.change_mgdl >= 0 else "\N{MINUS SIGN}"
        change = say(", %(change)s since the reading before", change=f"{sign}{told}")
    ago = say("just now") if minutes < 1 else say("%(minutes)s min ago", minutes=minutes)
    return say("Now %(value)s (%(ago)s).", value=f"{glucose(latest.mgdl, units)} {units}{change}", ago=ago)


def _small_day(day: Day, summary: Summary, choice: Choice) -> SmallDay:
    label, words = day_words(day.day), figures_of_day(day, choice.units)
    drawing = charts.small_day(day, summary.targets, f"{label}: {words}") if day.trace else ""
    address = ""
    if summary.shared.detail == "full" and day.readings:
        address = choice.address(f"/visit/summary/day/{day.day.isoformat()}")
    return SmallDay(label, drawing, words, address)


def _automation_bar(automation: Automation) -> str:
    shares = mode_shares(automation)
    return charts.flat_bar(shares, modes_words(shares)) if shares else ""
