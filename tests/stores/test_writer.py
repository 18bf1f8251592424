import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from proxy.core.errors import GrantEnded, StoreUnavailable
from proxy.stores.connection import Handle
from proxy.stores.writer import Writer


class Table:
    """A file with one table of numbers, and a record of what the writer did with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.opened = 0
        self.commits = 0
        self.fault: Exception | None = None

    def open(self) -> sqlite3.Connection:
        self.opened += 1
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.execute("CREATE TABLE IF NOT EXISTS numbers (number INTEGER PRIMARY KEY)")
        return connection

    def seal(self, connection: sqlite3.Connection) -> Callable[[], None]:
        if self.fault is not None:
            raise self.fault
        return self._committed

    def _committed(self) -> None:
        self.commits += 1

    def numbers(self) -> list[int]:
        connection = sqlite3.connect(self.path)
        found = [number for (number,) in connection.execute("SELECT number FROM numbers ORDER BY number")]
        connection.close()
        return found


def adding(number: int, error: Exception | None = None) -> Callable[[sqlite3.Connection], int]:
    def apply(connection: sqlite3.Connection) -> int:
        connection.execute("INSERT INTO numbers VALUES (?)", (number,))
        if error is not None:
            raise error
        return number

    return apply


@pytest.fixture
def table(tmp_path: Path) -> Table:
    found = Table(tmp_path / "file")
    found.path.touch()
    return found


@pytest.fixture
async def writer(table: Table) -> AsyncIterator[Writer]:
    found = Writer(Handle(table.path, table.open), table.seal, deadline=1)
    yield found
    await found.close()


async def test_a_change_gives_its_value(writer: Writer, table: Table) -> None:
    assert await writer.change(adding(7)) == 7
    assert table.numbers() == [7]


async def test_changes_that_wait_together_share_one_commit(writer: Writer, table: Table) -> None:
    gate = threading.Event()
    first = asyncio.create_task(writer.change(lambda _: gate.wait()))
    await asyncio.sleep(0.05)
    rest = [asyncio.create_task(writer.change(adding(number))) for number in range(100)]
    await asyncio.sleep(0.05)
    gate.set()
    await asyncio.gather(first, *rest)
    assert table.commits == 2
    assert table.numbers() == list(range(100))


@pytest.mark.parametrize("error", [GrantEnded("over"), ValueError("a bug"), sqlite3.IntegrityError("twice")])
async def test_a_change_that_fails_is_undone_alone(writer: Writer, table: Table, error: Exception) -> None:
    outcomes = await asyncio.gather(
        writer.change(adding(1)),
        writer.change(adding(2, error)),
        writer.change(adding(3)),
        return_exceptions=True,
    )
    assert list[object](outcomes) == [1, error, 3]
    assert table.numbers() == [1, 3]


@pytest.mark.parametrize("error", [sqlite3.OperationalError("disk"), sqlite3.DatabaseError("malformed")])
async def test_a_fault_of_the_disk_fails_the_whole_batch_and_the_file_is_opened_anew(
    writer: Writer, table: Table, error: Exception
) -> None:
    begun = threading.Event()
    waiting = asyncio.create_task(writer.change(lambda _: begun.wait(30)))
    changes = [
        asyncio.create_task(writer.change(adding(1))),
        asyncio.create_task(writer.change(adding(2, error))),
    ]
    await asyncio.sleep(0)
    begun.set()
    await asyncio.gather(waiting, return_exceptions=True)  # of the same batch, or of one before it
    outcomes = await asyncio.gather(*changes, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StoreUnavailable] * 2
    assert table.numbers() == []
    assert await writer.change(adding(3)) == 3
    assert table.opened == 2


@pytest.mark.parametrize(
    "fault", [OSError("no epoch"), sqlite3.OperationalError("disk"), StoreUnavailable("no")]
)
async def test_nothing_is_promised_if_the_seal_fails(writer: Writer, table: Table, fault: Exception) -> None:
    table.fault = fault
    with pytest.raises(StoreUnavailable):
        await writer.change(adding(1))
    table.fault = None
    await writer.change(adding(2))
    assert table.numbers() == [2]


async def test_a_disk_that_hangs_is_given_up(writer: Writer) -> None:
    gate = threading.Event()
    with pytest.raises(StoreUnavailable, match="does not answer"):
        await writer.change(lambda _: gate.wait(3))
    gate.set()


async def test_what_waits_is_finished_before_closing(table: Table) -> None:
    # A deadline that no busy machine misses: how long three hundred changes take is not the question here.
    writer = Writer(Handle(table.path, table.open), table.seal, deadline=60)
    waiting = [asyncio.create_task(writer.change(adding(number))) for number in range(300)]
    await asyncio.sleep(0)
    await writer.close()
    assert await asyncio.gather(*waiting) == list(range(300))
    assert table.numbers() == list(range(300))
    with pytest.raises(StoreUnavailable, match="closed"):
        await writer.change(adding(1000))


async def test_a_change_that_is_refused_before_it_wrote_costs_the_others_nothing(
    writer: Writer, table: Table
) -> None:
    begun = threading.Event()
    made: list[int] = []

    def counted(number: int) -> Callable[[sqlite3.Connection], int]:
        def apply(connection: sqlite3.Connection) -> int:
            made.append(number)
            return adding(number)(connection)

        return apply

    def refused(_: sqlite3.Connection) -> int:
        raise GrantEnded("over")

    waiting = asyncio.create_task(writer.change(lambda _: begun.wait(30)))
    changes = [writer.change(counted(1)), writer.change(refused), writer.change(counted(3))]
    tasks = [asyncio.ensure_future(change) for change in changes]
    await asyncio.sleep(0)
    begun.set()
    assert await waiting
    one, over, three = await asyncio.gather(*tasks, return_exceptions=True)
    assert (one, type(over), three) == (1, GrantEnded, 3)
    assert made == [1, 3]
    assert table.numbers() == [1, 3]


async def test_a_batch_in_which_one_fails_half_done_is_made_anew_without_it(
    writer: Writer, table: Table
) -> None:
    begun = threading.Event()
    waiting = asyncio.create_task(writer.change(lambda _: begun.wait(30)))
    bug = ValueError("a bug")
    changes = [writer.change(adding(1)), writer.change(adding(2, bug)), writer.change(adding(3))]
    tasks = [asyncio.ensure_future(change) for change in changes]
    await asyncio.sleep(0)
    begun.set()
    assert await waiting
    assert await asyncio.gather(*tasks, return_exceptions=True) == [1, bug, 3]
    assert table.numbers() == [1, 3]
    assert table.commits <= 2


async def test_what_is_asked_for_in_one_turn_of_the_loop_shares_one_commit(
    writer: Writer, table: Table
) -> None:
    await asyncio.gather(*(writer.change(adding(number)) for number in range(4)))
    assert table.commits == 1
    assert table.numbers() == [0, 1, 2, 3]


async def test_what_was_asked_for_just_before_the_end_is_done(writer: Writer, table: Table) -> None:
    last = asyncio.ensure_future(writer.change(adding(7)))
    await asyncio.sleep(0)
    await writer.close()
    assert await last == 7
