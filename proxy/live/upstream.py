"""Nightscout's own socket, used as a bell: it tells that something changed, and nothing else is taken from it.

By long polling, as Nightscout's own pages do it: where they work, this works. Of each packet only the first bytes are
kept and none is parsed but the greeting, so nothing that a frame holds can come in, however large or broken it is.
Only `authorize` is ever sent, never `status: true`, which would make Nightscout send its secrets.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from typing import Final

import aiohttp
import msgspec
import structlog
from yarl import URL

from proxy.core.errors import UpstreamError

LARGEST_ANSWER: Final = 64 * 1024 * 1024
MOST_PACKETS: Final = 10_000
DEADLINE_SECONDS: Final = 45
"""Nightscout pings every 25 s, and a connection that is silent for 20 s more is dead by the protocol."""
FIRST_WAIT_SECONDS: Final = 1.0
LONGEST_WAIT_SECONDS: Final = 60.0
_HEAD: Final = 300
_SEPARATOR: Final = b"\x1e"
_CHUNK: Final = 64 * 1024
_CHANGED: Final = b'42["dataUpdate"'
log = structlog.get_logger("live")


class _Greeting(msgspec.Struct):
    sid: str


class Bell:
    """One connection to one site, resumed for as long as somebody watches."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        self._session = session
        self._url = URL(url.rstrip("/"), encoded=True) / "socket.io/"
        # As its SHA-1, as Nightscout's own clients send a secret; an access token is taken there too.
        secret = hashlib.sha1(token.encode()).hexdigest()  # noqa: S324 - Nightscout's own form of it
        self._authorize = b'420["authorize",' + msgspec.json.encode(
            {"client": "web", "secret": secret, "history": 48}
        )

    def __repr__(self) -> str:
        return "Bell(…)"

    async def listen(self, changed: Callable[[], None], wanted: asyncio.Event) -> None:
        """Call `changed` whenever Nightscout has something new, while `wanted` is set; never returns.

        It is called after each lost connection and failed attempt too, so that nothing is missed meanwhile.
        """
        wait = FIRST_WAIT_SECONDS
        while True:
            await wanted.wait()
            began = asyncio.get_running_loop().time()
            try:
                await self._hear(changed, wanted)
                continue
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError, UpstreamError) as error:
                log.warning("socket_lost", error=type(error).__name__)
            if asyncio.get_running_loop().time() - began > LONGEST_WAIT_SECONDS:
                wait = FIRST_WAIT_SECONDS
            changed()
            await asyncio.sleep(wait)
            wait = min(LONGEST_WAIT_SECONDS, wait * 2)

    async def _hear(self, changed: Callable[[], None], wanted: asyncio.Event) -> None:
        url = self._url.with_query({"EIO": "4", "transport": "polling"})
        greeting = (await self._poll(url))[0]
        url = url.update_query({"sid": msgspec.json.decode(greeting[1:], type=_Greeting).sid})
        await self._post(url, b"40")
        while wanted.is_set():
            for head in await self._poll(url):
                await self._heard(url, head, changed)
        await self._post(url, b"1")

    async def _heard(self, url: URL, head: bytes, changed: Callable[[], None]) -> None:
        if head.startswith(_CHANGED):
            changed()
        elif head == b"2":
            await self._post(url, b"3")
        elif head.startswith(b"40"):
            await self._post(url, self._authorize + b"]")
        elif head == b"1" or head.startswith((b"41", b"44")):
            raise UpstreamError("upstream_closed", "Nightscout closed its live connection.")

    async def _poll(self, url: URL) -> list[bytes]:
        async with (
            asyncio.timeout(DEADLINE_SECONDS),
            self._session.get(url, allow_redirects=False) as response,
        ):
            _check(response)
            return await heads(response.content.iter_chunked(_CHUNK))

    async def _post(self, url: URL, body: bytes) -> None:
        headers = {"Content-Type": "text/plain;charset=UTF-8"}
        async with (
            asyncio.timeout(DEADLINE_SECONDS),
            self._session.post(url, data=body, headers=headers, allow_redirects=False) as response,
        ):
            _check(response)


def _check(response: aiohttp.ClientResponse) -> None:
    if response.status != 200:  # noqa: PLR2004 - the one good answer
        raise UpstreamError("upstream_refused", "Nightscout did not let us listen.")


async def heads(chunks: AsyncIterator[bytes]) -> list[bytes]:
    """Give the first bytes of each packet, and let the rest go by."""
    found, size = [b""], 0
    async for chunk in chunks:
        first, *rest = chunk.split(_SEPARATOR)
        found[-1] = (found[-1] + first)[:_HEAD]
        found += [part[:_HEAD] for part in rest]
        size += len(chunk)
        if size > LARGEST_ANSWER or len(found) > MOST_PACKETS:
            raise UpstreamError("upstream_too_large", "Nightscout sent more than can be read.")
    return found
