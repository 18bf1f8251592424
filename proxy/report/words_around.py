"""What stands around the tables, in the same words for page, print and file: the days, banners, notes and titles. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from proxy.core.tongue import _, say, say_number
from proxy.report.facts import MODES, Mode
from proxy.report.localtime import LocalTime, local_time
from proxy.report.model import Automation, Day, Summary
from proxy.report.words import MODE_WORDS, Units, glucose, percent
from proxy.report.words_lists import day_words, derived_note
from proxy.report.words_tables import Line, RangeLine

CURVE_TITLE: Final = _(
    "Typical day: median glucose by time of day, with the ranges of half of all days and of nine tenths of all days"
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


def banner(summary: Summary) -> str:
    """Say that there are too few data, if so: as `sufficiency.words`, which is English."""
    one, active = summary.sufficiency, summary.period.glucose.sensor_active_percent.value
    if not summary.shared.glucose:
        return ""
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


def compared_with(summary: Summary) -> str:
    """Say what the figures are compared with: `14 days before`; nothing if with nothing."""
    if summary.previous is None:
        return ""
    days = round((summary.period.end_ms - summary.period.start_ms) / 86_400_000)
    return say_number("day before", "%(count)s days before", max(days, 1))


def range_words(ranges: Iterable[RangeLine], units: Units) -> str:
    """Tell the bar of ranges to those who don't see it."""
    parts = [f"{one.label} ({one.edges} {units}) {one.value}" for one in ranges if one.band]
    return say("Time in ranges: %(parts)s", parts=", ".join(parts))


def curve_rows(summary: Summary, units: Units) -> tuple[tuple[str, ...], ...]:
    """Give the typical day as a table: the hour, and its five percentiles."""
    return tuple(
        (
            f"{point.minute // 60:02d}:00",
            *(glucose(value, units) for value in (point.p05, point.p25, point.p50, point.p75, point.p95)),
        )
        for point in summary.curve.points
        if point.minute % 60 == 0
    )


def figures_of_day(day: Day, units: Units) -> str:
    """Say below a small day how it was: `68 % in range, mean 154`."""
    in_range, mean = day.percent["in_range"], day.mean_mgdl
    words = (
        say(in_range.words)
        if in_range.value is None
        else say("%(share)s in range", share=percent(in_range.value))
    )
    if mean.value is None:
        return words
    return say("%(words)s, mean %(value)s", words=words, value=glucose(mean.value, units))


def without_notes(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Leave out what is said once below the table."""
    return tuple(replace(one, note="") for one in lines)


def insulin_note(summary: Summary) -> str:
    """Say below the table of insulin what its totals are made of."""
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


def mode_shares(automation: Automation) -> Mapping[Mode, float]:
    """Give the share of each mode for the bar; empty unless all are known."""
    shares = {mode: one.value for mode, one in automation.percent.items() if one.value is not None}
    return shares if len(shares) == len(MODES) and sum(shares.values()) > 0 else {}


def modes_words(shares: Mapping[Mode, float]) -> str:
    """Tell the bar of modes to those who don't see it."""
    told = ", ".join(f"{say(MODE_WORDS[mode])} {percent(shares[mode])}" for mode in MODES)
    return say("Modes: %(modes)s", modes=told)
