"""Nightscout's own pages and files, kept for an hour: the same bytes for every reader.

They hold nothing of anybody, so they are counted but not recorded; they need a signed-in browser all the same.
"""

import asyncio
import gzip
import hashlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec
from aiohttp import web

from proxy.core.errors import UpstreamError
from proxy.core.pages import File, Page
from proxy.core.rewrite import Rewritten, rewrite_page, rewrite_style
from proxy.gate.upstream import Nightscout

TESTED: Final = "15.0."
"""The versions whose pages were tried through here, by the beginning of their number."""
KEPT_SECONDS: Final = 3600
LARGEST: Final = 8 * 1024 * 1024
MOST_BYTES: Final = 24 * 1024 * 1024
_WORTH_COMPRESSING: Final = ("text/", "application/", "image/svg+xml")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file, as it is sent."""

    content: bytes
    packed: bytes | None
    """The same with gzip, where that is shorter."""
    content_type: str
    etag: str

    @property
    def size(self) -> int:
        return len(self.content) + len(self.packed or b"")


class Shelf:
    """What was fetched of one site; emptied after an hour, all at once, so that it never mixes two versions."""

    def __init__(self, nightscout: Nightscout) -> None:
        self._nightscout = nightscout
        self._since = float("-inf")
        self._version: dict[str, asyncio.Task[str]] = {}
        self._pages: dict[str, asyncio.Task[Rewritten]] = {}
        self._files: dict[str, asyncio.Task[Kept]] = {}
        self._bytes = 0

    async def page(self, page: Page) -> Rewritten:
        """Give a page, rewritten. Raises UpstreamError, also if this Nightscout's pages were never tried."""
        self._tidy_up()
        if not (await _once(self._version, "version", self._ask_version)).startswith(TESTED):
            raise UpstreamError(
                "untested_version",
                "The pages of this Nightscout's version have not been tried with this access, so they are not shown.",
            )
        return await _once(self._pages, page.path, lambda: self._fetch_page(page))

    async def file(self, file: File) -> Kept:
        """Give a file. Raises UpstreamError."""
        self._tidy_up()
        return await _once(self._files, file.path, lambda: self._fetch_file(file))

    def _tidy_up(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._since > KEPT_SECONDS or self._bytes > MOST_BYTES:
            self._since, self._bytes = now, 0
            self._version, self._pages, self._files = {}, {}, {}

    async def _ask_version(self) -> str:
        answer = await self._nightscout.file("/api/v3/version", ("application/json",))
        try:
            return str(msgspec.json.decode(answer, type=_Version).result["version"])
        except (msgspec.DecodeError, KeyError) as error:
            raise _unreadable() from error

    async def _fetch_page(self, page: Page) -> Rewritten:
        html = await self._nightscout.file(page.path, ("text/html",))
        return rewrite_page(_text(html))

    async def _fetch_file(self, file: File) -> Kept:
        content = await self._nightscout.file(file.path, file.types)
        if len(content) > LARGEST:
            raise UpstreamError("upstream_too_large", "This file is larger than any that Nightscout has.")
        if file.types == ("text/css",):
            content = rewrite_style(_text(content)).encode()
        kept = await asyncio.to_thread(_packed, content, file.types[0])
        self._bytes += kept.size
        return kept


class _Version(msgspec.Struct):
    result: dict[str, object]


_T = TypeVar("_T")


async def _once(
    tasks: dict[str, asyncio.Task[_T]], key: str, make: Callable[[], Coroutine[Any, Any, _T]]
) -> _T:
    """Fetch once for all who ask at the same time, and keep what came; failures are not kept."""
    task = tasks.get(key)
    if task is None:
        task = tasks[key] = asyncio.ensure_future(make())
        task.add_done_callback(lambda done: _drop_failed(tasks, key, done))
    # Shielded: the first to ask may leave while others wait for the same file.
    return await asyncio.shield(task)


def _drop_failed(tasks: dict[str, asyncio.Task[_T]], key: str, task: asyncio.Task[_T]) -> None:
    if (task.cancelled() or task.exception() is not None) and tasks.get(key) is task:
        del tasks[key]


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise _unreadable() from error


def _unreadable() -> UpstreamError:
    return UpstreamError("upstream_unreadable", "Nightscout sent something that can't be read.")


def _packed(content: bytes, content_type: str) -> Kept:
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    packed = gzip.compress(content, 6, mtime=0) if content_type.startswith(_WORTH_COMPRESSING) else content
    return Kept(content, packed if len(packed) < len(content) else None, content_type, etag)


def as_answer(request: web.Request, kept: Kept) -> web.Response:
    """Send a file; a browser keeps it for an hour, and no other cache does."""
    headers = {
        "Cache-Control": f"private, max-age={KEPT_SECONDS}",
        "CDN-Cache-Control": "no-store",
        "Vary": "Accept-Encoding",
        "ETag": kept.etag,
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        # For a file that is opened by itself: an image of this kind could hold a script.
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }
    if kept.etag in request.headers.get("If-None-Match", ""):
        return web.Response(status=304, headers=headers)
    content = kept.content
    if kept.packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        content, headers["Content-Encoding"] = kept.packed, "gzip"
    charset = "utf-8" if kept.content_type in ("text/css", "application/javascript") else None
    return web.Response(body=content, content_type=kept.content_type, charset=charset, headers=headers)
