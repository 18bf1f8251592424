"""The stock of pieces: each is fetched once, filtered, and remembered for a while, whoever asked for it.

Nightscout does one thing at a time: what is asked for together comes late together. So glucose and treatments go first,
then the many pieces of device status, then what is compared.
"""

import asyncio
import traceback
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Final

import structlog

from proxy.core.errors import ChaperoneError
from proxy.core.lens import Row
from proxy.core.query import Query
from proxy.core.view import View
from proxy.gate.gate import Gate
from proxy.gate.pieces import Piece, may_change
from proxy.gate.rows import MOST_ROWS, sheets
from proxy.gate.upstream import Reading

FRESH_SECONDS: Final = 5.0
OLD_SECONDS: Final = 300.0
STALE_SECONDS: Final = 600.0
"""So much longer it is shown, and said to be old, if Nightscout does not answer again."""
MOST_REMEMBERED: Final = 250_000
"""Rows."""
HEAD_START_SECONDS: Final = 10.0
"""So long at most the rest waits for what goes first."""
_AT_ONCE: Final = 3
log = structlog.get_logger("study")


@dataclass(slots=True)
class Kept:
    """A piece that was read: for so long it is as good as new."""

    rows: Sequence[Row]
    good_until: float
    uncounted: int
    """Bytes that were fetched for it and counted for nobody yet."""
    size: int
    """Bytes that were fetched for it."""
    edition: int
    """Another number each time something is read."""

    @property
    def is_stale(self) -> bool:
        """Say whether it should have been read anew."""
        return _now() >= self.good_until


class Stock:
    """Fetches pieces and remembers them. Stop it when the server ends."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._kept: OrderedDict[Piece, Kept] = OrderedDict()
        self._rows = 0
        self._editions = count(1)
        self._under_way: dict[Piece, asyncio.Task[None]] = {}
        self._queued: set[Piece] = set()
        """Of these, the ones that wait for their turn."""
        self._first_turns = asyncio.Semaphore(_AT_ONCE)
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._holders = 0
        self._none_holds = asyncio.Event()
        self._none_holds.set()

    def get(self, piece: Piece) -> Kept | None:
        """Give what is remembered of a piece, stale or not."""
        return self._kept.get(piece)

    def is_coming(self, piece: Piece) -> bool:
        """Say whether a piece is being fetched, or waits for its turn."""
        return piece in self._under_way

    @property
    def under_way(self) -> Sequence[asyncio.Task[None]]:
        """All that is being fetched, or waits for its turn."""
        return tuple(self._under_way.values())

    def begin(self, view: View, pieces: Sequence[Piece]) -> None:
        """Begin to fetch those that are not there, or no longer as good as new."""
        first: list[asyncio.Task[None]] = []
        for piece in pieces:
            kept = self._kept.get(piece)
            if kept is not None and _now() > kept.good_until + STALE_SECONDS:
                self._forget(piece)
            task = self._under_way.get(piece)
            if task is not None and piece.is_first and piece in self._queued:
                # What is compared on a page of some days is glucose of the period itself on a page of more.
                task.cancel()
                task = None
            if task is None and (kept is None or kept.is_stale):
                task = asyncio.ensure_future(self._read(view, piece, after=first))
                self._under_way[piece] = task
                task.add_done_callback(partial(self._done, piece))
            if task is not None and piece.is_first:
                first.append(task)

    @contextmanager
    def held_back(self, seconds: float) -> Iterator[None]:
        """Let what need not go first wait, in the block and so long after it."""
        self._holders += 1
        self._none_holds.clear()
        try:
            yield
        finally:
            asyncio.get_running_loop().call_later(seconds, self._let_go)

    def _let_go(self) -> None:
        self._holders -= 1
        if not self._holders:
            self._none_holds.set()

    async def wait(self, pieces: Sequence[Piece], seconds: float) -> None:
        """Wait until those that are under way have come or failed, but no longer than that."""
        tasks = [self._under_way[piece] for piece in pieces if piece in self._under_way]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)

    def forget_old(self) -> None:
        """Let go of rows that no page may be made of any more."""
        now = _now()
        for piece in [piece for piece, kept in self._kept.items() if now > kept.good_until + STALE_SECONDS]:
            self._forget(piece)

    def _done(self, piece: Piece, task: asyncio.Task[None]) -> None:
        if self._under_way.get(piece) is task:
            del self._under_way[piece]
        look_at(task)

    async def _read(self, view: View, piece: Piece, *, after: Sequence[asyncio.Task[None]]) -> None:
        if piece.is_first:
            async with self._first_turns:
                await self._fetch(view, piece)
            return
        self._queued.add(piece)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(HEAD_START_SECONDS):
                    if after:
                        await asyncio.wait(after)
                    await self._none_holds.wait()
            await self._turns.acquire()
        finally:
            self._queued.discard(piece)
        try:
            await self._fetch(view, piece)
        finally:
            self._turns.release()

    async def _fetch(self, outer: View, piece: Piece) -> None:
        gate, view = self._gate, outer
        if piece.inside:
            assert outer.inside is not None
            view = outer.inside
        reading = Reading(gate.nightscout, gate.metrics.upstream_seconds)
        lens = view.lenses[piece.collection]
        types = None if lens.types is None else tuple(sorted(lens.types))
        until = min(piece.until, view.window.close(gate.clock()))
        query = Query(piece.collection, piece.since, until, types, MOST_ROWS)
        rows: list[Row] = []
        async for sheet in sheets(view, query, reading.rows, now=gate.clock()):
            rows += sheet.rows
        self._keep(outer, piece, rows, reading.bytes)

    def _keep(self, view: View, piece: Piece, rows: Sequence[Row], fetched: int) -> None:
        changes = may_change(view, piece, now=self._gate.clock())
        self._forget(piece)
        good_until = _now() + (FRESH_SECONDS if changes else OLD_SECONDS)
        self._kept[piece] = Kept(rows, good_until, fetched, fetched, next(self._editions))
        self._rows += len(rows)
        while self._rows > MOST_REMEMBERED and len(self._kept) > 1:
            self._forget(next(iter(self._kept)))

    def _forget(self, piece: Piece) -> None:
        gone = self._kept.pop(piece, None)
        if gone is not None:
            self._rows -= len(gone.rows)


def look_at(task: asyncio.Task[None]) -> None:
    """Log what went wrong in a task that nobody waits for, if it was a fault of ours."""
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, ChaperoneError):
        # Not the traceback: its frames hold rows and our credential, and how it is printed is not decided here.
        where = traceback.extract_tb(error.__traceback__)[-1]
        log.error("study_failed", error=type(error).__name__, file=where.filename, line=where.lineno)


def _now() -> float:
    return asyncio.get_running_loop().time()
