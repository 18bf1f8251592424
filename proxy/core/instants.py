"""Timestamps: read in whatever form an uploader wrote them, and written anew in one form, in UTC.

Ninety days hold hundreds of thousands of them, nearly all already in Nightscout's own form. So a column that is
in that form as a whole is seen to be so in a few steps over all its bytes, and is neither parsed nor written.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final

from proxy.core.shape import LATEST_MS

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = _EPOCH.toordinal()
_DAY_MS: Final = 86_400_000
_MINUTES: Final = tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(1440))
_SECONDS: Final = tuple(f"{second:02d}" for second in range(60))

_SHAPE: Final = b"0000-00-00T00:00:00.000Z\n"
_AS_ZEROS: Final = bytes.maketrans(b"123456789", b"000000000")
_AS_TENS: Final = bytes.maketrans(b"0123456789", bytes(range(0, 0xA0, 0x10)))
_AS_ONES: Final = bytes.maketrans(b"0123456789", bytes(range(10)))
_MONTHS: Final = bytes.fromhex("01 02 03 04 05 06 07 08 09 10 11 12")
_HOURS: Final = bytes.fromhex("".join(f"{hour:02d}" for hour in range(24)))
_SURE_DAYS: Final = bytes.fromhex("".join(f"{day:02d}" for day in range(1, 29)))
"""Days that every month has."""


def _codes(known: Mapping[int, int]) -> bytes:
    return bytes(known.get(code, 0xFF) for code in range(256))


_LENGTHS: Final = _codes(
    dict.fromkeys(bytes.fromhex("01 03 05 07 08 10 12"), 0)
    | dict.fromkeys(bytes.fromhex("04 06 09 11"), 1)
    | {0x02: 2}
)
_LATE: Final = _codes(dict.fromkeys(_SURE_DAYS, 0) | {0x29: 0x10, 0x30: 0x20, 0x31: 0x30})
_REAL: Final = bytes.fromhex("00 01 02 10 11 20 21 30")
"""Length of the month and lateness of the day that go together in every year: all but the 29th of February."""

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
    return values if _is_written(values) else _rewritten(values, map(_moment, values))


def dated(values: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
    """Write a column of timestamps anew, as `instants` does, and give what its rows are put in order by.

    That is a column of epoch milliseconds or of texts as we write them (`moment_of` reads either), None where there
    is no date. The column may hold None.
    """
    if set(map(type, values)) == {int} or _is_written(values):
        return values, values
    moments = [_moment(value) for value in values]
    return _rewritten(values, moments), moments


def moment_of(date: int | str) -> int:
    """Read what `dated` gives to order by: epoch milliseconds."""
    if isinstance(date, int):
        return date
    since = _parse(date) - _EPOCH
    return since.days * _DAY_MS + since.seconds * 1000 + since.microseconds // 1000


def _rewritten(values: Sequence[Any], moments: Iterable[int | None]) -> Sequence[Any]:
    pairs = zip(values, moments, strict=True)
    return [written(at) if at is not None and isinstance(value, str) else at for value, at in pairs]


def _moment(value: Any) -> int | None:
    if isinstance(value, str):
        return milliseconds(value)
    return None if value is None else round(value)


def _is_written(values: Sequence[Any]) -> bool:
    """Say whether all of a column are texts of this century in Nightscout's own form, of moments that there are."""
    try:
        lines = ("\n".join(values) + "\n").encode("ascii")
    except (TypeError, UnicodeEncodeError):  # a number among the texts, or something foreign
        return False
    return lines.translate(_AS_ZEROS) == _SHAPE * len(values) and _there_are(lines, values)


def _there_are(lines: bytes, values: Sequence[str]) -> bool:
    """Look at each place of all the texts at once: parsing them would take ten times as long."""
    step = len(_SHAPE)
    if lines[::step].strip(b"2") or lines[1::step].strip(b"0"):
        return False
    # Newer Pythons read hour 24 as the next day: such a text would have to be written anew.
    if _pairs(lines, 11).translate(None, _HOURS):
        return False
    if lines[14::step].translate(None, b"012345") or lines[17::step].translate(None, b"012345"):
        return False
    months, days = _pairs(lines, 5), _pairs(lines, 8)
    if not days.translate(None, _SURE_DAYS) and not months.translate(None, _MONTHS):
        return True
    days_of_months = _both(months.translate(_LENGTHS), days.translate(_LATE))
    if not days_of_months.translate(None, _REAL):
        return True
    doubtful = zip(values, days_of_months, strict=True)
    return all(_is_real(text) for text, code in doubtful if code not in _REAL)


def _pairs(lines: bytes, at: int) -> bytes:
    """Give the two digits at a place of every text as one byte, the first one in its upper half."""
    step = len(_SHAPE)
    return _both(lines[at::step].translate(_AS_TENS), lines[at + 1 :: step].translate(_AS_ONES))


def _both(upper: bytes, lower: bytes) -> bytes:
    """Join two columns bit by bit: as two long numbers, which takes one step for all their bytes."""
    both = int.from_bytes(upper, "little") | int.from_bytes(lower, "little")
    return both.to_bytes(len(upper), "little")


def _is_real(text: str) -> bool:
    try:
        _parse(text)
    except ValueError:  # the 30th of February
        return False
    return True


@lru_cache(maxsize=1000)
def _day(day: int) -> str:
    return date.fromordinal(_EPOCH_DAY + day).isoformat()
