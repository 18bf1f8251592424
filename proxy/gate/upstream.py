"""Nightscout, read within limits: what it sends is parsed by others and never passed on.

Redirects are not followed, errors are not quoted, and the credential is in one header of one class.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from ipaddress import ip_address
from typing import Final

import aiohttp
import structlog
from prometheus_client import Histogram
from yarl import URL

from proxy.core.errors import UpstreamError
from proxy.core.plan import Fetch
from proxy.locale.marked import _

LARGEST_BODY: Final = 64 * 1024 * 1024
DEADLINE_SECONDS: Final = 60
_CHUNK = 256 * 1024
_HERE: Final = ("localhost", "host.docker.internal")
_ONE_DEADLINE: Final = aiohttp.ClientTimeout()
"""None of aiohttp's own: the deadline around a fetch covers connecting, waiting and reading."""

log = structlog.get_logger("upstream")


class Nightscout:
    """One site: its address, its credential, and the two large fetches that it may do at a time."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, token: str, *, deadline: float = DEADLINE_SECONDS
    ) -> None:
        self._session = session
        self._deadline = deadline
        self._url = URL(url.rstrip("/"), encoded=True)
        self._plain = {"X-Forwarded-Proto": "https"}
        if is_near(self._url.host):
            # Packing takes Nightscout as long as finding: half of the wait for a page of device status.
            self._plain["Accept-Encoding"] = "identity"
        # The token goes as its SHA-1, as Nightscout's own clients send a secret: one step further from a log.
        self._headers = {
            "api-secret": hashlib.sha1(token.encode()).hexdigest(),  # noqa: S324 - Nightscout's own form of it
            "Accept": "application/json",
            **self._plain,
        }

    def __repr__(self) -> str:
        return "Nightscout(…)"

    async def rows(self, fetch: Fetch) -> bytes:
        """Fetch a JSON array of documents. Raises UpstreamError."""
        return await self.get(fetch.path, fetch.parameters)

    async def get(self, path: str, parameters: Sequence[tuple[str, str]] = ()) -> bytes:
        """Fetch one of our own paths and give the body of a 200. Raises UpstreamError, whatever goes wrong."""
        return await self._within_limits((self._url / path.removeprefix("/")).with_query(list(parameters)))

    async def file(self, path: str, types: Sequence[str]) -> bytes:
        """Fetch a page or file that every Nightscout serves to anyone: without our credential, and only if of these types.

        Raises UpstreamError.
        """
        return await self._within_limits(self._url.joinpath(path.removeprefix("/"), encoded=True), types)

    async def _within_limits(self, url: URL, types: Sequence[str] = ()) -> bytes:
        try:
            async with asyncio.timeout(self._deadline):
                return await self._read(url, types)
        except TimeoutError as error:
            raise UpstreamError(
                "upstream_slow", _("Nightscout took too long to answer. Try again.")
            ) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            log.warning("upstream_failed", error=type(error).__name__, path=url.path)
            raise UpstreamError(
                "upstream_unreachable", _("Nightscout can't be reached just now. Try again.")
            ) from error

    async def _read(self, url: URL, types: Sequence[str]) -> bytes:
        headers = self._plain if types else self._headers
        async with self._session.get(
            url, headers=headers, allow_redirects=False, timeout=_ONE_DEADLINE
        ) as response:
            if response.status != 200:  # noqa: PLR2004 - the one good answer
                log.warning("upstream_refused", status=response.status, path=url.path)
                raise UpstreamError("upstream_refused", _("Nightscout did not answer this question."))
            if response.content_type not in types if types else "json" not in response.content_type:
                raise UpstreamError("upstream_unreadable", _("Nightscout sent something that can't be read."))
            return await _body(response)


def is_near(host: str | None) -> bool:
    """Say whether nothing is slow on the way: this machine, or a container beside us, which goes by a bare name."""
    name = host or ""
    with suppress(ValueError):
        return ip_address(name).is_loopback
    return name in _HERE or (name != "" and "." not in name)


class Reading:
    """The fetches for one answer, and the bytes that they cost. `turnstile`, if set, lets in a few at a time."""

    def __init__(self, nightscout: Nightscout, took: Histogram) -> None:
        self._nightscout = nightscout
        self._took = took
        self.turnstile: asyncio.Semaphore | None = None
        self.bytes = 0

    async def rows(self, fetch: Fetch) -> bytes:
        """Fetch as Nightscout.rows does, and count."""
        async with self.turnstile or nullcontext():
            return await self._counted(fetch)

    async def _counted(self, fetch: Fetch) -> bytes:
        with self._took.time():
            body = await self._nightscout.rows(fetch)
        self.bytes += len(body)
        return body


async def _body(response: aiohttp.ClientResponse) -> bytes:
    if (response.content_length or 0) > LARGEST_BODY:
        raise _too_large()
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_chunked(_CHUNK):
        size += len(part)
        if size > LARGEST_BODY:
            raise _too_large()
        parts.append(part)
    return b"".join(parts)


def _too_large() -> UpstreamError:
    return UpstreamError(
        "upstream_too_large", _("This is more than can be read at once. Ask for fewer days.")
    )
