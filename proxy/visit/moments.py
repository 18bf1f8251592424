"""Moments and spans in words, always with their zone: a clinic and a family may live in different ones."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from proxy.locale.figures import long_moment
from proxy.locale.reader import say, say_number


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment for a page: in words, for machines, and whether a script may turn it into the viewer's time."""

    words: str
    iso: str
    local: bool


def moment(at: int, zone: str | None) -> Moment:
    """Put epoch milliseconds into words: in `zone`, or in UTC until a script says it in the viewer's zone."""
    local = datetime.fromtimestamp(at / 1000, ZoneInfo(zone) if zone else UTC)
    return Moment(f"{long_moment(local)} ({zone or 'UTC'})", iso(at), zone is None)


def iso(at: int) -> str:
    """Write epoch milliseconds as ISO 8601 in UTC, to the second."""
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def span(milliseconds: int) -> str:
    """Put a span into words, in its two largest units: `3 hours 20 minutes`."""
    minutes = max(0, milliseconds) // 60_000
    if minutes < 1:
        return say("less than a minute")
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = [
        say_number("%(count)s day", "%(count)s days", days) % {"count": days} if days else "",
        say_number("%(count)s hour", "%(count)s hours", hours) % {"count": hours} if hours else "",
        say_number("%(count)s minute", "%(count)s minutes", rest) % {"count": rest}
        if rest and not days
        else "",
    ]
    return " ".join(part for part in parts if part)
