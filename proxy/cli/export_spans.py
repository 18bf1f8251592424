"""Which days an export holds: whole local days within the window, as fine as the policy's detail lets them be. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from proxy.cli.frame import Refused
from proxy.core.grant import DAY
from proxy.core.policy import SUMMARY_WINDOWS
from proxy.core.study import Span, span_of
from proxy.core.view import View, local_midnight
from proxy.report.localtime import local_time

MOST_COMPARED_DAYS = 90
"""Longer periods are compared with none before: twice as much would have to be read."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which days were asked for; `days` counts back from the end of the window."""

    days: int | None = None
    first: date | None = None
    last: date | None = None
    by_month: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """The days of one file."""

    span: Span
    month: str
    """`2026-10`, if each month has a file of its own; else empty."""


def parts_of(view: View, wanted: Wanted, most: int, *, now: int, compared: bool) -> list[Part]:
    """Give the days of each file. `most` days are shown. Raises Refused.

    `compared` is whether the period before is of use; where not, it is not read.
    """
    if view.policy.detail == "summary":
        return [_whole_window(view, wanted, most, now)]
    whole = span_of(view, _days(wanted, most), now=now)
    start, end = whole.start, whole.end
    if wanted.first is not None:
        start, end = _between(view, wanted, whole)
    if not wanted.by_month:
        return [Part(_span(view, start, end, compared=compared), "")]
    return [
        Part(_span(view, first, last, compared=compared), month)
        for month, first, last in _months(view, start, end)
    ]


def _whole_window(view: View, wanted: Wanted, most: int, now: int) -> Part:
    days = wanted.days or max((each for each in SUMMARY_WINDOWS if each <= most), default=0)
    if wanted.first or wanted.by_month or days not in SUMMARY_WINDOWS or days > most:
        offered = ", ".join(str(each) for each in SUMMARY_WINDOWS if each <= most)
        raise Refused(f"This policy shows whole periods only. Write --days with one of: {offered}.")
    return Part(span_of(view, days, now=now), "")


def _days(wanted: Wanted, most: int) -> int:
    days = wanted.days or most
    if not 1 <= days <= most:
        raise Refused(f"--days: {most} days are shown at most.")
    return days


def _between(view: View, wanted: Wanted, whole: Span) -> tuple[int, int]:
    assert wanted.first is not None
    last = wanted.last or local_time(view.zone, whole.end, whole.end).day_of(whole.end - 1)
    time = local_time(view.zone, view.window.since, whole.end)
    chosen = [day for day in time.days(view.window.since, whole.end) if wanted.first <= day.day <= last]
    first_shown = time.day_of(view.window.since)
    if not chosen or wanted.first < first_shown:
        shown = f"{first_shown.isoformat()} to {time.day_of(whole.end - 1).isoformat()}"
        raise Refused(f"--from and --to: the days that are shown are {shown}.")
    return max(chosen[0].start_ms, view.window.since), min(chosen[-1].end_ms, whole.end)


def _months(view: View, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    days = local_time(view.zone, start, end).days(start, end)
    for month, group in groupby(days, key=lambda day: f"{day.day:%Y-%m}"):
        inside = list(group)
        yield month, max(start, inside[0].start_ms), min(end, inside[-1].end_ms)


def _span(view: View, start: int, end: int, *, compared: bool) -> Span:
    length = end - start
    before = length + DAY if compared and length <= MOST_COMPARED_DAYS * DAY else DAY
    days = max(1, round(length / DAY))
    return Span(days, start, end, max(view.window.since, local_midnight(start - before, view.zone)))
