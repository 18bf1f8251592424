"""Clinicians who watch: by polling, some with a new connection for each poll, and by websocket."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

import aiohttp
from yarl import URL

Way = Literal["polling", "closing", "websocket"]
WAYS: tuple[Way, ...] = ("polling", "closing", "websocket")
"""`closing` polls with a new connection each time."""
_AUTHORIZE = '42["authorize",{"client":"web"}]'
_FRAME = '42["dataUpdate"'


class Lost(Exception):
    """The server did not answer as it should."""


@dataclass
class Clinician:
    """One open page. `heard` counts the frames with data; the first is the state that it starts from."""

    session: aiohttp.ClientSession
    url: URL
    token: str
    grant: str
    policy: str
    way: Way
    heard: int = 0
    lost: int = 0
    heard_at: float = 0.0
    seated: asyncio.Event = field(default_factory=asyncio.Event)
    _sid: str = ""

    async def watch(self) -> None:
        """Connect, authorize and listen until cancelled; raises Lost, or what aiohttp raises, when cut."""
        async for packet in self._by_websocket() if self.way == "websocket" else self._by_polling():
            if packet.startswith(_FRAME):
                self.heard += 1
                self.heard_at = time.monotonic()
                self.seated.set()

    async def say_goodbye(self) -> None:
        """Close a polling connection, as a page does that is left."""
        if self.way != "websocket":
            with suppress(Lost, aiohttp.ClientError):
                await self._send("1")

    @property
    def _headers(self) -> dict[str, str]:
        closing = {"Connection": "close"} if self.way == "closing" else {}
        return {"Authorization": f"Bearer {self.token}", "Accept-Encoding": "identity", **closing}

    async def _by_websocket(self) -> AsyncIterator[str]:
        url = self.url.with_query(EIO="4", transport="websocket")
        async with self.session.ws_connect(url, headers=self._headers, max_msg_size=0) as socket:
            await socket.receive_str()
            await socket.send_str("40")
            await socket.send_str(_AUTHORIZE)
            async for message in socket:
                if message.data == "2":
                    await socket.send_str("3")
                yield message.data
        raise Lost("the websocket was closed")

    async def _by_polling(self) -> AsyncIterator[str]:
        self._sid = ""
        self._sid = json.loads((await self._poll())[1:])["sid"]
        await self._send("40")
        await self._send(_AUTHORIZE)
        while True:
            for packet in (await self._poll()).split("\x1e"):
                if packet == "2":
                    await self._send("3")
                yield packet

    async def _poll(self) -> str:
        return await self._ask("GET")

    async def _send(self, packet: str) -> None:
        await self._ask("POST", packet)

    async def _ask(self, method: str, body: str | None = None) -> str:
        sid = {"sid": self._sid} if self._sid else {}
        url = self.url.with_query(EIO="4", transport="polling", **sid)
        try:
            async with self.session.request(method, url, data=body, headers=self._headers) as response:
                text = await response.text()
        except TimeoutError as error:
            raise Lost("no answer in time") from error
        if response.status != 200:
            raise Lost(f"{response.status} {text[:200]}")
        return text
