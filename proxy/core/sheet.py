"""A sheet: rows in our own order, newest first, beside the column of dates that they are ordered by.

Two columns and not a list of pairs, and worked on as such: ninety days are tens of thousands of rows, and a step of
Python's for each of them costs as much as parsing it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress, count
from operator import eq, itemgetter
from typing import Any

import msgspec

from proxy.core.instants import moment_of

Row = Any
"""An instance of a compiled struct: only named fields, nothing else."""

Dated = tuple[int, Row]
"""Epoch milliseconds of the row, and the row."""

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows and their dates: epoch milliseconds, or texts in Nightscout's form, which sort alike."""

    dates: Sequence[Any]
    rows: Sequence[Row]

    def __len__(self) -> int:
        return len(self.rows)

    def cut(self, start: int, end: int | None = None) -> "Sheet":
        """Give the rows of some places."""
        if start == 0 and (end is None or end >= len(self.rows)):
            return self
        return Sheet(self.dates[start:end], self.rows[start:end])

    def turned(self) -> "Sheet":
        """Give the rows the other way round: a sheet to read on from, no longer one to cut by date."""
        return Sheet(self.dates[::-1], self.rows[::-1])

    def within(self, since: int, until: int) -> "Sheet":
        """Give the rows of [since, until), in epoch milliseconds; only for rows that are newest first."""
        start = bisect_right(self.dates, -until, key=_backwards)
        return self.cut(start, bisect_right(self.dates, -since, lo=start, key=_backwards))

    def after(self, at: int) -> "Sheet":
        """Give the rows that are later than a moment; only for rows that are newest first."""
        return self.cut(0, bisect_left(self.dates, -at, key=_backwards))

    def pairs(self) -> list[Dated]:
        """Give each row with its moment."""
        return list(zip(map(moment_of, self.dates), self.rows, strict=True))


def _backwards(date: int | str) -> int:
    return -moment_of(date)


def in_order(dates: Sequence[Any], rows: Sequence[Row], *, by_id: bool) -> Sheet:
    """Sort rows newest first, and those of one moment by their visible content, which begins with the id if `by_id`."""
    ordered = sorted(dates, reverse=True)
    if ordered != dates:
        places = sorted(range(len(dates)), key=dates.__getitem__, reverse=True)
        rows = [rows[at] for at in places]
    if len(set(ordered)) < len(ordered):
        rows = list(rows)
        _settle(ordered, rows, by_id=by_id)
    return Sheet(ordered, rows)


def _settle(dates: Sequence[Any], rows: list[Row], *, by_id: bool) -> None:
    """Order the rows of each moment that has several."""
    end = 0
    for start in compress(count(), map(eq, dates, dates[1:])):
        if start < end:
            continue
        end = start + 2
        while end < len(dates) and dates[end] == dates[start]:
            end += 1
        rows[start:end] = _by_content(rows[start:end], by_id=by_id)


def _by_content(rows: Sequence[Row], *, by_id: bool) -> Sequence[Row]:
    # Two ids that differ decide as the whole text would, and are at hand.
    if by_id:
        ids = [row._id for row in rows]  # noqa: SLF001 - a field of Nightscout's, not a private name
        if None not in ids and len(set(ids)) == len(ids):
            return [row for _, row in sorted(zip(ids, rows, strict=True), key=itemgetter(0))]
    return sorted(rows, key=_encode)
