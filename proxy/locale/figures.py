"""Numbers and moments as the reader's language writes them. Units are the same in all.

Babel is loaded by the first of them, not when serving begins.
"""

from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from proxy.locale.reader import reader

_SHORT: Final = MappingProxyType({"en": "EEE d MMM y, HH:mm", "de": "EEE, d. MMM y, HH:mm"})
_DAY: Final = MappingProxyType({"en": "EEEE, d MMMM y", "de": "EEEE, d. MMMM y"})
_LONG: Final = MappingProxyType({"en": "EEEE d MMMM y, HH:mm", "de": "EEEE, d. MMMM y, HH:mm"})


def number(value: float) -> str:
    """Write a number with the separators of the reader's language: 12,960 or 12.960; 7.5 or 7,5."""
    from babel.numbers import format_decimal  # noqa: PLC0415 - see the head of this file

    return format_decimal(value, locale=reader().language)


def short_moment(local: datetime) -> str:
    """Write a moment as it stands in lists, without its zone."""
    from babel.dates import format_datetime  # noqa: PLC0415 - see the head of this file

    return format_datetime(local, _SHORT[reader().language], locale=reader().language)


def long_moment(local: datetime) -> str:
    """Write a moment in full, without its zone."""
    from babel.dates import format_datetime  # noqa: PLC0415 - see the head of this file

    return format_datetime(local, _LONG[reader().language], locale=reader().language)


def long_day(day: date) -> str:
    """Write a day in full."""
    from babel.dates import format_date  # noqa: PLC0415 - see the head of this file

    return format_date(day, _DAY[reader().language], locale=reader().language)
