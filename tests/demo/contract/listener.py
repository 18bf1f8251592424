"""A client of a site's live feed, real or invented: python-socketio, as an independent reading of the protocol."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import socketio  # type: ignore[import-untyped]  # it has no types

from tests.demo.contract.client import Reader

NAMESPACES = ("/", "/alarm", "/storage")
PATIENCE = 30


@dataclass
class Listener:
    """One connection, and what it was told: namespace, name, arguments."""

    client: Any
    heard: list[tuple[str, str, tuple[Any, ...]]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, namespace: str, name: str, *said: Any) -> None:
        self.heard.append((namespace, name, said))
        self.news.set()

    def named(self, name: str) -> list[Any]:
        return [said[0] if said else None for _, event, said in self.heard if event == name]

    async def until(self, name: str, count: int = 1) -> Any:
        """Wait for so many events of a name; give what the last of them says."""
        async with asyncio.timeout(PATIENCE):
            while len(self.named(name)) < count:
                self.news.clear()
                await self.news.wait()
        return self.named(name)[count - 1]

    async def ask(self, name: str, *said: Any, namespace: str = "/") -> Any:
        return await self.client.call(name, said, namespace=namespace, timeout=PATIENCE)

    async def authorize(self, jwt: str | None, **more: Any) -> Any:
        said = {"client": "web", "secret": None, "token": jwt, "history": 48, **more}
        return await self.ask("authorize", said)


@asynccontextmanager
async def listening(
    reader: Reader, *transports: str, namespaces: tuple[str, ...] = NAMESPACES
) -> AsyncIterator[Listener]:
    """Connect by the given transports; by polling first and then websocket if none is given, as native apps do."""
    client = socketio.AsyncClient(reconnection=False)
    listener = Listener(client)
    for namespace in namespaces:

        def heard(name: str, *said: Any, at: str = namespace) -> None:
            listener.note(at, name, *said)

        client.on("*", heard, namespace=namespace)
        client.on("disconnect", lambda *_, at=namespace: listener.note(at, "disconnect"), namespace=namespace)
    await client.connect(
        reader.url,
        transports=list(transports) or None,
        namespaces=list(namespaces),
        wait_timeout=PATIENCE,
    )
    try:
        yield listener
    finally:
        await client.disconnect()
