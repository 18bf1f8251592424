"""What a view shows now: read through the same doors and the same lens as every answer over HTTP.

Nightscout's socket only tells that something changed. So a frame holds nothing that the API would not give: window,
types, fields and kinds of value hold by construction, and figures that Nightscout's server computes never come in.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

import msgspec

from proxy.core.grant import DAY, HOUR
from proxy.core.lens import Dated
from proxy.core.plan import Fetch
from proxy.core.query import LARGEST_COUNT, Query
from proxy.core.view import View
from proxy.live.frames import Curve, Lines, State, entry_lines, onward, status_lines, treatment_lines

Fetcher = Callable[[Fetch], Coroutine[Any, Any, bytes]]


class Pages(Protocol):
    """Gives the visible rows of a question, page by page; the gate's `rows.pages` is one."""

    def __call__(
        self, view: View, query: Query, fetch: Fetcher, *, now: int
    ) -> AsyncIterator[list[Dated]]: ...


SPANS: Final = {"entries": 2 * DAY, "treatments": 60 * HOUR, "devicestatus": DAY}
"""How far back Nightscout's own frames go (data/dataloader.js)."""
NEAR: Final = {"entries": HOUR + HOUR // 4, "treatments": HOUR, "devicestatus": HOUR}
"""How far back one looks for news: readings by a quarter of an hour more, since treatments are placed on them."""
LASTING: Final = (
    "Sensor Start",
    "Sensor Change",
    "Sensor Stop",
    "Site Change",
    "Insulin Change",
    "Pump Battery Change",
)
"""Of these, and of profile switches without an end, the newest counts however old it is."""
_SWITCH: Final = "Profile Switch"
_SWITCHES: Final = 20
"""So many profile switches are looked through: loops write many that end by themselves."""
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Once:
    """Fetches each question once, for all views that are read at one moment."""

    fetch: Fetcher
    now: int
    _asked: dict[Fetch, asyncio.Task[bytes]] = field(default_factory=dict)

    async def __call__(self, asked: Fetch) -> bytes:
        task = self._asked.get(asked)
        if task is None:
            task = self._asked[asked] = asyncio.ensure_future(self.fetch(asked))
        return await task

    def cancel(self) -> None:
        """Give up what is still being fetched."""
        for task in self._asked.values():
            task.cancel()


class Reader:
    """Reads one view."""

    def __init__(self, view: View, pages: Pages, profile_for: Callable[[View], Any]) -> None:
        self.view = view
        self._pages = pages
        self._profile_for = profile_for

    async def state(self, once: Once) -> State:
        """Read everything that a frame may hold. Raises UpstreamError."""
        rows, profiles, lasting = await asyncio.gather(
            self._recent(dict.fromkeys(SPANS, 0), once), self._profiles(once), self._lasting(once)
        )
        curve = Curve(rows["entries"])
        old = treatment_lines(lasting, curve)
        lines = _lines(rows, curve)
        return State(
            lines={**lines, "treatments": {**old, **lines["treatments"]}},
            profiles=profiles,
            floors=self._floors(once.now),
            lasting=frozenset(old),
        )

    async def news(self, once: Once, before: State) -> State | None:
        """Read what is new, which is nearly always of the last minutes; None if all must be read to know.

        Settings and older rows stay as they were. Raises UpstreamError.
        """
        since = {name: once.now - span for name, span in NEAR.items()}
        rows = await self._recent(since, once)
        near = State(
            lines=_lines(rows, Curve(rows["entries"])),
            profiles=b"",
            floors=self._floors(once.now),
            lasting=frozenset(),
        )
        return onward(before, near, {name: since[_COLLECTION[name]] for name in _COLLECTION})

    def _floors(self, now: int) -> dict[str, int]:
        return {name: self._floor(_COLLECTION[name], now) for name in _COLLECTION}

    def _floor(self, collection: str, now: int) -> int:
        return max(self.view.window.since, self.view.window.close(now) - SPANS[collection])

    def _query(self, collection: str, now: int, *, since: int = 0) -> Query:
        since, until = max(since, self._floor(collection, now)), self.view.window.close(now)
        # No types are asked for: the lens drops what is hidden, and views of all kinds share one fetch.
        return Query(collection, since, until, None, LARGEST_COUNT)

    async def _recent(self, since: Mapping[str, int], once: Once) -> dict[str, list[Dated]]:
        """Read the rows of each collection from a moment on, or as far back as frames go."""
        shown = [name for name in SPANS if name in self.view.lenses]
        asked = (self._rows(self._query(name, once.now, since=since[name]), once) for name in shown)
        found = dict(zip(shown, await asyncio.gather(*asked), strict=True))
        return {name: found.get(name, []) for name in SPANS}

    async def _rows(self, query: Query, once: Once) -> list[Dated]:
        return [pair async for page in self._pages(self.view, query, once, now=once.now) for pair in page]

    async def _profiles(self, once: Once) -> bytes:
        """Give the newest settings that are shown, or what stands in for them."""
        instead = self._profile_for(self.view)
        if instead is not None or "profile" not in self.view.lenses:
            return _encode([] if instead is None else [instead])
        query = Query("profile", self.view.window.since, self.view.window.close(once.now), None, 1)
        rows = await self._rows(query, once)
        return _encode([row for _, row in rows])

    async def _lasting(self, once: Once) -> list[Dated]:
        """Give the newest row of each kind that counts however old it is, as far as the window goes."""
        lens = self.view.lenses.get("treatments")
        types = frozenset() if lens is None or lens.types is None else lens.types
        query = replace(self._query("treatments", once.now), since=self.view.window.since)
        found: dict[str, Dated] = {}
        for asked, count in ((LASTING, LARGEST_COUNT), ((_SWITCH,), _SWITCHES)):
            kinds = tuple(kind for kind in asked if kind in types)
            if kinds and query.since < query.until:
                for pair in await self._rows(replace(query, types=kinds, count=count), once):
                    if pair[1].eventType != _SWITCH or not pair[1].duration:
                        found.setdefault(pair[1].eventType, pair)
        return list(found.values())


def _lines(rows: Mapping[str, Sequence[Dated]], curve: Curve) -> dict[str, Lines]:
    return {
        **entry_lines(rows["entries"]),
        "treatments": treatment_lines(rows["treatments"], curve),
        "devicestatus": status_lines(rows["devicestatus"]),
    }


_COLLECTION: Final = {
    "sgvs": "entries",
    "mbgs": "entries",
    "cals": "entries",
    "treatments": "treatments",
    "devicestatus": "devicestatus",
}
