"""A Nightscout that notes what it is asked, and can be slow or dead for one collection."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from proxy.core.grant import DAY, Grant
from proxy.core.record import Draft
from proxy.gate.study import Studies
from tests.living import HOUR, NOW, Living, living


@dataclass
class Asked:
    """A Nightscout that notes what it is asked, and can be slow or dead for one collection."""

    questions: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    answered: list[tuple[str, dict[str, str], int]] = field(default_factory=list)
    """What was answered, and how many questions had been asked then."""
    came: defaultdict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))
    """Set when a collection was asked for."""
    slow: dict[str, asyncio.Event] = field(default_factory=dict)
    slow_before: int | None = None
    """Only readings from before this moment are slow, if any are."""
    dead: set[str] = field(default_factory=set)
    empty: bool = False

    def site(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        name = request.path.rpartition("/")[2].removesuffix(".json")
        self.questions.append((name, dict(request.query)))
        self.came[name].set()
        if name in self.slow and not self._is_young(request):
            await self.slow[name].wait()
        self.answered.append((name, dict(request.query), len(self.questions)))
        if name in self.dead:
            return web.Response(status=500)
        rows: list[dict[str, Any]] = []
        if name == "entries" and not self.empty:
            high = int(request.query["find[date][$lt]"])
            low = int(request.query["find[date][$gte]"])
            rows = [
                {"_id": f"{at:024x}", "type": "sgv", "date": at, "sgv": 120, "device": "CANARY-DEVICE"}
                for at in range(max(low, NOW - 40 * DAY) // HOUR * HOUR, high, HOUR)
                if low <= at < high
            ]
        return web.json_response(rows)

    def _is_young(self, request: web.Request) -> bool:
        return self.slow_before is not None and int(request.query["find[date][$lt]"]) > self.slow_before

    def asked(self, name: str) -> list[dict[str, str]]:
        return [query for asked, query in self.questions if asked == name]


@asynccontextmanager
async def studying(
    asked: Asked, policy: str = "consultant", *, days: int = 90
) -> AsyncIterator[tuple[Living, Grant, Studies]]:
    async with living(upstream=asked.site) as house:
        access = await house.mint(policy, days=days)
        opened = Draft("opened", NOW, {})
        grant = await house.store.open(access.id, NOW, zone="Europe/Berlin", record=opened)
        yield house, grant, house.studies
