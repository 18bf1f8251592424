"""Studies: the filtered rows of a span, fetched side by side, remembered for a while, and put on record when shown.

Glucose is waited for; what else Nightscout has not sent after a second is told to be on its way, goes on being
fetched, and is there when the page asks again.
"""

import asyncio
import hashlib
import traceback
from collections import OrderedDict, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Final

import structlog
from aiohttp import web

from proxy.core.errors import ChaperoneError
from proxy.core.grant import DAY, Grant
from proxy.core.lens import Row
from proxy.core.policy import Policy
from proxy.core.query import Query
from proxy.core.study import MOST_COMPARED, Part, Span, Study, days_offered, figures_view, first_days, span_of
from proxy.core.view import View, Window
from proxy.gate.asking import Asking, asking
from proxy.gate.gate import Gate
from proxy.gate.pieces import Piece, may_change, pieces_of
from proxy.gate.rows import MOST_ROWS, sheets
from proxy.gate.upstream import Reading

DOOR: Final = "summary"
PATIENCE_SECONDS: Final = 0.9
"""How long a page waits for what is not glucose, if it was read before: else what is there would be said to be old."""
COMPARED_SHARE: Final = 0.25
FIRST_SHARE: Final = 0.55
"""Of the patience, what comparisons are worth, and what has never been read: the page says that it is on its way."""
GLUCOSE_SECONDS: Final = 10.0
"""How long it waits for glucose: a page without it says little, and a blank one nothing."""
FRESH_SECONDS: Final = 5.0
OLD_SECONDS: Final = 300.0
STALE_SECONDS: Final = 600.0
"""So much longer it is shown, and said to be old, if Nightscout does not answer again."""
SOON: Final = 300_000
"""A grant that opens later than that: what is read now would be read again."""
AHEAD_SECONDS: Final = 60.0
MOST_AHEAD: Final = 4
"""So many first pages are made ready at once: of more grants made together, the rest when somebody comes in."""
MOST_SPANS: Final = 256
MOST_REMEMBERED: Final = 250_000
"""Rows."""
_AT_ONCE: Final = 3
log = structlog.get_logger("study")
Then = Callable[[Study], Awaitable[None]]


@dataclass(slots=True)
class _Kept:
    """A piece that was read: for so long it is as good as new."""

    rows: Sequence[Row]
    good_until: float
    uncounted: int
    """Bytes that were fetched for it and counted for nobody yet."""
    edition: int
    """Another number each time something is read."""


