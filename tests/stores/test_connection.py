import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from proxy.core.errors import GrantEnded, StoreUnavailable
from proxy.stores.connection import Handle, connect_reader, connect_writer, unavailable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "a file?#%"
    found.touch()
    return found


def test_a_writer_flushes_at_every_commit_and_leaves_nothing_behind(path: Path) -> None:
    with closing(connect_writer(path, synchronous="FULL")) as connection:
        settings = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "fullfsync", "checkpoint_fullfsync", "secure_delete")
        }
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "fullfsync": 1,
        "checkpoint_fullfsync": 1,
        "secure_delete": 1,
    }


def test_a_file_that_can_not_keep_a_log_is_refused(path: Path) -> None:
    # A file that another process holds in another mode can't be switched over.
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE t (a)")
        other.execute("BEGIN")
        other.execute("SELECT * FROM t").fetchall()
        with pytest.raises((StoreUnavailable, sqlite3.OperationalError)):
            connect_writer(path, synchronous="FULL")


def test_a_reader_can_not_write(path: Path) -> None:
    connect_writer(path, synchronous="FULL").close()
    with closing(connect_reader(path, busy_ms=10)) as connection, pytest.raises(sqlite3.OperationalError):
        connection.execute("CREATE TABLE t (a)")


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        connect_writer(tmp_path / "none", synchronous="FULL")
    assert list(tmp_path.iterdir()) == []


def test_a_handle_keeps_its_connection_until_the_file_is_another(path: Path) -> None:
    handle = Handle(path, lambda: connect_reader(path, busy_ms=10))
    first = handle.get()
    assert handle.get() is first
    path.rename(path.with_name("away"))
    with pytest.raises(FileNotFoundError):
        handle.get()
    path.touch()
    second = handle.get()
    assert second is not first
    handle.drop()
    assert handle.get() is not second
    handle.drop()


def test_our_own_errors_are_passed_on_and_others_get_a_sentence() -> None:
    ended = GrantEnded("over")
    assert unavailable(ended) is ended
    full = sqlite3.OperationalError("secret detail")
    full.sqlite_errorname = "SQLITE_FULL"
    assert "free some space" in str(unavailable(full))
    read_only = sqlite3.OperationalError("secret detail")
    read_only.sqlite_errorname = "SQLITE_READONLY_DIRECTORY"
    assert "can't be written" in str(unavailable(read_only))
    assert "secret" not in str(unavailable(OSError("secret detail")))
