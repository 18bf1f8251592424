"""Studies: the filtered rows of a span, fetched side by side, remembered for a while, and put on record when shown.

Glucose is waited for; what else Nightscout has not sent after a second is told to be on its way, goes on being
fetched, and is there when the page asks again.
"""

import asyncio
import hashlib
import traceback
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web

from proxy.core.detail import BINNED, STEPS
from proxy.core.errors import ChaperoneError
from proxy.core.grant import DAY, HOUR, Grant
from proxy.core.lens import Row
from proxy.core.policy import Policy
from proxy.core.query import Query
from proxy.core.study import MOST_COMPARED, Span, Study, days_offered, figures_view, span_of
from proxy.core.view import View, Window, local_midnight
from proxy.gate.asking import Asking, asking
from proxy.gate.gate import Gate
from proxy.gate.rows import MOST_ROWS, pages
from proxy.gate.upstream import Reading

DOOR: Final = "summary"
PATIENCE_SECONDS: Final = 0.9
"""How long a page waits for what is not glucose."""
COMPARED_SHARE: Final = 0.4
GLUCOSE_SECONDS: Final = 20.0
RECENT: Final = 2 * DAY
"""What is younger may still change: it is read anew after five seconds, the rest after five minutes."""
FRESH_SECONDS: Final = 5.0
OLD_SECONDS: Final = 300.0
STALE_SECONDS: Final = 600.0
"""So much longer it is shown, and said to be old, if Nightscout does not answer again."""
MOST_SPANS: Final = 256
MOST_REMEMBERED: Final = 250_000
"""Rows."""
_STEP_DAYS: Final = {"entries": 28, "treatments": 28, "devicestatus": 1}
"""Pieces of so many local days are fetched at once, and remembered each by itself."""
_BINNED_STEP_DAYS: Final = 7
_AT_ONCE: Final = 3
log = structlog.get_logger("study")


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some local days of one collection."""

    view: str
    collection: str
    since: int
    until: int
    compared: bool = field(default=False, compare=False)
    """Whether only the comparison with the period before needs it."""


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

    def __init__(self, gate: Gate, *, patience: float = PATIENCE_SECONDS) -> None:
        self._gate = gate
        self._patience = patience
        self._views: OrderedDict[str, View] = OrderedDict()
        self._kept: OrderedDict[_Piece, _Kept] = OrderedDict()
        self._rows = 0
        self._editions = count(1)
        self._spans: OrderedDict[tuple[str, int], tuple[int, Span]] = OrderedDict()
        self._under_way: dict[_Piece, asyncio.Task[None]] = {}
        # Glucose never waits behind the many pieces of device status.
        self._turns = {"devicestatus": asyncio.Semaphore(_AT_ONCE)}
        self._other_turns = asyncio.Semaphore(_AT_ONCE)

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

    def prepare(self, grant: Grant) -> None:
        """Begin to read what the first page will need."""
        offered = days_offered(grant, self.policy(grant))
        if offered and grant.opened_at is not None:
            days = max((each for each in offered if each <= MOST_COMPARED), default=offered[0])
            self._begin(self._figures(grant), self._pieces(grant, self._span(grant, days)))

    async def study(self, grant: Grant, days: int) -> Study:
        """Read the rows for a summary of so many days, as far as they come in time."""
        span, figures = self._span(grant, days), self._figures(grant)
        pieces = self._pieces(grant, span)
        self._begin(figures, pieces)
        # Comparisons are worth a part of the patience only: often they were read while the first page was looked at.
        await self._wait(pieces, self._patience * COMPARED_SHARE)
        needed = [piece for piece in pieces if not piece.compared]
        await self._wait(needed, self._patience * (1 - COMPARED_SHARE))
        glucose = [piece for piece in pieces if piece.collection == "entries" and piece not in self._kept]
        await self._wait(glucose, GLUCOSE_SECONDS)
        return self._gathered(span, figures, pieces)

    async def day(self, grant: Grant, start: int, end: int) -> Study:
        """Read the rows of one local day, and of a day before it."""
        window = self._gate.view(grant).window
        end = min(end, window.close(self._gate.clock()))
        span, figures = Span(1, start, end, max(window.since, start - DAY)), self._figures(grant)
        pieces = self._pieces(grant, span)
        self._begin(figures, pieces)
        await self._wait(pieces, GLUCOSE_SECONDS)
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

    async def settled(self) -> None:
        """Wait until nothing more is being read."""
        while self._under_way:
            await asyncio.wait(list(self._under_way.values()))

    async def stop(self, _: web.Application | None = None) -> None:
        """Give up what is under way: the server ends."""
        tasks = list(self._under_way.values())
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

    def _pieces(self, grant: Grant, span: Span) -> list[_Piece]:
        """Cut a span into pieces, in the order in which they are wanted: glucose first, comparisons last."""
        view, close = self._figures(grant), max(span.end, span.start)
        found = [
            _Piece(view.id, name, since, until)
            for name in ("entries", "treatments", "profile")
            if name in view.lenses
            for since, until in self._cut(view, name, span.floor, close)
        ]
        if "devicestatus" in view.lenses:
            cut = self._cut(view, "devicestatus", span.floor, close)
            found += [_Piece(view.id, "devicestatus", *part) for part in cut if part[1] > span.start - DAY]
            if span.days <= MOST_COMPARED:
                early = [part for part in cut if part[1] <= span.start - DAY]
                found += [_Piece(view.id, "devicestatus", *part, compared=True) for part in early]
        return found

    def _cut(self, view: View, collection: str, since: int, until: int) -> list[tuple[int, int]]:
        """Cut [since, until) at local midnights, newest first: the same ones whatever is asked for, to be shared."""
        if collection == "profile":
            return [(view.window.since, _midnight_after(until, view.zone))]
        step = _STEP_DAYS[collection]
        if view.policy.detail in STEPS and collection in BINNED:
            step = _BINNED_STEP_DAYS
        recent, parts = self._recent_from(view), []
        end = _midnight_after(until, view.zone)
        at = local_midnight(until - 1, view.zone)
        while end > since:
            if at <= since or at == recent or _day(at, view.zone) % step == 0:
                parts.append((max(at, since), end))
                end = at
            at = local_midnight(at - 1, view.zone)
        return parts

    def _recent_from(self, view: View) -> int | None:
        if view.window.until is not None:
            return None
        return local_midnight(self._gate.clock() - RECENT, view.zone)

    def _begin(self, view: View, pieces: Sequence[_Piece]) -> None:
        now = asyncio.get_running_loop().time()
        for piece in pieces:
            kept = self._kept.get(piece)
            if kept is not None and now > kept.good_until + STALE_SECONDS:
                self._forget(piece)
            if piece in self._under_way or (kept is not None and now < kept.good_until):
                continue
            task = asyncio.ensure_future(self._read(view, piece))
            self._under_way[piece] = task
            task.add_done_callback(partial(self._done, piece))

    def _done(self, piece: _Piece, task: asyncio.Task[None]) -> None:
        self._under_way.pop(piece, None)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, ChaperoneError):
            # Not the traceback: its frames hold rows and our credential, and how it is printed is not decided here.
            where = traceback.extract_tb(error.__traceback__)[-1]
            log.error("study_failed", error=type(error).__name__, file=where.filename, line=where.lineno)

    async def _wait(self, pieces: Sequence[_Piece], seconds: float) -> None:
        tasks = [self._under_way[piece] for piece in pieces if piece in self._under_way]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)

    async def _read(self, view: View, piece: _Piece) -> None:
        gate = self._gate
        reading = Reading(gate.nightscout, gate.metrics.upstream_seconds)
        lens = view.lenses[piece.collection]
        types = None if lens.types is None else tuple(sorted(lens.types))
        until = min(piece.until, view.window.close(gate.clock()))
        query = Query(piece.collection, piece.since, until, types, MOST_ROWS)
        rows: list[Row] = []
        async with self._turns.get(piece.collection, self._other_turns):
            async for page in pages(view, query, reading.rows, now=gate.clock()):
                rows += [row for _, row in page]
        self._keep(view, piece, rows, reading.bytes)

    def _keep(self, view: View, piece: _Piece, rows: Sequence[Row], fetched: int) -> None:
        changes = view.window.until is None and piece.until > (self._recent_from(view) or 0)
        good = FRESH_SECONDS if changes else OLD_SECONDS
        self._forget(piece)
        until = asyncio.get_running_loop().time() + good
        self._kept[piece] = _Kept(rows, until, fetched, next(self._editions))
        self._rows += len(rows)
        while self._rows > MOST_REMEMBERED and len(self._kept) > 1:
            self._forget(next(iter(self._kept)))

    def _forget(self, piece: _Piece) -> None:
        gone = self._kept.pop(piece, None)
        if gone is not None:
            self._rows -= len(gone.rows)

    def _gathered(self, span: Span, view: View, pieces: Sequence[_Piece]) -> Study:
        rows: defaultdict[str, list[Row]] = defaultdict(list)
        late: set[str] = set()
        failed: set[str] = set()
        compared_from: dict[str, int] = {}
        editions: list[int] = []
        fetched, is_stale, now = 0, False, asyncio.get_running_loop().time()
        for piece in pieces:
            kept = self._kept.get(piece)
            editions.append(0 if kept is None else kept.edition)
            if kept is not None:
                rows[piece.collection] += kept.rows
                fetched, kept.uncounted = fetched + kept.uncounted, 0
                is_stale = is_stale or now >= kept.good_until
            elif piece.compared:
                compared_from[piece.collection] = span.start
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
            stale=is_stale,
            fetched=fetched,
            mark=(view.id, span, *editions),
        )

    def _asked(self, request: web.Request) -> Asking:
        gate = self._gate
        return asking(request, now=gate.clock(), request_id=gate.request_id(), trusted=gate.trusted)


def _midnight_after(at: int, zone: str) -> int:
    """Give the local midnight at or after a moment: a name for "until now" that stays the same all day."""
    return local_midnight(local_midnight(at - 1, zone) + 30 * HOUR, zone)


def _day(midnight: int, zone: str) -> int:
    return datetime.fromtimestamp(midnight / 1000, ZoneInfo(zone)).toordinal()
