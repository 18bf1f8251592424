"""Timestamps: read in whatever form an uploader wrote them, and written anew in one form, in UTC.

Ninety days hold hundreds of thousands of them, nearly all already in Nightscout's own form. So a column that is
in that form as a whole is seen to be so in a few steps over all its bytes, and is only parsed, not written.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import repeat
from operator import sub
from typing import Any, Final

from proxy.core.shape import LATEST_MS

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = _EPOCH.toordinal()
_DAY_MS: Final = 86_400_000
_MINUTES: Final = tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(1440))
_SECONDS: Final = tuple(f"{second:02d}" for second in range(60))

_SHAPE: Final = b"0000-00-00T00:00:00.000Z\n"
_AS_ZEROS: Final = bytes.maketrans(b"123456789", b"000000000")

_parse = datetime.fromisoformat


def milliseconds(text: str) -> int | None:
    """Read a timestamp as epoch milliseconds; None if it isn't one between 1970 and 2100."""
    try:
        at = _parse(text)
    except ValueError:
        return None
    since = (at if at.tzinfo is not None else at.replace(tzinfo=UTC)) - _EPOCH
    whole = since.days * _DAY_MS + since.seconds * 1000 + (since.microseconds + 500) // 1000
    return whole if 0 <= whole <= LATEST_MS else None


def written(at: int) -> str:
    """Write epoch milliseconds as Nightscout does."""
    # By tables: strftime would cost six times as much, for each value of an uploader who writes offsets.
    day, rest = divmod(at, _DAY_MS)
    minute, rest = divmod(rest, 60_000)
    second, rest = divmod(rest, 1000)
    return f"{_day(day)}T{_MINUTES[minute]}:{_SECONDS[second]}.{rest:03d}Z"


def instants(values: Sequence[Any]) -> Sequence[Any]:
    """Write a column of timestamps anew; None for what is none. The same list comes back if nothing changed.

    Texts without an offset are taken as UTC. Numbers are epoch milliseconds, and stay numbers.
    """
    return values if _parsed(values) is not None else dated(values)[0]


def dated(values: Sequence[Any]) -> tuple[Sequence[Any], list[int | None]]:
    """Write a column of timestamps anew, as `instants` does, and give each one's epoch milliseconds.

    The column may hold None.
    """
    if set(map(type, values)) == {int}:
        return values, list(values)
    parsed = _parsed(values)
    if parsed is not None:
        since = map(sub, parsed, repeat(_EPOCH))
        return values, [at.days * _DAY_MS + at.seconds * 1000 + at.microseconds // 1000 for at in since]
    moments = [_moment(value) for value in values]
    pairs = zip(values, moments, strict=True)
    return [written(at) if at is not None and isinstance(value, str) else at for value, at in pairs], moments


def _moment(value: Any) -> int | None:
    if isinstance(value, str):
        return milliseconds(value)
    return None if value is None else round(value)


def _parsed(values: Sequence[Any]) -> list[datetime] | None:
    """Parse a column whose texts are all of this century and in Nightscout's form; else None."""
    try:
        lines = ("\n".join(values) + "\n").encode("ascii")
        if lines.translate(_AS_ZEROS) == _SHAPE * len(values) and _in_this_century(lines, len(values)):
            return list(map(_parse, values))
    except (TypeError, ValueError):
        pass  # a number among the texts, or the 30th of February
    return None


def _in_this_century(lines: bytes, count: int) -> bool:
    # Newer Pythons read hour 24 as the next day: such a text would have to be written anew.
    step = len(_SHAPE)
    return lines[::step].count(b"2") == count == lines[1::step].count(b"0") and b"T24" not in lines


@lru_cache(maxsize=1000)
def _day(day: int) -> str:
    return date.fromordinal(_EPOCH_DAY + day).isoformat()
