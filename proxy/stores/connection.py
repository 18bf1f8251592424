"""Connections to a data file: durable by setting, checked by reading the settings back, opened anew when lost."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from proxy.core.errors import ChaperoneError, StoreUnavailable

Synchronous = Literal["FULL", "OFF"]
"""FULL is the product's. OFF is there for the test which shows that the check of FULL can fail."""

_FULL: Final = 2
_BUSY_MS: Final = 2000


def connect_writer(path: Path, *, synchronous: Synchronous) -> sqlite3.Connection:
    """Open a data file for writing. Raises StoreUnavailable if the file can't be made durable."""
    connection = _connect(path, _BUSY_MS)
    try:
        _make_durable(connection, synchronous)
    except BaseException:
        connection.close()
        raise
    return connection


def _make_durable(connection: sqlite3.Connection, synchronous: Synchronous) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    # macOS only: without these its fsync stops at the drive's own memory.
    connection.execute("PRAGMA fullfsync = ON")
    connection.execute("PRAGMA checkpoint_fullfsync = ON")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    (level,) = connection.execute("PRAGMA synchronous").fetchone()
    if mode != "wal" or (synchronous == "FULL" and level < _FULL):
        raise StoreUnavailable("The disk of the data folder can't keep a durable log: choose another folder.")


def connect_reader(path: Path, *, busy_ms: int) -> sqlite3.Connection:
    """Open a data file for reading; `busy_ms` is how long a read may wait for a lock."""
    connection = _connect(path, busy_ms)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _connect(path: Path, busy_ms: int) -> sqlite3.Connection:
    # mode=rw: a data file that is gone is a fault to report, not one to replace by an empty file.
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=busy_ms / 1000,
        isolation_level=None,
        check_same_thread=False,
    )


class Handle:
    """One connection, used by one thread at a time; opened anew after a failure or when the file was replaced."""

    def __init__(self, path: Path, connect: Callable[[], sqlite3.Connection]) -> None:
        self._path = path
        self._connect = connect
        self._connection: sqlite3.Connection | None = None
        self._identity = (0, 0)

    def get(self) -> sqlite3.Connection:
        """Give a connection to the file that has the name now. Raises sqlite3.Error, OSError, StoreUnavailable."""
        # A deleted or replaced file could still be written, and the record would go with it.
        status = os.stat(self._path)  # noqa: PTH116 - on every request: five times as fast as by a Path
        if self._connection is None or self._identity != (status.st_dev, status.st_ino):
            self.drop()
            self._connection = self._connect()
            self._identity = (status.st_dev, status.st_ino)
        return self._connection

    def drop(self) -> None:
        """Close the connection, rolling back what was not committed."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


_SENTENCES: Final = {
    "SQLITE_FULL": "The disk of the data folder is full: free some space.",
    "SQLITE_READONLY": "The data folder can't be written: check the disk and the folder's permissions.",
    "SQLITE_CANTOPEN": "The data file can't be opened: check the data folder and its permissions.",
    "SQLITE_PERM": "The data file can't be opened: check the data folder and its permissions.",
    "SQLITE_BUSY": "The data file is in use by another program: try again.",
    "SQLITE_LOCKED": "The data file is in use by another program: try again.",
    "SQLITE_CORRUPT": "The data file is damaged: stop Chaperone and restore a backup.",
    "SQLITE_NOTADB": "The data file is damaged: stop Chaperone and restore a backup.",
}


def unavailable(error: Exception) -> ChaperoneError:
    """Give the error for callers, with a sentence for people."""
    if isinstance(error, ChaperoneError):
        return error
    name = "_".join(str(getattr(error, "sqlite_errorname", "")).split("_")[:2])
    return StoreUnavailable(_SENTENCES.get(name, "The data file can't be read or written: check the disk."))
