"""The one thread that writes: changes that wait together become one transaction, and one flush of the disk.

What the loop asks for in one turn is handed over at the turn's end, together: four requests that came at once cost one
flush, not four, and their answers bring the next four at once. One that is alone waits for nobody.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeVar

from proxy.core.errors import StoreUnavailable
from proxy.stores.connection import Handle, unavailable

T = TypeVar("T")
Apply = Callable[[sqlite3.Connection], T]
Seal = Callable[[sqlite3.Connection], Callable[[], None]]
"""Called before COMMIT; what it gives is called after. If either fails, so does every change of the batch."""

_BATCH: Final = 256
"""About so many: what was asked for in one turn stays together."""
_WAITING: Final = 5000


@dataclass(frozen=True, slots=True)
class _Change:
    apply: Apply[Any]
    done: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Outcome:
    done: asyncio.Future[Any]
    value: Any = None
    error: Exception | None = None


class Writer:
    """Makes changes in the order in which they were asked for. Belongs to the event loop that made it."""

    def __init__(self, handle: Handle, seal: Seal, *, deadline: float) -> None:
        self._handle = handle
        self._seal = seal
        self._deadline = deadline
        self._loop = asyncio.get_running_loop()
        self._turn: list[_Change] = []
        self._queue: SimpleQueue[Sequence[_Change] | None] = SimpleQueue()
        self._waiting = 0
        self.closed = False
        self._thread = threading.Thread(target=self._run, name="chaperone-writer", daemon=True)
        self._thread.start()

    async def change(self, apply: Apply[T]) -> T:
        """Make a change and give its value once it is durable.

        An error of the change itself undoes that change alone and is raised here. Raises StoreUnavailable if the
        change can't be made durable within `deadline` seconds; one that was given up may still come to be.
        """
        if self.closed or self._waiting > _WAITING:
            raise StoreUnavailable("The store is closed, or too slow to keep up: try again.")
        done: asyncio.Future[T] = self._loop.create_future()
        if not self._turn:
            self._loop.call_soon(self._hand_over)
        self._turn.append(_Change(apply, done))
        self._waiting += 1
        patience = self._loop.call_later(self._deadline, _give_up, done)
        try:
            return await done
        finally:
            patience.cancel()

    def _hand_over(self) -> None:
        turn, self._turn = self._turn, []
        if turn:
            self._queue.put(turn)

    async def close(self) -> None:
        """Finish what waits, then close the file."""
        self.closed = True
        self._hand_over()
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        going = True
        while going:
            batch, going = self._gather()
            if batch:
                self._report(self._commit(batch))
        self._handle.drop()

    def _gather(self) -> tuple[list[_Change], bool]:
        batch: list[_Change] = []
        waiting = self._queue.get()
        while waiting is not None:
            batch += waiting
            if len(batch) >= _BATCH:
                return batch, True
            try:
                waiting = self._queue.get_nowait()
            except Empty:
                return batch, True
        return batch, False

    def _commit(self, batch: Sequence[_Change]) -> list[_Outcome]:
        try:
            return self._transact(self._handle.get(), batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, every change that waits must hear of it
            # Opened anew for the next batch: what a connection holds after a failed write is not to be trusted.
            self._handle.drop()
            return [_Outcome(change.done, error=unavailable(error)) for change in batch]

    def _transact(self, connection: sqlite3.Connection, batch: Sequence[_Change]) -> list[_Outcome]:
        connection.execute("BEGIN IMMEDIATE")
        try:
            outcomes = [_attempt(connection, change) for change in batch]
        except _HalfDone:
            connection.execute("ROLLBACK")
            connection.execute("BEGIN IMMEDIATE")
            outcomes = [_attempt_apart(connection, change) for change in batch]
        after = self._seal(connection)
        connection.execute("COMMIT")
        after()
        return outcomes

    def _report(self, outcomes: Sequence[_Outcome]) -> None:
        try:
            self._loop.call_soon_threadsafe(self._resolve, outcomes)
        except RuntimeError:
            # The loop has been closed: nobody waits any more.
            self.closed = True

    def _resolve(self, outcomes: Sequence[_Outcome]) -> None:
        self._waiting -= len(outcomes)
        for outcome in outcomes:
            if outcome.done.done():
                continue
            if outcome.error is None:
                outcome.done.set_result(outcome.value)
            else:
                outcome.done.set_exception(outcome.error)


class _HalfDone(Exception):
    """A change failed when it had written something already."""


def _attempt(connection: sqlite3.Connection, change: _Change) -> _Outcome:
    """Make a change without a savepoint: each statement gives up the interpreter and has to wait to get it back."""
    before = connection.total_changes
    try:
        return _Outcome(change.done, value=change.apply(connection))
    except Exception as error:
        _require_own_fault(error)
        if connection.total_changes != before:
            raise _HalfDone from error
        return _Outcome(change.done, error=error)


def _attempt_apart(connection: sqlite3.Connection, change: _Change) -> _Outcome:
    """Make a change that can be undone without the others."""
    connection.execute("SAVEPOINT change")
    try:
        outcome = _Outcome(change.done, value=change.apply(connection))
    except Exception as error:  # noqa: BLE001 - whoever asked for this change hears of it
        _require_own_fault(error)
        connection.execute("ROLLBACK TO change")
        outcome = _Outcome(change.done, error=error)
    connection.execute("RELEASE change")
    return outcome


def _require_own_fault(error: Exception) -> None:
    """Raise an error that is the disk's fault, not the change's: nothing of this batch can be promised."""
    if isinstance(error, sqlite3.Error) and not isinstance(error, sqlite3.IntegrityError):
        raise error


def _give_up(done: asyncio.Future[Any]) -> None:
    if not done.done():
        done.set_exception(StoreUnavailable("The disk of the data folder does not answer: check it."))
