"""Days that an owner named, in words: a day is a day in their own calendar, and no zone moves it."""

from datetime import date
from typing import Final

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day_words(day: str) -> str:
    """Put an ISO day into words: `3 March 2026`."""
    told = date.fromisoformat(day)
    return f"{told.day} {_MONTHS[told.month - 1]} {told.year}"


def span_words(first: str, last: str) -> str:
    """Put two ISO days into words, either of which may be empty: `3 to 6 March 2026`; empty if both are."""
    if not first or not last:
        return f"from {day_words(first)}" if first else f"until {day_words(last)}" if last else ""
    if first == last:
        return day_words(first)
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    if begin.year != end.year:
        return f"{day_words(first)} to {day_words(last)}"
    if begin.month != end.month:
        return f"{begin.day} {_MONTHS[begin.month - 1]} to {day_words(last)}"
    return f"{begin.day} to {day_words(last)}"
