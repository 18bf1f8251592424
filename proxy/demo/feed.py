"""Time passing on the invented site: what has arrived since the last look.

The clock is the real one; nothing is told ahead of it. The sensor keeps a reading every five minutes. So that a live
page has something to show, it also tells what it measures meanwhile, stamped with the moment at which it did. Of
these, nothing is kept when its next reading is due: averages over days count every five minutes once.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from proxy.demo.entries import reading_between
from proxy.demo.moment import SLOT
from proxy.demo.site import Site, tick

Row = dict[str, Any]
Arrived = Mapping[str, list[Row]]
"""New rows by collection, oldest first."""
_APPENDED: Final = ("entries", "treatments", "profile")


class Feed:
    """One site, and its clock (epoch ms)."""

    def __init__(self, site: Site, now: Callable[[], int]) -> None:
        self.site, self._now = site, now
        self._meanwhile: list[Row] = []

    def arrived(self) -> Arrived:
        """Let time pass until now, and give what came; nothing while the clock stands still."""
        site, before = self.site, self.site.until
        if self._now() <= before:
            return {}
        known = {name: len(site.collections[name]) for name in _APPENDED}
        tick(site, self._now())
        if site.until % SLOT:  # at a full slot the sensor's own reading is there
            site.collections["entries"].append(reading_between(site.seed, site.until))
        found = {name: site.collections[name][known[name] :] for name in _APPENDED}
        self._forget()
        if site.until % SLOT:
            self._meanwhile.append(found["entries"][-1])
        found["devicestatus"] = list(site.devicestatus(before + 1, site.until))[::-1]
        return {name: rows for name, rows in found.items() if rows}

    def _forget(self) -> None:
        """Let go of what was measured before the sensor's last reading was due."""
        due = self.site.until // SLOT * SLOT
        gone = {id(row) for row in self._meanwhile if row["date"] < due}
        if gone:
            entries = self.site.collections["entries"]
            entries[:] = [row for row in entries if id(row) not in gone]
            self._meanwhile = [row for row in self._meanwhile if id(row) not in gone]