class Studies:
    """Reads what summaries are made of, for the holders of grants. Stop it when the server ends."""

    def __init__(
        self, gate: Gate, *, patience: float = PATIENCE_SECONDS, glucose: float = GLUCOSE_SECONDS
    ) -> None:
        self._gate = gate
        self._patience = patience
        self._for_glucose = glucose
        self._views: OrderedDict[str, View] = OrderedDict()
        self._kept: OrderedDict[Piece, _Kept] = OrderedDict()
        self._rows = 0
        self._editions = count(1)
        self._spans: OrderedDict[tuple[str, int], tuple[int, Span]] = OrderedDict()
        self._under_way: dict[Piece, asyncio.Task[None]] = {}
        self._preparing: dict[asyncio.Task[None], str] = {}
        # Glucose never waits behind the many pieces of device status.
        self._first_turns = asyncio.Semaphore(_AT_ONCE)
        self._turns = asyncio.Semaphore(_AT_ONCE)

    def policy(self, grant: Grant) -> Policy:
        """Give the policy of a grant."""
        return self._gate.policy(grant)

    def window(self, grant: Grant) -> Window:
        """Give the window of an opened grant."""
        return self._gate.view(grant).window

    def zone(self, grant: Grant) -> str:
        """Give the zone in which its days begin."""
        return self._gate.view(grant).zone

    async def admits(self, request: web.Request, grant: Grant) -> bool:
        """Count a question; False if there are too many, and then that is on record."""
        gate = self._gate
        pause = gate.limits.check(grant.id, gate.clock())
        if pause is not None and pause.new:
            draft = self._asked(request).draft(
                "refusal", gate.clock(), door=DOOR, status=429, reason="too_many_requests", until=pause.until
            )
            await gate.store.append(grant.id, draft)
        return pause is None

    def prepare(self, grant: Grant, then: Then | None = None, days: int | None = None) -> None:
        """Begin to read what a page of so many days will need (the first page, if None is said).

        A grant that waits is taken as if it were opened now. `then` is given it, whole or not, unless a page asks first.
        Its bytes are counted for who is shown it.
        """
        offered = days_offered(grant, self.policy(grant))
        soon = grant.opens_at <= self._gate.clock() + SOON
        if offered and soon and len(self._preparing) < MOST_AHEAD:
            task = asyncio.ensure_future(self._prepared(grant, days or first_days(offered), then))
            self._preparing[task] = "" if grant.opened_at is None else self._figures(grant).id
            task.add_done_callback(self._told)

    async def _prepared(self, grant: Grant, days: int, then: Then | None) -> None:
        if grant.opened_at is None:
            zone = await self._gate.zone()
            grant = replace(grant, opened_at=self._gate.clock(), zone=zone)
        span, figures = self._span(grant, days), self._figures(grant)
        pieces = pieces_of(figures, span, now=self._gate.clock())
        self._begin(figures, pieces)
        if then is not None:
            task = asyncio.current_task()
            assert task is not None
            self._preparing[task] = figures.id
            await self._wait(pieces, AHEAD_SECONDS)
            await then(self._gathered(span, figures, pieces, counting=False))

    def _told(self, task: asyncio.Task[None]) -> None:
        self._preparing.pop(task, None)
        _look_at(task)

    async def study(self, grant: Grant, days: int) -> Study:
        """Read the rows for a summary of so many days, as far as they come in time."""
        span, figures = self._span(grant, days), self._figures(grant)
        for task in [one for one, view in self._preparing.items() if view == figures.id]:
            task.cancel()  # what it would compute, the page computes now
        pieces = pieces_of(figures, span, now=self._gate.clock())
        self._begin(figures, pieces)
        # Often all of it was read while the first page was looked at.
        await self._wait(pieces, self._patience * COMPARED_SHARE)
        needed = [piece for piece in pieces if not piece.compared]
        await self._wait(needed, self._patience * (FIRST_SHARE - COMPARED_SHARE))
        again = [piece for piece in needed if piece in self._kept]
        await self._wait(again, self._patience * (1 - FIRST_SHARE))
        glucose = [piece for piece in needed if piece.collection == "entries" and piece not in self._kept]
        await self._wait(glucose, self._for_glucose)
        return self._gathered(span, figures, pieces)

    async def day(self, grant: Grant, start: int, end: int) -> Study:
        """Read the rows of one local day, and of a day before it."""
        window = self._gate.view(grant).window
        end = min(end, window.close(self._gate.clock()))
        span, figures = Span(1, start, end, max(window.since, start - DAY)), self._figures(grant)
        pieces = pieces_of(figures, span, now=self._gate.clock())
        self._begin(figures, pieces)
        await self._wait(pieces, self._for_glucose)
        return self._gathered(span, figures, pieces)

    async def record(
        self, request: web.Request, grant: Grant, study: Study, content: bytes, query: str
    ) -> None:
        """Put a page on record before it leaves. Raises GrantEnded or StoreUnavailable: then it must not leave."""
        gate = self._gate
        gate.streams.carry(grant, request.transport, under_way=True)
        draft = self._asked(request).draft(
            "answer",
            gate.clock(),
            door=DOOR,
            query=query,
            status=200,
            rows=study.count,
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            view=gate.view(grant).id,
        )
        await gate.store.append(grant.id, draft)
        gate.metrics.answers.labels(DOOR, "200").inc()
        gate.metrics.upstream_bytes.inc(study.fetched)
        await gate.limits.spend(grant.id, gate.clock(), upstream=study.fetched)
        gate.streams.carry(grant, request.transport, under_way=False)

    def forget_old(self) -> None:
        """Let go of rows that no page may be made of any more."""
        now = asyncio.get_running_loop().time()
        for piece in [piece for piece, kept in self._kept.items() if now > kept.good_until + STALE_SECONDS]:
            self._forget(piece)

    @property
    def is_preparing(self) -> bool:
        """Say whether something is being made ready that nobody has asked for yet."""
        return bool(self._preparing)

    async def settled(self) -> None:
        """Wait until nothing more is being read."""
        while self._under_way or self._preparing:
            await asyncio.wait([*self._under_way.values(), *self._preparing])

    async def stop(self, _: web.Application | None = None) -> None:
        """Give up what is under way: the server ends."""
        tasks = [*self._under_way.values(), *self._preparing]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _span(self, grant: Grant, days: int) -> Span:
        """Give a span that ends now, or so lately that what was computed of it is still good."""
        view, now = self._gate.view(grant), self._gate.clock()
        at, span = self._spans.pop((view.id, days), (0, None))
        age = FRESH_SECONDS if view.window.until is None else OLD_SECONDS
        if span is None or not 0 <= now - at < age * 1000:
            at, span = now, span_of(view, days, now=now)
        self._spans[view.id, days] = at, span
        if len(self._spans) > MOST_SPANS:
            self._spans.popitem(last=False)
        return span

    def _figures(self, grant: Grant) -> View:
        """Give the figures view of a grant, compiled once for all grants alike."""
        gate, name = self._gate, self._gate.view(grant).id
        view = self._views.pop(name, None) or figures_view(grant, gate.policy(grant), site_key=gate.site_key)
        self._views[name] = view
        if len(self._views) > 64:  # noqa: PLR2004 - as many as the gate itself keeps
            self._views.popitem(last=False)
        return view

    def _begin(self, view: View, pieces: Sequence[Piece]) -> None:
        now = asyncio.get_running_loop().time()
        glucose: list[asyncio.Task[None]] = []
        for piece in pieces:
            kept = self._kept.get(piece)
            if kept is not None and now > kept.good_until + STALE_SECONDS:
                self._forget(piece)
            task = self._under_way.get(piece)
            if task is None and (kept is None or now >= kept.good_until):
                task = asyncio.ensure_future(self._read(view, piece, after=() if piece.is_first else glucose))
                self._under_way[piece] = task
                task.add_done_callback(partial(self._done, piece))
            if task is not None and piece.collection == "entries" and piece.is_first:
                glucose.append(task)

    def _done(self, piece: Piece, task: asyncio.Task[None]) -> None:
        self._under_way.pop(piece, None)
        _look_at(task)

    async def _wait(self, pieces: Sequence[Piece], seconds: float) -> None:
        tasks = [self._under_way[piece] for piece in pieces if piece in self._under_way]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)

    async def _read(self, view: View, piece: Piece, *, after: Sequence[asyncio.Task[None]]) -> None:
        if after:
            # Nightscout does one thing at a time: what is asked for together comes late together.
            await asyncio.wait(after)
        gate, outer = self._gate, view
        if piece.inside:
            assert view.inside is not None
            view = view.inside
        reading = Reading(gate.nightscout, gate.metrics.upstream_seconds)
        lens = view.lenses[piece.collection]
        types = None if lens.types is None else tuple(sorted(lens.types))
        until = min(piece.until, view.window.close(gate.clock()))
        query = Query(piece.collection, piece.since, until, types, MOST_ROWS)
        rows: list[Row] = []
        # What is compared on one page is glucose of the period itself on a page of more days.
        first = piece.is_first or piece.collection == "entries"
        async with self._first_turns if first else self._turns:
            async for sheet in sheets(view, query, reading.rows, now=gate.clock()):
                rows += sheet.rows
        self._keep(outer, piece, rows, reading.bytes)

    def _keep(self, view: View, piece: Piece, rows: Sequence[Row], fetched: int) -> None:
        changes = may_change(view, piece, now=self._gate.clock())
        good = FRESH_SECONDS if changes else OLD_SECONDS
        self._forget(piece)
        until = asyncio.get_running_loop().time() + good
        self._kept[piece] = _Kept(rows, until, fetched, next(self._editions))
        self._rows += len(rows)
        while self._rows > MOST_REMEMBERED and len(self._kept) > 1:
            self._forget(next(iter(self._kept)))

    def _forget(self, piece: Piece) -> None:
        gone = self._kept.pop(piece, None)
        if gone is not None:
            self._rows -= len(gone.rows)

    def _gathered(self, span: Span, view: View, pieces: Sequence[Piece], *, counting: bool = True) -> Study:
        rows: defaultdict[str, list[Row]] = defaultdict(list)
        inside: defaultdict[str, list[Row]] = defaultdict(list)
        late: set[str] = set()
        failed: set[str] = set()
        compared_from: dict[str, int] = {}
        coming = False
        editions: list[int] = []
        parts: list[Part] = []
        fetched, is_stale, now = 0, False, asyncio.get_running_loop().time()
        for piece in pieces:
            kept = self._kept.get(piece)
            editions.append(0 if kept is None else kept.edition)
            if kept is not None:
                (inside if piece.inside else rows)[piece.collection] += kept.rows
                if not piece.inside:
                    parts.append(Part(piece.collection, kept.edition, kept.rows))
                if counting:
                    fetched, kept.uncounted = fetched + kept.uncounted, 0
                is_stale = is_stale or now >= kept.good_until
            elif piece.compared:
                compared_from[piece.collection] = span.start
                coming = coming or piece in self._under_way
            else:
                (late if piece in self._under_way else failed).add(piece.collection)
        if span.days > MOST_COMPARED:
            compared_from["devicestatus"] = span.start
        return Study(
            span,
            view.zone,
            rows,
            frozenset(late),
            frozenset(failed),
            compared_from,
            comparison_late=coming,
            stale=is_stale,
            fetched=fetched,
            inside=inside if view.inside is not None else None,
            mark=(view.id, span, *editions),
            parts=tuple(parts),
        )

    def _asked(self, request: web.Request) -> Asking:
        gate = self._gate
        return asking(request, now=gate.clock(), request_id=gate.request_id(), trusted=gate.trusted)


def _look_at(task: asyncio.Task[None]) -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, ChaperoneError):
        # Not the traceback: its frames hold rows and our credential, and how it is printed is not decided here.
        where = traceback.extract_tb(error.__traceback__)[-1]
        log.error("study_failed", error=type(error).__name__, file=where.filename, line=where.lineno)
