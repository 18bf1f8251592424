"""Engine.IO by hand: each packet as it is on the wire."""

import asyncio
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec
from yarl import URL

from tests.live.place import Place
from tests.living import Access

OPENING = "EIO=4&transport=polling"


@dataclass
class Polling:
    """One long-polling connection, with the headers of each of its requests; every request a connection of its own."""

    place: Place
    headers: dict[str, str]
    sid: str = ""

    async def get(self, query: str = "") -> tuple[int, str]:
        return await self._send("GET", query)

    async def post(self, body: str | bytes, query: str = "") -> tuple[int, str]:
        return await self._send("POST", query, body)

    async def open(self) -> dict[str, Any]:
        status, text = await self.get(OPENING)
        assert status == 200, text
        facts: dict[str, Any] = msgspec.json.decode(text[1:])
        self.sid = facts["sid"]
        return facts

    async def start(self) -> str:
        """Open, connect `/` and authorize by the headers; give what comes with the next poll."""
        await self.open()
        assert (await self.post("40"))[0] == 200
        assert (await self.post('420["authorize",{"client":"web"}]'))[0] == 200
        return (await self.get())[1]

    async def _send(self, method: str, query: str, body: str | bytes | None = None) -> tuple[int, str]:
        asked = query or f"{OPENING}&sid={self.sid}"
        url = URL(f"{self.place.url}/socket.io/?{asked}", encoded=True)
        headers = {"Connection": "close", **self.headers}
        timeout = aiohttp.ClientTimeout(10)
        async with self.place.life.session.request(
            method, url, data=body, headers=headers, timeout=timeout
        ) as response:
            assert "no-store" in response.headers["Cache-Control"]
            return response.status, await response.text()


async def as_browser(place: Place, access: Access) -> Polling:
    """Sign a browser in, which sends its cookie with each request."""
    return Polling(place, {"Cookie": await place.cookie(access), "Origin": place.url})


async def answered(poll: "asyncio.Future[tuple[int, str]]") -> int:
    """Give the status of a poll that was cut: 0, or that of a second try, which aiohttp's client makes by itself."""
    try:
        return (await poll)[0]
    except aiohttp.ClientError:
        return 0
