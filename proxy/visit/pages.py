"""Pages and files: rendered with autoescape, sent whole, never compressed (they may hold a CSRF token)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from aiohttp import web

from proxy.core.headers import CONTENT_SECURITY_POLICY, PAGE, PRIVATE
from proxy.locale.templates import Templates
from proxy.visit.moments import moment, span

POLLING: Final = {"Content-Security-Policy": f"{CONTENT_SECURITY_POLICY}; connect-src 'self'"}
"""For pages whose script asks us whether there is something new."""
_ROOM = Path(__file__).parent
_FILES: Final = (
    ("style.css", "text/css"),
    ("entry.js", "text/javascript"),
    ("waiting.js", "text/javascript"),
    ("asking.js", "text/javascript"),
    ("summary.css", "text/css"),
    ("summary.js", "text/javascript"),
    ("strip.css", "text/css"),
    ("icon.svg", "image/svg+xml"),
)
_STRIP: Final = ("page", "units", "bar", "line", "offered", "figures", "begin")
"""The parts of the script on Nightscout's pages, in this order: one file, since those pages wait for it first of all."""


_LARGEST: Final = ("summary", "base", "times", "asking", "leave")
"""How the templates of the summary begin, and of what it includes."""
_TEMPLATES: Final = Templates(_ROOM / "templates")


def page(
    template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
) -> web.Response:
    """Render a page of ours, with the headers of every answer."""
    return html(render(template, **values), status=status, headers=headers)


def render(template: str, **values: Any) -> str:
    """Render a page of ours."""
    found = _TEMPLATES.get(template)
    return found.render(moment=moment, span=span, **values)


def get_ready() -> None:
    """Compile the largest page with all its parts, for who will ask for it next, and load what writes its moments."""
    for name in _TEMPLATES.names():
        if name.startswith(_LARGEST):
            _TEMPLATES.get(name)
    moment(0, None)


def html(text: str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Send a page that is rendered already, with the headers of every answer."""
    sent = {**PAGE, **(headers or {})}
    return web.Response(status=status, text=text, content_type="text/html", charset="utf-8", headers=sent)


def message(title: str, text: str, *, status: int, request_id: str, to_summary: bool = False) -> web.Response:
    """Say one thing on a page, with a way back to the start, or to the summary."""
    headers = {"Retry-After": "10"} if status in (429, 503) else None
    said = {"title": title, "text": text, "request_id": request_id, "to_summary": to_summary}
    return page("message.html", status=status, headers=headers, **said)


def see_other(path: str, *, headers: Mapping[str, str] | None = None) -> web.Response:
    """Send a browser on by GET, after a form was taken."""
    return web.Response(status=303, headers={**PAGE, **(headers or {}), "Location": path})


def json(body: object, *, status: int = 200) -> web.Response:
    """Write JSON, with the headers of every answer."""
    encoded = msgspec.json.encode(body)
    return web.Response(status=status, body=encoded, content_type="application/json", headers=dict(PRIVATE))


def refusal(reason: str, text: str, *, status: int, request_id: str) -> web.Response:
    """Refuse a program: the same three fields as everywhere."""
    return json({"reason": reason, "message": text, "request_id": request_id}, status=status)


def files() -> list[web.RouteDef]:
    """List the routes of the few files that our pages need, read now; they hold nothing of anybody."""
    return [
        *(_file(name, kind, _read(name)) for name, kind in _FILES),
        _file("strip.js", "text/javascript", _strip()),
    ]


def _strip() -> bytes:
    """Put the parts together, around what they share: no page of Nightscout's can reach it."""
    parts = [_read(f"strip/{name}.js") for name in _STRIP]
    return b"(function () {\nvar strip = {};\n" + b"".join(parts) + b"})();\n"


def _read(name: str) -> bytes:
    return (_ROOM / "static" / name).read_bytes()


def _file(name: str, kind: str, body: bytes) -> web.RouteDef:
    async def answer(_request: web.Request) -> web.Response:
        headers = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=body, content_type=kind, charset="utf-8", headers=headers)

    return web.get(f"/visit/{name}", answer)
