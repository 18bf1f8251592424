"""Pages and files of the console: rendered with autoescape, sent whole, never compressed, never kept by a browser."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiohttp import web

from proxy.core.headers import PRIVATE
from proxy.locale.figures import short_moment
from proxy.locale.templates import Templates
from proxy.owner.words import Said, _

_ROOM: Final = Path(__file__).parent
HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **PRIVATE,
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
            "manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        ),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Frame-Options": "DENY",
    }
)
NAVIGATION: Final = (
    ("/share", _("Share"), ""),
    ("/access", _("Who has access"), _("Access")),
    ("/asks", _("Asked for"), ""),
    ("/notices", _("Notices"), ""),
    ("/notes", _("My notes"), _("Notes")),
    ("/about-me", _("About me"), ""),
    ("/inventory", _("What is in my Nightscout"), _("Data")),
    ("/settings", _("Settings"), ""),
)
"""In this order, with what a phone says instead; a page appears once its address is served."""
_FILES: Final = (
    ("console.css", "text/css"),
    ("console.js", "text/javascript"),
    ("share.js", "text/javascript"),
    ("access.js", "text/javascript"),
    ("asks.js", "text/javascript"),
    ("icon.svg", "image/svg+xml"),
    ("icon-192.png", "image/png"),
    ("icon-512.png", "image/png"),
    ("console.webmanifest", "application/manifest+json"),
)


_TEMPLATES: Final = Templates(_ROOM / "templates")


def page(
    request: web.Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> web.Response:
    """Render a page of ours, with the headers of every answer."""
    text = _TEMPLATES.get(template).render(
        here=request.path, navigation=_navigation(request), moment=moment, **{"turn": None, **values}
    )
    sent = {**HEADERS, **(headers or {})}
    return web.Response(status=status, text=text, content_type="text/html", charset="utf-8", headers=sent)


def message(request: web.Request, title: str, said: Said, *, status: int, **values: Any) -> web.Response:
    """Say one thing on a page, with a way back to the start."""
    headers = {"Retry-After": "10"} if status in (429, 503) else None
    return page(request, "message.html", status=status, headers=headers, title=title, said=said, **values)


def see_other(path: str) -> web.Response:
    """Send a browser on by GET, after a form was taken."""
    return web.Response(status=303, headers={**HEADERS, "Location": path})


def moment(at: int, zone: str = "UTC") -> dict[str, str]:
    """Give a moment for `<time>`: in words for the owner, and for machines. `at` is epoch milliseconds."""
    local = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
    suffix = " UTC" if zone == "UTC" else ""
    return {
        "words": f"{short_moment(local)}{suffix}",
        "iso": f"{datetime.fromtimestamp(at / 1000, ZoneInfo('UTC')):%Y-%m-%dT%H:%M:%SZ}",
    }


def served(request: web.Request) -> set[str]:
    """Give the addresses that this console serves."""
    return {resource.canonical for resource in request.app.router.resources()}


def _navigation(request: web.Request) -> list[tuple[str, str, str]]:
    there = served(request)
    return [entry for entry in NAVIGATION if entry[0] in there]


def files() -> list[web.RouteDef]:
    """List the routes of the few files that our pages need, read now; they hold nothing of anybody."""
    return [_file(name, kind) for name, kind in _FILES]


def _file(name: str, kind: str) -> web.RouteDef:
    body = (_ROOM / "static" / name).read_bytes()

    async def answer(_request: web.Request) -> web.Response:
        headers = {
            "Cache-Control": "public, max-age=300",
            "X-Content-Type-Options": "nosniff",
            "Content-Type": kind if kind.startswith("image/png") else f"{kind}; charset=utf-8",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        return web.Response(body=body, headers=headers)

    return web.get(f"/files/{name}", answer)
