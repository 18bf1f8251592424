"""What a durable commit takes alone: no answer leaves before one, so this is the least that can be added to it."""

import secrets
import sqlite3
import time
from contextlib import closing
from typing import Final

from tests.bench.load import Sample
from tests.bench.subjects import CACHE

COMMITS: Final = 500


def commits() -> Sample:
    """Commit rows as long as a record, one by one, with the store's settings, on the disk that the subject's data is on."""
    file = CACHE / f"commit-{secrets.token_hex(4)}.db"
    taken = []
    began = time.perf_counter()
    try:
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("CREATE TABLE record (line TEXT) STRICT")
            for _ in range(COMMITS):
                before = time.perf_counter()
                connection.execute("INSERT INTO record VALUES (?)", ("x" * 400,))
                taken.append(time.perf_counter() - before)
    finally:
        for each in CACHE.glob(f"{file.name}*"):
            each.unlink()
    return Sample(taken, time.perf_counter() - began, 0)
