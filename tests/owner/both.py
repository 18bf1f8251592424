"""Both sides of one Chaperone: the owner's console, the clinicians' pages, one store and one clock behind them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from yarl import URL

from tests.living import Living, living
from tests.owner.place import Answer, Place, console_place
from tests.owner.shares import policies

CONSOLE = "https://console.example"
"""What the clinic's screen leads a phone to; the console of the test listens elsewhere."""


@dataclass
class Clinic:
    """A browser on the clinicians' side that keeps cookies."""

    house: Living
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return self.house.gate.public_url

    async def ask(self, method: str, path: str, **options: Any) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers |= options.pop("headers", {})
        url = URL(f"{self.origin}{path}", encoded=True)
        sent = self.house.session.request(method, url, headers=headers, allow_redirects=False, **options)
        async with sent as response:
            for name, morsel in response.cookies.items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
            cookies = {name: morsel.OutputString() for name, morsel in response.cookies.items()}
            return Answer(response.status, response.headers.copy(), await response.text(), cookies)

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.ask("GET", path, **options)

    async def post(self, path: str, form: dict[str, str] | None = None, **options: Any) -> Answer:
        headers = {"Origin": self.origin} | options.pop("headers", {})
        return await self.ask("POST", path, data=form or {"go": "on"}, headers=headers, **options)

    async def is_in(self) -> bool:
        return (await self.get("/visit/whoami")).status == 200


@dataclass(frozen=True)
class Both:
    """What a test works with."""

    house: Living
    place: Place

    def clinic(self) -> Clinic:
        return Clinic(self.house)


@asynccontextmanager
async def both_sides(**options: Any) -> AsyncIterator[Both]:
    """Start both sides; `options` are those of `living`."""
    async with (
        living(console_url=CONSOLE, **options) as house,
        console_place(
            store=house.store,
            clock=house.clock,
            dice=house.dice,
            public_url=house.gate.public_url,
            policies=policies,
            zone=house.gate.zone,
            rows=house.gate.nightscout.rows,
        ) as place,
    ):
        yield Both(house, place)
