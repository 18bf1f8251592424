"""Nightscout's own pages and files, kept in memory: the same bytes for every reader.

They hold nothing of anybody, so they are counted but not recorded; they need a signed-in browser all the same. A page
names its scripts and style sheets by their content, so that a browser that knows them asks no more.
"""

import asyncio
import gzip
import hashlib
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from aiohttp import web

from proxy.core.errors import UpstreamError
from proxy.core.pages import File, Page, find_file, find_page
from proxy.core.rewrite import Rewritten, linked_files, rewrite_page, rewrite_style, with_seals
from proxy.gate.edition import ask_version, is_shown, untested, warn
from proxy.gate.upstream import Nightscout
from proxy.locale.marked import _

KEPT_SECONDS: Final = 3600
FOR_EVER_SECONDS: Final = 365 * 24 * 3600
TRY_AGAIN_SECONDS: Final = 60
LARGEST: Final = 8 * 1024 * 1024
MOST_BYTES: Final = 24 * 1024 * 1024
_WORTH_COMPRESSING: Final = ("text/", "application/", "image/svg+xml")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file, as it is sent."""

    content: bytes
    is_packed: bool
    """With gzip, where that is shorter."""
    content_type: str
    seal: str
    """Stands for the content, in its ETag and its address."""

    @property
    def etag(self) -> str:
        return f'"{self.seal}"'


class Shelf:
    """What was fetched of one site; emptied after an hour, all at once, so that it never mixes two versions.

    `allowed` is a version whose pages are shown although they were never tried here: the owner said so.
    """

    def __init__(self, nightscout: Nightscout, *, allowed: str = "") -> None:
        self._nightscout = nightscout
        self._allowed = allowed
        self._since = float("-inf")
        self._seen = ""
        self._version: dict[str, asyncio.Task[str]] = {}
        self._pages: dict[str, asyncio.Task[Rewritten]] = {}
        self._files: dict[str, asyncio.Task[Kept]] = {}
        self._bytes = 0

    async def page(self, page: Page) -> Rewritten:
        """Give a page, rewritten. Raises UpstreamError, also if this Nightscout's pages were never tried."""
        self._tidy_up()
        if not is_shown(await _once(self._version, "version", self._ask), self._allowed):
            raise untested()
        return await _once(self._pages, page.path, lambda: self._fetch_page(page))

    async def file(self, file: File) -> Kept:
        """Give a file. Raises UpstreamError."""
        self._tidy_up()
        return await _once(self._files, file.path, lambda: self._fetch_file(file))

    async def look(self) -> None:
        """Ask which version is there now, empty the shelf if it is another one, and fetch what comes first.

        Raises UpstreamError.
        """
        version = await self._ask()
        if version != self._seen:
            self._empty()
            self._seen = version
            if not is_shown(version, self._allowed):
                warn(version)
        first = find_page("/")
        if is_shown(version, self._allowed) and first is not None:
            with suppress(UpstreamError):  # whoever opens it is told
                await self.page(first)

    async def run(self) -> None:
        """Look at the start, and hourly. Once it is stopped, nothing is fetched any more."""
        try:
            while True:
                try:
                    await self.look()
                except UpstreamError:  # it may be starting just now
                    await asyncio.sleep(TRY_AGAIN_SECONDS)
                else:
                    await asyncio.sleep(KEPT_SECONDS)
        finally:
            fetching = [*self._version.values(), *self._pages.values(), *self._files.values()]
            for task in fetching:
                task.cancel()
            await asyncio.gather(*fetching, return_exceptions=True)

    def _tidy_up(self) -> None:
        if asyncio.get_running_loop().time() - self._since > KEPT_SECONDS or self._bytes > MOST_BYTES:
            self._empty()

    def _empty(self) -> None:
        self._since, self._bytes = asyncio.get_running_loop().time(), 0
        self._version, self._pages, self._files = {}, {}, {}

    async def _ask(self) -> str:
        return await ask_version(self._nightscout)

    async def _fetch_page(self, page: Page) -> Rewritten:
        rewritten = rewrite_page(_text(await self._nightscout.file(page.path, ("text/html",))))
        seals = {path: await self._seal(path) for path in linked_files(rewritten.html, page.path)}
        return replace(rewritten, html=with_seals(rewritten.html, page.path, seals))

    async def _seal(self, path: str) -> str:
        """Give the seal of a file that a page loads; nothing if it can't be had: the page then asks as it likes."""
        file = find_file(path)
        if file is not None:
            with suppress(UpstreamError):
                return (await self.file(file)).seal
        return ""

    async def _fetch_file(self, file: File) -> Kept:
        content = await self._nightscout.file(file.path, file.types)
        if len(content) > LARGEST:
            raise UpstreamError("upstream_too_large", _("This file is larger than any that Nightscout has."))
        if file.types == ("text/css",):
            content = rewrite_style(_text(content)).encode()
        kept = await asyncio.to_thread(_packed, content, file.types[0])
        self._bytes += len(kept.content)
        return kept


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
    return UpstreamError("upstream_unreadable", _("Nightscout sent something that can't be read."))


def _packed(content: bytes, content_type: str) -> Kept:
    seal = hashlib.sha256(content).hexdigest()[:32]
    packed = gzip.compress(content, 9, mtime=0) if content_type.startswith(_WORTH_COMPRESSING) else content
    is_packed = len(packed) < len(content)
    return Kept(packed if is_packed else content, is_packed, content_type, seal)


def as_answer(request: web.Request, kept: Kept) -> web.Response:
    """Send a file. A browser keeps it for an hour, or for good where it was asked for by its seal; no other cache does."""
    is_by_seal = request.query_string == f"v={kept.seal}"
    lasts = f"{FOR_EVER_SECONDS}, immutable" if is_by_seal else str(KEPT_SECONDS)
    headers = {
        "Cache-Control": f"private, max-age={lasts}",
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
    if kept.is_packed and "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
    elif kept.is_packed:
        content = gzip.decompress(content)
    charset = "utf-8" if kept.content_type in ("text/css", "application/javascript") else None
    return web.Response(body=content, content_type=kept.content_type, charset=charset, headers=headers)
