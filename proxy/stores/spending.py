"""What grants have used of a day's limits: counted in memory, written along with the next records.

Each worker writes its own sums, never increments, so a batch that fails loses nothing and counts nothing twice.
"""

import sqlite3
import threading

from proxy.core.ports import Spending

_DAYS_KEPT = 2


class Counter:
    """The sums of one worker. Added to in the event loop, written by the writer's thread."""

    def __init__(self, site: str, worker: str) -> None:
        self._site = site
        self._worker = worker
        self._lock = threading.Lock()
        self._sums: dict[tuple[str, int], Spending] = {}
        self._unwritten: set[tuple[str, int]] = set()

    def add(self, grant_id: str, day: int, *, records: int, upstream_bytes: int) -> Spending:
        """Add to this worker's sums and give them."""
        with self._lock:
            known = self._sums.get((grant_id, day), Spending(0, 0))
            new = Spending(known.records + records, known.upstream_bytes + upstream_bytes)
            self._sums[grant_id, day] = new
            self._unwritten.add((grant_id, day))
            for old in [key for key in self._sums if key[1] <= day - _DAYS_KEPT]:
                del self._sums[old]
        return new

    def others(self, connection: sqlite3.Connection, grant_id: str, day: int) -> Spending:
        """Give what the other workers have written."""
        row = connection.execute(
            "SELECT ifnull(sum(records), 0), ifnull(sum(upstream_bytes), 0) FROM spending"
            " WHERE site = ? AND grant_id = ? AND day = ? AND worker <> ?",
            (self._site, grant_id, day, self._worker),
        ).fetchone()
        return Spending(*row)

    def write(self, connection: sqlite3.Connection) -> None:
        """Write what has changed since the last time, and forget days that are over."""
        with self._lock:
            sums = {key: self._sums[key] for key in self._unwritten if key in self._sums}
            self._unwritten.clear()
        if not sums:
            return
        connection.executemany(
            "INSERT INTO spending VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET records = excluded.records, upstream_bytes = excluded.upstream_bytes",
            [
                (self._site, grant_id, day, self._worker, spent.records, spent.upstream_bytes)
                for (grant_id, day), spent in sums.items()
            ],
        )
        newest = max(day for _, day in sums)
        connection.execute(
            "DELETE FROM spending WHERE site = ? AND day <= ?", (self._site, newest - _DAYS_KEPT)
        )
