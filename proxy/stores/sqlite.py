"""The default store: one SQLite file, used by several processes of one machine."""

import asyncio
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from proxy.core.errors import GrantEnded, StoreUnavailable
from proxy.core.grant import Ending, Grant
from proxy.core.ports import Clock, Document, Session, Spending
from proxy.core.record import Draft, Record
from proxy.stores import rows, shelf
from proxy.stores.chain import Step, appending, ending_with, extending, opening, renewing_pin, reshaping
from proxy.stores.connection import Handle, Synchronous, connect_reader, unavailable
from proxy.stores.datafile import NAME, DataFile
from proxy.stores.epoch import EpochFile
from proxy.stores.patience import answer_within
from proxy.stores.spending import Counter
from proxy.stores.writer import Writer

T = TypeVar("T")

_POLL_SECONDS: Final = 0.2
OUT_OF_REACH_SECONDS: Final = 0.8
"""After which streams must stop: with one more poll, within a second."""
_DEADLINE_SECONDS: Final = 10.0


async def open_sqlite(
    folder: Path, *, site: str, clock: Clock, synchronous: Synchronous = "FULL"
) -> "SqliteStore":
    """Open the store in a data folder, making both if new.

    Raises StoreUnavailable with what to do: on a network file system, a folder that others can read, a full or
    read-only disk, or a file of a newer version.
    """
    file = DataFile(folder / NAME, site, clock, EpochFile(folder), synchronous)
    try:
        await asyncio.to_thread(file.make)
    except OSError as error:
        raise unavailable(error) from error
    store = SqliteStore(file)
    try:
        await store.ready()
        store.listen()
    except BaseException:
        await store.close()
        raise
    return store


