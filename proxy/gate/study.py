"""Studies: the filtered rows of a span, fetched side by side, remembered for a while, and put on record when shown.

Glucose is waited for; what else Nightscout has not sent after a second is told to be on its way, goes on being
fetched, and is there when the page asks again. A loop's device status, ten times as large as all else, is not even
begun before the first page of somebody who does not stop at what comes before it.
"""

import asyncio
import hashlib
from collections import OrderedDict, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from aiohttp import web

from proxy.core.grant import DAY, Grant
from proxy.core.lens import Row
from proxy.core.policy import Policy
from proxy.core.study import MOST_COMPARED, Part, Span, Study, days_offered, figures_view, first_days, span_of
from proxy.core.view import View, Window
from proxy.gate.asking import Asking, asking
from proxy.gate.gate import Gate
from proxy.gate.pieces import Piece, pieces_of
from proxy.gate.stock import FRESH_SECONDS, OLD_SECONDS, Stock, look_at

DOOR: Final = "summary"
PATIENCE_SECONDS: Final = 0.9
"""How long a page waits for what is not glucose, if it was read before: else what is there would be said to be old."""
COMPARED_SHARE: Final = 0.25
FIRST_SHARE: Final = 0.55
"""Of the patience, what comparisons are worth, and what has never been read: the page says that it is on its way."""
GLUCOSE_SECONDS: Final = 10.0
"""How long it waits for glucose: a page without it says little, and a blank one nothing."""
WORTH_WAITING_BYTES: Final = 2_000_000
"""Device status of a phone that only uploads is less than that; a loop writes half as much each day."""
PAINTING_SECONDS: Final = 1.0
"""So long after the first page nothing else is asked for: it is computed, sent and drawn, often on the same machine."""
SOON: Final = 300_000
"""A grant that opens later than that: what is read now would be read again."""
AHEAD_SECONDS: Final = 60.0
MOST_AHEAD: Final = 4
"""So many first pages are made ready at once: of more grants made together, the rest when somebody comes in."""
MOST_SPANS: Final = 256
Then = Callable[[Study], Awaitable[None]]


class Studies:
    """Reads what summaries are made of, for the holders of grants. Stop it when the server ends."""

    def __init__(
        self,
        gate: Gate,
        *,
        patience: float = PATIENCE_SECONDS,
        glucose: float = GLUCOSE_SECONDS,
        painting: float = PAINTING_SECONDS,
    ) -> None:
        self._gate = gate
        self._stock = Stock(gate)
        self._patience = patience
        self._for_glucose = glucose
        self._painting = painting
        self._views: OrderedDict[str, View] = OrderedDict()
        self._spans: OrderedDict[tuple[str, int], tuple[int, Span]] = OrderedDict()
        self._preparing: dict[asyncio.Task[None], str] = {}

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
        self._stock.begin(figures, pieces)
        if then is not None:
            task = asyncio.current_task()
            assert task is not None
            self._preparing[task] = figures.id
            await self._stock.wait(pieces, AHEAD_SECONDS)
            await then(self._gathered(span, figures, pieces, counting=False))

    def _told(self, task: asyncio.Task[None]) -> None:
        self._preparing.pop(task, None)
        look_at(task)

    async def study(self, grant: Grant, days: int) -> Study:
        """Read the rows for a summary of so many days, as far as they come in time."""
        span, figures = self._span(grant, days), self._figures(grant)
        for task in [one for one, view in self._preparing.items() if view == figures.id]:
            task.cancel()  # what it would compute, the page computes now
        pieces = pieces_of(figures, span, now=self._gate.clock())
        self._stock.begin(figures, pieces)
        glucose = [piece for piece in pieces if piece.collection == "entries" and not piece.compared]
        if self._comes_first(pieces):
            with self._stock.held_back(self._painting):
                await self._stock.wait([piece for piece in pieces if piece.is_first], self._patience)
                await self._stock.wait(self._unread(glucose), self._for_glucose)
        else:
            await self._all_come(pieces)
            await self._stock.wait(self._unread(glucose), self._for_glucose)
        return self._gathered(span, figures, pieces)

    def _comes_first(self, pieces: Sequence[Piece]) -> bool:
        """Say whether a page is better shown before the many pieces of device status, and they not begun before that."""
        states = [piece for piece in pieces if piece.collection == "devicestatus" and not piece.compared]
        sizes = [kept.size for piece in states if (kept := self._stock.get(piece)) is not None]
        unread = self._unread(states)
        is_much = not sizes or sum(sizes) / len(sizes) * len(unread) > WORTH_WAITING_BYTES
        return bool(unread) and is_much and any(piece.is_first for piece in self._unread(pieces))

    def _unread(self, pieces: Sequence[Piece]) -> list[Piece]:
        return [piece for piece in pieces if self._stock.get(piece) is None]

    async def _all_come(self, pieces: Sequence[Piece]) -> None:
        """Wait as long as each is worth: often all of it was read while the first page was looked at."""
        await self._stock.wait(pieces, self._patience * COMPARED_SHARE)
        needed = [piece for piece in pieces if not piece.compared]
        await self._stock.wait(needed, self._patience * (FIRST_SHARE - COMPARED_SHARE))
        again = [piece for piece in needed if self._stock.get(piece) is not None]
        await self._stock.wait(again, self._patience * (1 - FIRST_SHARE))

    async def day(self, grant: Grant, start: int, end: int) -> Study:
        """Read the rows of one local day, and of a day before it."""
        window = self._gate.view(grant).window
        end = min(end, window.close(self._gate.clock()))
        span, figures = Span(1, start, end, max(window.since, start - DAY)), self._figures(grant)
        pieces = pieces_of(figures, span, now=self._gate.clock())
        self._stock.begin(figures, pieces)
        await self._stock.wait(pieces, self._for_glucose)
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
        self._stock.forget_old()

    @property
    def is_preparing(self) -> bool:
        """Say whether something is being made ready that nobody has asked for yet."""
        return bool(self._preparing)

    async def settled(self) -> None:
        """Wait until nothing more is being read."""
        while waited := [*self._stock.under_way, *self._preparing]:
            await asyncio.wait(waited)

    async def stop(self, _: web.Application | None = None) -> None:
        """Give up what is under way: the server ends."""
        tasks = [*self._stock.under_way, *self._preparing]
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

    def _gathered(self, span: Span, view: View, pieces: Sequence[Piece], *, counting: bool = True) -> Study:
        rows: defaultdict[str, list[Row]] = defaultdict(list)
        inside: defaultdict[str, list[Row]] = defaultdict(list)
        late: set[str] = set()
        failed: set[str] = set()
        compared_from: dict[str, int] = {}
        coming = False
        editions: list[int] = []
        parts: list[Part] = []
        fetched, is_stale = 0, False
        for piece in pieces:
            kept = self._stock.get(piece)
            editions.append(0 if kept is None else kept.edition)
            if kept is not None:
                (inside if piece.inside else rows)[piece.collection] += kept.rows
                if not piece.inside:
                    parts.append(Part(piece.collection, kept.edition, kept.rows))
                if counting:
                    fetched, kept.uncounted = fetched + kept.uncounted, 0
                is_stale = is_stale or kept.is_stale
            elif piece.compared:
                compared_from[piece.collection] = span.start
                coming = coming or self._stock.is_coming(piece)
            else:
                (late if self._stock.is_coming(piece) else failed).add(piece.collection)
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
