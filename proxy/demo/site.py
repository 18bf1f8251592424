"""The invented site: what a Nightscout's database would hold at a moment."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from proxy.demo import canary
from proxy.demo.devicestatus import devicestatus_of_day
from proxy.demo.entries import entries_of_day
from proxy.demo.moment import DAY, moment_of, parse_iso
from proxy.demo.pantry import activity_of_day, app_settings, food
from proxy.demo.status import settings
from proxy.demo.therapy import BLOCK, profile_document
from proxy.demo.treatments import treatments_of_day

Row = dict[str, Any]
Change = Callable[[Row], Row | None]
_days_of_devicestatus = lru_cache(maxsize=2)(devicestatus_of_day)


def _as_it_is(row: Row) -> Row | None:
    return row


@dataclass
class Site:
    """A site's data, free to be changed by tests.

    `collections` maps entries, treatments, devicestatus, profile, food, activity and settings to
    plain lists of JSON objects, in no order that matters. Device status is too large to keep: those
    rows are made when asked for, each passed through `change_devicestatus` (which may alter its own
    copy, or drop it by giving None), and `collections["devicestatus"]` holds only what was added to them.
    """

    seed: str
    since: int  # epoch ms of the first row
    until: int  # epoch ms of the last
    collections: dict[str, list[Row]]
    title: str = canary.TITLE
    settings: Row = field(default_factory=settings)
    change_devicestatus: Change = _as_it_is

    def devicestatus(self, since: int, until: int) -> Iterator[Row]:
        """Rows with `since` <= created_at <= `until` (epoch ms), newest first, day by day."""
        added = _dated(self.collections["devicestatus"])
        since, until = max(since, _earliest(added, self.since)), min(until, _latest(added, self.until))
        for day in range(until // DAY, since // DAY - 1, -1):
            rows = [pair for pair in self._made(day) if self.since <= pair[0] <= self.until]
            rows += [pair for pair in added if pair[0] // DAY == day]
            rows.sort(key=lambda pair: pair[0], reverse=True)
            yield from (row for at, row in rows if since <= at <= until)

    def _day_of_devicestatus(self, day: int) -> list[Row]:
        return _days_of_devicestatus(self.seed, day)

    def _made(self, day: int) -> list[tuple[int, Row]]:
        if not self.since // DAY <= day <= self.until // DAY:
            return []
        untouched = self.change_devicestatus is _as_it_is
        made = self._day_of_devicestatus(day) if untouched else devicestatus_of_day(self.seed, day)
        changed = (self.change_devicestatus(row) for row in made)
        return _dated([row for row in changed if row is not None])


def _dated(rows: list[Row]) -> list[tuple[int, Row]]:
    """Rows with their moment; one without a readable date is found by no query."""
    return [(at, row) for row in rows if (at := moment_of(row.get("created_at"))) is not None]


def _earliest(added: list[tuple[int, Row]], bound: int) -> int:
    return min([bound, *(at for at, _ in added)])


def _latest(added: list[tuple[int, Row]], bound: int) -> int:
    return max([bound, *(at for at, _ in added)])


def _arrived(row: Row) -> int:
    """When the row is of, in epoch ms."""
    return int(row["date"]) if "sgv" in row or "date" in row else parse_iso(row["created_at"])


_DAILY = {"entries": entries_of_day, "treatments": treatments_of_day, "activity": activity_of_day}


def generate(seed: str, now_ms: int, days: int = 90) -> Site:
    """Make the site as it stands at `now_ms` with `days` days of data: the same arguments, the same bytes.

    A later `now_ms` finds the same rows, and more; nothing but the first and last moment depends on it.
    """
    since = now_ms - days * DAY
    first_block = since // DAY // BLOCK - 1
    blocks = range(first_block, now_ms // DAY // BLOCK + 1)
    born = first_block * BLOCK * DAY
    collections: dict[str, list[Row]] = {
        name: [] for name in ("entries", "treatments", "devicestatus", "activity")
    }
    collections["profile"] = [profile_document(seed, number) for number in blocks]
    collections["food"] = food(seed, born)
    collections["settings"] = app_settings(seed, born)
    site = Site(seed, since, since - 1, collections)
    tick(site, now_ms)
    return site


def tick(site: Site, now_ms: int) -> int:
    """Append what has arrived since the site was last looked at; how many rows that was.

    Time never goes back: an earlier `now_ms` changes nothing.
    """
    before, added = site.until, 0
    for day in range((before + 1) // DAY - 1, now_ms // DAY + 1):
        for name, rows_of_day in _DAILY.items():
            rows = [row for row in rows_of_day(site.seed, day) if before < _arrived(row) <= now_ms]
            site.collections[name] += rows
            added += len(rows)
    site.until = max(before, now_ms)
    return added + _new_profiles(site, before)


def _new_profiles(site: Site, before: int) -> int:
    step = BLOCK * DAY
    numbers = [
        number for number in range(before // step + 1, site.until // step + 1) if number * step > site.since
    ]
    known = {row["_id"] for row in site.collections["profile"]}
    rows = [
        row for row in (profile_document(site.seed, number) for number in numbers) if row["_id"] not in known
    ]
    site.collections["profile"] += rows
    return len(rows)
