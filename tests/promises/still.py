"""A small invented site whose rows all stand in lists, so that tests can change any of them."""

import pickle
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from typing import Any

from proxy.demo import Site, generate
from proxy.demo.moment import DAY, parse_iso
from tests.living import NOW

Row = dict[str, Any]
Rows = dict[str, list[Row]]
EVERY = 6
"""Of so many rows of device status one is kept: both loops and all uploaders are among them."""


@dataclass
class StillSite(Site):
    """Device status is not made on the fly but read from `collections`, once."""

    _dated: list[tuple[int, Row]] = field(default_factory=list)

    def devicestatus(self, since: int, until: int) -> Iterator[Row]:
        if not self._dated:
            rows = self.collections["devicestatus"]
            self._dated = sorted(((parse_iso(row["created_at"]), row) for row in rows), key=itemgetter(0))
        first = bisect_left(self._dated, since, key=itemgetter(0))
        last = bisect_right(self._dated, until, key=itemgetter(0))
        return (row for _, row in reversed(self._dated[first:last]))


def still(days: int = 2, *, seed: str = "tests") -> StillSite:
    """Make a site of a few days, with a reading every quarter of an hour and a device status every half hour."""
    rows_of: Rows = pickle.loads(_pickled(days, seed))
    return StillSite(seed, NOW - days * DAY, NOW, rows_of)


@cache
def _pickled(days: int, seed: str) -> bytes:
    made = generate(seed, NOW, days=days)
    rows = list(made.devicestatus(made.since, made.until))
    kept = rows[::EVERY] + [row for row in rows if "override" in row or "xdripjs" in row][:20]
    made.collections["entries"] = made.collections["entries"][::3]
    made.collections["devicestatus"] = list({row["_id"]: row for row in kept}.values())
    for name in ("entries", "treatments", "devicestatus"):
        made.collections[name] += _twins(made.collections[name][::5])
    return pickle.dumps(made.collections)


def _twins(rows: list[Row]) -> list[Row]:
    """Other rows of the same moments, as two uploaders write them: their order must not be the database's."""
    return [row | {"_id": row["_id"][::-1], "sgv": 77, "insulin": 0.3, "uploaderBattery": 5} for row in rows]


def changed(site: StillSite, *changes: Callable[[Rows], None]) -> StillSite:
    """Copy a site and change the copy's rows."""
    rows: Rows = pickle.loads(pickle.dumps(site.collections))
    for change in changes:
        change(rows)
    return StillSite(site.seed, site.since, site.until, rows)
