"""The summary as its page needs it: figures in words, drawings, and a label on every hole. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from proxy.core.policy import Policy
from proxy.core.study import Study
from proxy.core.tongue import say, say_number
from proxy.report import charts
from proxy.report.display import whole_figures
from proxy.report.facts import MODES
from proxy.report.figure import WORDS
from proxy.report.localtime import LocalTime, local_time
from proxy.report.model import Automation, Day, Summary
from proxy.report.words import MODE_WORDS, Units, glucose, percent
from proxy.report.words_lists import (
    Happening,
    SettingsShown,
    counts_of,
    day_words,
    derived_note,
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

SMALL_DAYS: Final = 14
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
    units, time = choice.units, _time(summary)
    bands, whole = bands_of(summary.period), whole_figures(_values(summary))
    automation = _plain(automation_lines(summary))
    if "devicestatus" in study.compared_from:
        automation = tuple(replace(one, before="") for one in automation)
    return Page(
        title=say("Glucose summary"),
        span=_span_words(summary, time),
        zone=zone_words(summary.zone, policy) if summary.zone_known else say(_ZONE_UNKNOWN),
        units=units,
        banner="" if not summary.shared.glucose else _banner(summary),
        notices=notices_of(study),
        compared=_compared(summary),
        latest=_latest(summary, policy, units, time),
        headline=headline(summary, units),
        ranges=range_lines(summary, units, whole),
        range_bar="" if bands is None else charts.range_bar(bands, _range_title(summary, units)),
        curve=""
        if summary.curve.reason
        else charts.curve(summary.curve, summary.targets, units, say(_CURVE_TITLE)),
        curve_why=say(WORDS[summary.curve.reason]) if summary.curve.reason else "",
        curve_rows=_curve_rows(summary, units),
        days=tuple(_small_day(day, summary, choice) for day in summary.days[-SMALL_DAYS:]),
        days_left_out=max(0, len(summary.days) - SMALL_DAYS),
        insulin=_plain(insulin_lines(summary)),
        insulin_note=_insulin_note(summary),
        automation=automation,
        automation_bar=_automation_bar(summary.period.automation),
        system=say(summary.period.automation.system),
        episodes=episode_lines(summary, units),
        episodes_each=low_episodes(summary, units, time),
        settings=settings_shown(summary, units, time),
        counts=counts_of(summary),
        events=events_of(summary, units, time),
        holes=holes_in(summary, study),
    )


_CURVE_TITLE: Final = "Typical day: median glucose by time of day, with the ranges of half of all days and of nine tenths of all days"


def _time(summary: Summary) -> LocalTime:
    first = summary.settings.versions[-1].since_ms if summary.settings.versions else summary.period.start_ms
    return local_time(summary.zone, min(first, summary.period.start_ms), summary.now_ms)


def _values(summary: Summary) -> dict:  # type: ignore[type-arg]  # band to value
    return {band: figure.value for band, figure in summary.period.glucose.percent.items()}


def _span_words(summary: Summary, time: LocalTime) -> str:
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


def _banner(summary: Summary) -> str:
    """Say that there are too few data, if so: as `sufficiency.words`, which is English."""
    one = summary.sufficiency
    active = summary.period.glucose.sensor_active_percent.value
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


_ZONE_UNKNOWN: Final = "Times are in UTC: the patient's time zone is not known."


def zone_words(zone: str, policy: Policy) -> str:
    """Say in which time zone times are told."""
    if policy.timezone != "site":
        return say("Times are in UTC: the patient's time zone is not shared.")
    # UTC stands in where Nightscout names no zone, or one that nobody knows.
    return (
        say(_ZONE_UNKNOWN)
        if zone == "UTC"
        else say("Times are the patient's local time (%(zone)s).", zone=zone)
    )


def _compared(summary: Summary) -> str:
    if summary.previous is None:
        return ""
    days = round((summary.period.end_ms - summary.period.start_ms) / 86_400_000)
    return say_number("day before", "%(count)s days before", max(days, 1))


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


def _range_title(summary: Summary, units: Units) -> str:
    parts = [
        f"{one.label} ({one.edges} {units}) {one.value}"
        for one in range_lines(summary, units, None)
        if one.band
    ]
    return say("Time in ranges: %(parts)s", parts=", ".join(parts))


def _curve_rows(summary: Summary, units: Units) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            f"{point.minute // 60:02d}:00",
            *(glucose(value, units) for value in (point.p05, point.p25, point.p50, point.p75, point.p95)),
        )
        for point in summary.curve.points
        if point.minute % 60 == 0
    )


def _small_day(day: Day, summary: Summary, choice: Choice) -> SmallDay:
    in_range, mean = day.percent["in_range"], day.mean_mgdl
    words = (
        say("%(share)s in range", share=percent(in_range.value))
        if in_range.value is not None
        else say(in_range.words)
    )
    if mean.value is not None:
        words = say("%(words)s, mean %(value)s", words=words, value=glucose(mean.value, choice.units))
    label = day_words(day.day)
    drawing = charts.small_day(day, summary.targets, f"{label}: {words}") if day.trace else ""
    address = ""
    if summary.shared.detail == "full" and day.readings:
        address = choice.address(f"/visit/summary/day/{day.day.isoformat()}")
    return SmallDay(label, drawing, words, address)


def _plain(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Leave out what is said once below the table."""
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


def _automation_bar(automation: Automation) -> str:
    shares = {mode: figure.value for mode, figure in automation.percent.items() if figure.value is not None}
    if len(shares) < len(MODES) or sum(shares.values()) <= 0:
        return ""
    title = say(
        "Modes: %(modes)s",
        modes=", ".join(f"{say(MODE_WORDS[mode])} {percent(shares[mode])}" for mode in MODES),
    )
    return charts.flat_bar(shares, title)
