import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from proxy.core.ports import Spending
from proxy.stores.schema import migrate
from proxy.stores.spending import Counter


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as found:
        migrate(found)
        yield found


def test_sums_that_were_rolled_back_are_written_with_the_next(connection: sqlite3.Connection) -> None:
    one, two = Counter("site-1", "one"), Counter("site-1", "two")
    one.add("g", 5, records=1, upstream_bytes=10)
    connection.execute("BEGIN")
    one.write(connection)
    connection.execute("ROLLBACK")
    assert two.others(connection, "g", 5) == Spending(0, 0)
    one.add("g", 5, records=1, upstream_bytes=10)
    one.write(connection)
    one.write(connection)
    assert two.others(connection, "g", 5) == Spending(2, 20)


def test_a_worker_does_not_count_itself_among_the_others(connection: sqlite3.Connection) -> None:
    one = Counter("site-1", "one")
    one.add("g", 5, records=1, upstream_bytes=10)
    one.write(connection)
    assert one.others(connection, "g", 5) == Spending(0, 0)


def test_days_that_are_over_are_forgotten(connection: sqlite3.Connection) -> None:
    one, two = Counter("site-1", "one"), Counter("site-1", "two")
    for day in (5, 6, 7):
        one.add("g", day, records=1, upstream_bytes=1)
        one.write(connection)
    kept = [day for (day,) in connection.execute("SELECT day FROM spending ORDER BY day")]
    assert kept == [6, 7]
    assert two.others(connection, "g", 6) == Spending(1, 1)
    assert one.add("g", 5, records=1, upstream_bytes=1) == Spending(1, 1)
