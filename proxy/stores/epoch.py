"""The epoch: a number that only grows, kept in the store and in the data folder.

It moves at each start, with each change of a grant's state, and at least once a minute while records are
written. In the store first and in the folder after: so a store whose number is *smaller* than the folder's has
been put back from a copy, grants that were ended may be alive in it, and records are missing.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_DIGITS: Final = 20

MINUTE: Final = 60_000


class EpochFile:
    """The number in the folder. Several processes may use it; it never goes back."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "epoch"
        self.known = 0
        """The largest number that this process knows to be in the file."""

    @contextmanager
    def held(self) -> Iterator["Held"]:
        """Keep other processes out, for reading and then writing. Raises OSError. Not to be nested."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield Held(descriptor)
        finally:
            os.close(descriptor)

    def advance(self, epoch: int) -> None:
        """Write a number that the store holds durably, unless a larger one is there. Raises OSError."""
        if epoch <= self.known:
            return
        with self.held() as held:
            if epoch > (held.read() or 0):
                held.write(epoch)
        self.known = epoch


class Held:
    """The file, while no other process may use it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def read(self) -> int | None:
        """Give the number; None if none is there or it can't be read, which counts as behind."""
        text = os.pread(self._descriptor, _DIGITS + 2, 0)
        return int(text) if len(text) == _DIGITS + 1 and text[:-1].isdigit() else None

    def write(self, epoch: int) -> None:
        # In place: the few bytes share a sector, and nothing need be found on a full disk.
        os.pwrite(self._descriptor, f"{epoch:0{_DIGITS}d}\n".encode(), 0)
        os.fsync(self._descriptor)
