"""Spans and moments, as they are typed and as they are shown."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from proxy.cli.frame import Refused
from proxy.core.errors import GrantError
from proxy.settings import Settings

_UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_SPAN = re.compile(r"(?:\d{1,5}[smhd])+", re.ASCII)
_PART = re.compile(r"(\d+)([smhd])", re.ASCII)


Zone = tzinfo | None
"""The zone in which the owner reads a clock; None is this machine's own."""


def zone_of(settings: Settings) -> Zone:
    """Give the zone of the settings, or this machine's."""
    return ZoneInfo(settings.timezone) if settings.timezone else None


def read_span(text: str) -> int | None:
    """Read `4h`, `90m`, `2d` or `1h30m` as milliseconds; None if it is no span."""
    packed = text.replace(" ", "").lower()
    if not _SPAN.fullmatch(packed):
        return None
    return sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(packed))


def read_moment(text: str, zone: Zone) -> int | None:
    """Read `2026-12-01` as the end of that day, or an ISO moment; epoch milliseconds, None if it is neither."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _read_iso(text, zone)
    next_day = day + timedelta(days=1)
    # Without a zone, datetime counts by this machine's, changes of the clock included.
    return _milliseconds(datetime(next_day.year, next_day.month, next_day.day, tzinfo=zone))


def _read_iso(text: str, zone: Zone) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _milliseconds(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def required_span(text: str, *, option: str) -> int:
    """Read a span. Raises GrantError."""
    span = read_span(text)
    if not span:
        raise GrantError(f"{option}: write a span of time such as 30m, 2h or 1d.")
    return span


def required_moment(text: str, zone: Zone, *, option: str) -> int:
    """Read a moment. Raises GrantError."""
    moment = read_moment(text, zone)
    if moment is None:
        raise GrantError(f"{option}: write a day such as 2026-12-01, or a moment such as 2026-12-01T15:00.")
    return moment


def iso(at: int) -> str:
    """Write epoch milliseconds as ISO 8601 in UTC, to the second."""
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def iso_or_none(at: int | None) -> str | None:
    """Write epoch milliseconds as ISO 8601, or None."""
    return None if at is None else iso(at)


def shown(at: int, zone: Zone, *, clock: str = "%H:%M") -> str:
    """Write epoch milliseconds for people, with the zone."""
    try:
        return f"{datetime.fromtimestamp(at / 1000, UTC).astimezone(zone):%a %d %b %Y, {clock} %Z}"
    except (OverflowError, ValueError) as error:
        raise Refused("A moment on record can't be shown: it lies outside of any calendar.") from error


def span_words(milliseconds: int) -> str:
    """Put a span into words: `4 hours`, `1 day 30 minutes`."""
    left, words = milliseconds // 1000, []
    for unit, seconds in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        number, left = divmod(left, seconds)
        if number:
            words.append(f"{number} {unit}{'' if number == 1 else 's'}")
    return " ".join(words) or "0 seconds"
