"""A data file, ready for use: made if new, brought to the newest schema, and checked against the folder's epoch."""

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from proxy.core.ports import Clock
from proxy.stores.chain import restoring
from proxy.stores.connection import Synchronous, connect_writer
from proxy.stores.epoch import EpochFile, Held
from proxy.stores.folder import prepare_folder, require_private
from proxy.stores.rows import take
from proxy.stores.schema import migrate
from proxy.stores.shelf import drop_passing

NAME: Final = "chaperone.db"


@dataclass(frozen=True, slots=True)
class DataFile:
    """One data file of one site, with its folder."""

    path: Path
    site: str
    clock: Clock
    epoch: EpochFile
    synchronous: Synchronous

    def make(self) -> None:
        """Make folder and file if they are new. Raises StoreUnavailable, OSError."""
        prepare_folder(self.path.parent)
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            require_private(self.path)

    def open(self) -> sqlite3.Connection:
        """Open the file for writing; every grant of a file that is behind its folder's epoch is ended."""
        with self.epoch.held() as held:
            connection = connect_writer(self.path, synchronous=self.synchronous)
            try:
                migrate(connection)
                self._settle(connection, held)
            except BaseException:
                connection.close()
                raise
        return connection

    def epoch_of(self, connection: sqlite3.Connection) -> int:
        """Give the epoch in the file."""
        row = connection.execute("SELECT epoch FROM sites WHERE site = ?", (self.site,)).fetchone()
        return int(row[0])

    def move_epoch(self, connection: sqlite3.Connection) -> None:
        """Move the epoch by one: also the proof that something can be written."""
        connection.execute("UPDATE sites SET epoch = epoch + 1 WHERE site = ?", (self.site,))

    def follow(self, connection: sqlite3.Connection) -> Callable[[], None]:
        """Read the epoch before a commit; what this gives writes it to the folder after."""
        epoch = self.epoch_of(connection)
        return lambda: self.epoch.advance(epoch)

    def _settle(self, connection: sqlite3.Connection, held: Held) -> None:
        kept = held.read()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO sites VALUES (?, 0, 0, 0) ON CONFLICT DO NOTHING", (self.site,))
        if kept is None or self.epoch_of(connection) < kept:
            self._end_all(connection)
        connection.execute(
            "UPDATE sites SET epoch = max(epoch, ?) + 1 WHERE site = ?", (kept or 0, self.site)
        )
        epoch = self.epoch_of(connection)
        connection.execute("COMMIT")
        held.write(epoch)

    def _end_all(self, connection: sqlite3.Connection) -> None:
        alive = connection.execute("SELECT id FROM grants WHERE site = ? AND ended_at IS NULL", (self.site,))
        for (grant_id,) in alive.fetchall():
            take(connection, self.site, grant_id, restoring(self.clock()))
        drop_passing(connection, self.site)
