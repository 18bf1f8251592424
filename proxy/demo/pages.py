"""The demo site's own pages: a small live dashboard, a clock, and a page that says that there are no reports.

They lie where Nightscout's lie, so that whatever serves those serves these.
"""

from pathlib import Path
from typing import Final

from aiohttp import web

_FOLDER: Final = Path(__file__).parent / "static"
_PAGES: Final = {"/": "index.html", "/report/": "report.html", "/clock/{face}": "clock.html"}
_FILES: Final = {
    "/bundle/js/demo.socket.js": ("socket.js", "application/javascript"),
    "/bundle/js/demo.page.js": ("page.js", "application/javascript"),
    "/css/demo.css": ("demo.css", "text/css"),
}


def pages() -> list[web.RouteDef]:
    """List the routes of pages and files, read now."""
    shown = [_sent(path, name, "text/html", "no-cache") for path, name in _PAGES.items()]
    files = [_sent(path, name, kind, "public, max-age=604800") for path, (name, kind) in _FILES.items()]
    return [*shown, *files, web.get("/report", _moved)]


def _sent(path: str, name: str, kind: str, cached: str) -> web.RouteDef:
    body = (_FOLDER / name).read_bytes()

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type=kind, charset="UTF-8", headers={"Cache-Control": cached})

    return web.get(path, answer)


async def _moved(_request: web.Request) -> web.Response:
    return web.Response(status=301, headers={"Location": "/report/"})
