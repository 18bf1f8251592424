import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from proxy.core.errors import StoreUnavailable
from proxy.stores.schema import MIGRATIONS, migrate


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "file", isolation_level=None)) as found:
        yield found


def version(connection: sqlite3.Connection) -> int:
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    return int(found)


def test_every_table_carries_the_site(connection: sqlite3.Connection) -> None:
    migrate(connection)
    tables = [
        name for (name,) in connection.execute("SELECT name FROM pragma_table_list WHERE schema = 'main'")
    ]
    ours = [name for name in tables if not name.startswith("sqlite_")]
    assert len(ours) == 7
    for table in ours:
        assert "site" in [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def test_an_older_file_keeps_its_rows_and_gets_only_what_is_new(connection: sqlite3.Connection) -> None:
    migrate(connection)
    connection.execute("INSERT INTO sites VALUES ('site-1', 7, 0, 0)")
    migrate(connection, [*MIGRATIONS, ["ALTER TABLE sites ADD COLUMN colour TEXT DEFAULT 'red'"]])
    assert version(connection) == len(MIGRATIONS) + 1
    assert connection.execute("SELECT * FROM sites").fetchall() == [("site-1", 7, 0, 0, "red")]


def test_a_migration_that_fails_leaves_the_file_as_it_was(connection: sqlite3.Connection) -> None:
    migrate(connection)
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, [*MIGRATIONS, ["CREATE TABLE new (site TEXT)", "no statement"]])
    connection.execute("ROLLBACK")
    assert version(connection) == len(MIGRATIONS)
    assert connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'new'").fetchone() is None


def test_a_newer_file_is_refused(connection: sqlite3.Connection) -> None:
    migrate(connection, [*MIGRATIONS, ["SELECT 1"]])
    with pytest.raises(StoreUnavailable, match=f"format is {len(MIGRATIONS) + 1}, this one knows"):
        migrate(connection)


def test_somebody_elses_file_is_refused(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(StoreUnavailable, match="not one of Chaperone's"):
        migrate(connection)


def test_a_file_of_the_first_schema_becomes_one_of_the_second(connection: sqlite3.Connection) -> None:
    migrate(connection, MIGRATIONS[:1])
    connection.execute("INSERT INTO sites VALUES ('site-1', 7, 0, 0)")
    migrate(connection)
    assert connection.execute("SELECT * FROM sites").fetchall() == [("site-1", 7, 0, 0)]
    columns = [row[1] for row in connection.execute("PRAGMA table_info(documents)")]
    assert columns == ["site", "kind", "key", "version", "body"]


def test_the_first_schema_is_never_edited(connection: sqlite3.Connection) -> None:
    # Once released: a change of these columns is a new migration, and a line here.
    migrate(connection, MIGRATIONS[:1])
    columns = [row[1] for row in connection.execute("PRAGMA table_info(records)")]
    assert columns == ["site", "grant_id", "number", "at", "body", "head"]