class SqliteStore:
    """Meets proxy.core.ports.Store. Belongs to the event loop in which it was opened.

    Single rows are read in the event loop: that takes about 20 µs from memory, less than a change of threads.
    Everything longer is read in a thread, everything written is written by the writer.
    """

    def __init__(self, file: DataFile) -> None:
        self._file = file
        self._site = file.site
        self._counter = Counter(file.site, secrets.token_hex(8))
        self._writer = Writer(Handle(file.path, file.open), self._seal, deadline=_DEADLINE_SECONDS)
        self._quick = Handle(file.path, partial(connect_reader, file.path, busy_ms=50))
        self._slow = Handle(file.path, partial(connect_reader, file.path, busy_ms=500))
        self._thread = ThreadPoolExecutor(1, "chaperone-reader")
        self._heard = 0

    async def add_grant(self, grant: Grant, consent: Draft) -> Grant:
        return await self._writer.change(lambda connection: rows.add_grant(connection, grant, consent))

    async def grant(self, grant_id: str) -> Grant | None:
        return self._read(lambda connection: rows.grant_by(connection, self._site, "id", grant_id))

    async def grants(self) -> Sequence[Grant]:
        return await self._read_aside(lambda connection: rows.all_grants(connection, self._site))

    async def grant_by_link(self, link_hash: str) -> Grant | None:
        return self._read(lambda connection: rows.grant_by(connection, self._site, "link_hash", link_hash))

    async def grant_by_code(self, code_hash: str) -> Grant | None:
        return self._read(lambda connection: rows.grant_by(connection, self._site, "code_hash", code_hash))

    async def grant_by_token(self, token_hash: str) -> Grant | None:
        return self._read(lambda connection: rows.grant_by(connection, self._site, "token_hash", token_hash))

    async def append(self, grant_id: str, *drafts: Draft) -> Grant:
        return await self._take(grant_id, appending(drafts))

    async def append_each(self, drafts: Mapping[str, Draft]) -> Mapping[str, Grant | GrantEnded]:
        return await self._writer.change(lambda connection: rows.append_each(connection, self._site, drafts))

    async def open(self, grant_id: str, opened_at: int, *, zone: str, record: Draft) -> Grant:
        return await self._take(grant_id, opening(opened_at, zone, record))

    async def extend(self, grant_id: str, expires_at: int, record: Draft) -> Grant:
        return await self._take(grant_id, extending(expires_at, record))

    async def end(self, grant_id: str, ending: Ending, record: Draft) -> Grant:
        return await self._take(grant_id, ending_with(ending, record))

    async def reshape(
        self, grant_id: str, *, policy_name: str, policy_text: str, policy_hash: str, days: int, record: Draft
    ) -> Grant:
        return await self._take(grant_id, reshaping(policy_name, policy_text, policy_hash, days, record))

    async def new_pin(self, grant_id: str, pin_hash: str, record: Draft) -> Grant:
        return await self._take(grant_id, renewing_pin(pin_hash, record))

    async def spend_try(self, grant_id: str) -> int:
        return await self._writer.change(lambda connection: rows.spend_try(connection, self._site, grant_id))

    async def restore_try(self, grant_id: str) -> None:
        await self._writer.change(lambda connection: rows.restore_tries(connection, self._site, grant_id))

    async def spend(self, grant_id: str, day: int, *, records: int, upstream_bytes: int) -> Spending:
        others = self._read(lambda connection: self._counter.others(connection, grant_id, day))
        own = self._counter.add(grant_id, day, records=records, upstream_bytes=upstream_bytes)
        return Spending(own.records + others.records, own.upstream_bytes + others.upstream_bytes)

    async def add_session(self, session: Session) -> None:
        await self._writer.change(lambda connection: rows.add_session(connection, self._site, session))

    async def session(self, key: str) -> Session | None:
        return self._read(lambda connection: rows.session_by_key(connection, self._site, key))

    async def touch_session(self, key: str, used_at: int) -> None:
        await self._writer.change(lambda connection: rows.touch_session(connection, self._site, key, used_at))

    async def drop_session(self, key: str) -> None:
        await self._writer.change(lambda connection: rows.drop_session(connection, self._site, key))

    async def document(self, kind: str, key: str) -> Document | None:
        return self._read(lambda connection: shelf.document(connection, self._site, kind, key))

    async def documents(self, kind: str) -> Sequence[Document]:
        return await self._read_aside(lambda connection: shelf.documents(connection, self._site, kind))

    async def put(self, kind: str, key: str, body: bytes, *, version: int | None) -> int:
        shelf.require_small(body)
        return await self._writer.change(
            lambda connection: shelf.put(connection, self._site, kind, key, body, version)
        )

    async def drop(self, kind: str, key: str) -> None:
        await self._writer.change(lambda connection: shelf.drop(connection, self._site, kind, key))

    async def records(self, grant_id: str) -> AsyncIterator[Record]:
        number = 0
        while page := await self._read_aside(partial(self._page, grant_id, number)):
            for record in page:
                yield record
            number = page[-1].number

    async def newest_record_at(self) -> int:
        return self._read(lambda connection: rows.newest_record_at(connection, self._site))

    async def erase(self, grant_id: str, *, day: str) -> None:
        await self._writer.change(lambda connection: rows.erase(connection, self._site, grant_id, day))
        # The old pages are still in the write-ahead log: empty it, if nobody is reading.
        with suppress(StoreUnavailable):
            await self._read_aside(lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)"))

    async def endings(self) -> AsyncIterator[str]:
        """Go on where the last listener stopped, so that no ending falls between two of them."""
        heard, reached = self._heard, time.monotonic()
        while True:
            try:
                found = await self._read_aside(partial(self._endings, heard))
                reached = time.monotonic()
            except StoreUnavailable:
                if time.monotonic() - reached >= OUT_OF_REACH_SECONDS:
                    raise
                found = ()
            for number, grant_id in found:
                yield grant_id
                heard = self._heard = number
            await asyncio.sleep(_POLL_SECONDS)

    async def ready(self) -> None:
        await self._writer.change(self._file.move_epoch)

    def listen(self) -> None:
        """Take the endings so far as heard."""
        self._heard = self._read(rows.newest_ending)

    async def close(self) -> None:
        if self._writer.closed:
            return
        with suppress(StoreUnavailable):
            # The epoch moves once more: a copy made while this ran is behind from now on.
            await self.ready()
        await self._writer.close()
        self._quick.drop()
        self._thread.submit(self._slow.drop)
        await asyncio.to_thread(self._thread.shutdown)

    async def _take(self, grant_id: str, step: Step) -> Grant:
        return await self._writer.change(lambda connection: rows.take(connection, self._site, grant_id, step))

    def _read(self, query: Callable[[sqlite3.Connection], T], handle: Handle | None = None) -> T:
        handle = handle or self._quick
        try:
            return query(handle.get())
        except (sqlite3.Error, OSError, msgspec.ValidationError) as error:
            handle.drop()
            raise unavailable(error) from error

    async def _read_aside(self, query: Callable[[sqlite3.Connection], T]) -> T:
        loop = asyncio.get_running_loop()
        try:
            asked = loop.run_in_executor(self._thread, self._read, query, self._slow)
            return await answer_within(OUT_OF_REACH_SECONDS, asked)
        except (TimeoutError, RuntimeError):  # or closed meanwhile
            raise StoreUnavailable("The disk of the data folder does not answer: check it.") from None

    def _page(self, grant_id: str, after: int, connection: sqlite3.Connection) -> Sequence[Record]:
        return rows.page_of_records(connection, self._site, grant_id, after)

    def _endings(self, heard: int, connection: sqlite3.Connection) -> Sequence[tuple[int, str]]:
        # A smaller number than the one we know: the file has been put back from a copy. Tell all of them again.
        begin = heard if rows.newest_ending(connection) >= heard else 0
        return rows.endings_after(connection, self._site, begin)

    def _seal(self, connection: sqlite3.Connection) -> Callable[[], None]:
        self._counter.write(connection)
        return self._file.follow(connection)
