"""Moments and spans in words, always with their zone: a clinic and a family may live in different ones."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment for a page: in words, for machines, and whether a script may turn it into the viewer's time."""

    words: str
    iso: str
    local: bool


def moment(at: int, zone: str | None) -> Moment:
    """Put epoch milliseconds into words: in `zone`, or in UTC until a script says it in the viewer's zone."""
    local = datetime.fromtimestamp(at / 1000, ZoneInfo(zone) if zone else UTC)
    day = f"{_WEEKDAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return Moment(f"{day}, {local:%H:%M} ({zone or 'UTC'})", iso(at), zone is None)


def iso(at: int) -> str:
    """Write epoch milliseconds as ISO 8601 in UTC, to the second."""
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def span(milliseconds: int) -> str:
    """Put a span into words, in its two largest units: `3 hours 20 minutes`."""
    minutes = max(0, milliseconds) // 60_000
    if minutes < 1:
        return "less than a minute"
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = [_count(days, "day"), _count(hours, "hour"), "" if days else _count(rest, "minute")]
    return " ".join(part for part in parts if part)


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}" if number else ""
