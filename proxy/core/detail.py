"""Detail as a grid: bins fixed by the site's local midnight, and only whole, closed bins are answered.

A filter could be moved and subtracted until a single reading falls out; a grid can't. A question's range is
widened to whole bins, so no two questions differ by less than a bin, and each bin is one row.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import msgspec

from proxy.core.grant import DAY, HOUR
from proxy.core.lens import Dated, Lens
from proxy.core.policy import Detail
from proxy.core.pseudonym import Pseudonyms
from proxy.core.query import Query
from proxy.core.tidy import written
from proxy.core.view import local_midnight

STEPS: dict[Detail, int] = {"15min": HOUR // 4, "hourly": HOUR, "daily": 2 * DAY}
"""Bins begin every so many milliseconds after local midnight and end at the next one at the latest."""
BINNED = frozenset({"entries", "treatments"})
"""The collections that have rows on a grid; the settings in the profile are no series."""


class GlucoseBin(msgspec.Struct, omit_defaults=True, gc=False):
    """The mean of a bin's readings, in mg/dL, and how many there were."""

    _id: str
    type: str
    date: int
    dateString: str  # noqa: N815 - Nightscout's spelling
    n: int
    sgv: float | None = None
    mbg: float | None = None
    direction: str | None = None


class DoseBin(msgspec.Struct, omit_defaults=True, gc=False):
    """The sums of a bin's treatments of one type: insulin in U, carbs in g, and how many there were."""

    _id: str
    eventType: str  # noqa: N815 - Nightscout's spelling
    created_at: str
    n: int
    insulin: float | None = None
    carbs: float | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """The bins of one view."""

    zone: str
    step: int

    def bins(self, since: int, until: int) -> Iterator[tuple[int, int]]:
        """Give the bins that touch [since, until), oldest first."""
        start = local_midnight(since, self.zone)
        while start < until:
            tomorrow = local_midnight(start + 30 * HOUR, self.zone)
            for at in range(start, tomorrow, self.step):
                end = min(at + self.step, tomorrow)
                if end > since and at < until:
                    yield at, end
            start = tomorrow

    def widen(self, query: Query, *, floor: int, close: int) -> Query:
        """Widen a question to whole bins, of those that are within the window and over at `close`."""
        bins = [(at, end) for at, end in self.bins(query.since, query.until) if at >= floor and end <= close]
        if not bins or query.since >= query.until:
            return replace(query, since=query.since, until=query.since)
        return replace(query, since=bins[0][0], until=bins[-1][1])

    def days(self, query: Query) -> list[tuple[int, int]]:
        """Cut a widened question into local days, in its order: what is fetched at once."""
        edges = sorted(
            {start for start, _ in self._days(query.since, query.until)} | {query.since, query.until}
        )
        parts = list(pairwise(edges))
        return parts[::-1] if query.newest_first else parts

    def _days(self, since: int, until: int) -> Iterator[tuple[int, int]]:
        at = since
        while at < until:
            tomorrow = local_midnight(local_midnight(at, self.zone) + 30 * HOUR, self.zone)
            yield at, min(until, tomorrow)
            at = tomorrow

    def rows(self, lens: Lens, rows: Sequence[Dated], since: int, until: int) -> list[Dated]:
        """Make the bins of one day from its rows, newest first."""
        starts = [at for at, _ in self.bins(since, until)]
        held: defaultdict[tuple[int, str], list[Any]] = defaultdict(list)
        for at, row in rows:
            held[starts[bisect_right(starts, at) - 1], lens.type_of(row) or ""].append(row)
        make = _glucose if lens.collection == "entries" else _doses
        binned = [
            (at, made) for (at, kind), members in held.items() if (made := make(lens, at, kind, members))
        ]
        return sorted(binned, key=lambda pair: (-pair[0], msgspec.json.encode(pair[1])))


def grid_of(detail: Detail, zone: str) -> Grid | None:
    """Give the grid of a detail level; None where rows are shown as they are, or not at all."""
    return Grid(zone, STEPS[detail]) if detail in STEPS else None


def _glucose(lens: Lens, at: int, kind: str, rows: Sequence[Any]) -> GlucoseBin | None:
    values = [
        value for row in rows if (value := getattr(row, kind, None)) is not None and kind in ("sgv", "mbg")
    ]
    if not values:
        return None
    mean = round(sum(values) / len(values), 1)
    made = GlucoseBin(
        _id=_id(lens.pseudonyms, at, kind), type=kind, date=at, dateString=written(at), n=len(values)
    )
    setattr(made, kind, mean)
    return made


def _doses(lens: Lens, at: int, kind: str, rows: Sequence[Any]) -> DoseBin:
    made = DoseBin(_id=_id(lens.pseudonyms, at, kind), eventType=kind, created_at=written(at), n=len(rows))
    for name in ("insulin", "carbs"):
        values = [value for row in rows if (value := getattr(row, name, None)) is not None]
        if values:
            setattr(made, name, round(sum(values), 3))
    return made


def _id(pseudonyms: Pseudonyms, at: int, kind: str) -> str:
    return pseudonyms.one(f"bin {at} {kind}")
