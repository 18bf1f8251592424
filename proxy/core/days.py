"""Days that an owner named, in words: a day is a day in their own calendar, and no zone moves it."""

from datetime import date
from typing import Final

from proxy.core.tongue import say

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day_words(day: str) -> str:
    """Put an ISO day into words: `3 March 2026`."""
    told = date.fromisoformat(day)
    return say("%(day)s %(month)s %(year)s", day=told.day, month=say(_MONTHS[told.month - 1]), year=told.year)


def day_said(text: str) -> str:
    """Put an ISO day into words; what is none stays as it is."""
    try:
        return day_words(text)
    except ValueError:
        return text


def span_words(first: str, last: str) -> str:
    """Put two ISO days into words, either of which may be empty: `3 to 6 March 2026`; empty if both are."""
    if not last:
        return say("from %(day)s", day=day_words(first)) if first else ""
    if not first:
        return say("until %(day)s", day=day_words(last))
    return day_words(first) if first == last else _two(date.fromisoformat(first), date.fromisoformat(last))


def _two(first: date, last: date) -> str:
    """Say of the first day only what the last one does not say too."""
    until = day_words(last.isoformat())
    if first.year != last.year:
        return say("%(first)s to %(last)s", first=day_words(first.isoformat()), last=until)
    if first.month != last.month:
        month = say(_MONTHS[first.month - 1])
        return say("%(day)s %(month)s to %(last)s", day=first.day, month=month, last=until)
    return say("%(day)s to %(last)s", day=first.day, last=until)
