"""Refusals: the same three fields in the reader's form, whatever the cause."""

from typing import Final

import jinja2
import msgspec
from aiohttp import web

from proxy.core.headers import PRIVATE
from proxy.gate.asking import Asking

NO_ACCESS: Final = "No access, or it has ended. Open the link again, or ask the person who shared it."
NOT_SHARED: Final = "This is not shared. Ask the person who shared if you need it."
NO_DOOR: Final = "There is nothing at this address."
NO_RECORD: Final = "The access log can't be written just now, so nothing can be shown. Try again."
TOO_MANY: Final = "Too many requests. Wait a moment and try again."

_PAGE = jinja2.Template(
    """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{{ title }}</title>
<link rel="stylesheet" href="/visit/style.css"></head><body><main><h1>{{ title }}</h1><p>{{ message }}</p>
<p><a href="/visit">To the start page</a></p><p><small>Reference: {{ request_id }}</small></p></main></body></html>
""",
    autoescape=True,
)
_TITLES = {
    401: "No access",
    403: "Not shared",
    404: "Nothing here",
    429: "One moment",
    503: "Not available just now",
}


def refusal(request: web.Request, asked: Asking, status: int, reason: str, message: str) -> web.Response:
    """Build a refusal: a page for a navigation, v3's envelope for v3, JSON otherwise."""
    headers = {**PRIVATE, "X-Request-Id": asked.request_id}
    if status == web.HTTPTooManyRequests.status_code:
        headers["Retry-After"] = "10"
    if _is_navigation(request):
        headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; frame-ancestors 'none'"
        text = _PAGE.render(
            title=_TITLES.get(status, "Not available"), message=message, request_id=asked.request_id
        )
        return web.Response(status=status, text=text, content_type="text/html", headers=headers)
    body: dict[str, str | int] = {"reason": reason, "message": message, "request_id": asked.request_id}
    if asked.path.startswith("/api/v3"):
        body = {"status": status, **body}
    return web.Response(
        status=status, body=msgspec.json.encode(body), content_type="application/json", headers=headers
    )


def is_for_a_person(request: web.Request) -> bool:
    """Tell a browser that opens a page from a tool that carries a token."""
    return request.method == "GET" and _is_navigation(request) and "Authorization" not in request.headers


def to_the_entry() -> web.Response:
    """Send a browser to the page that says how and when its access ended, or asks for a link or code."""
    return web.Response(status=303, headers={**PRIVATE, "Location": "/visit/home"})


def _is_navigation(request: web.Request) -> bool:
    mode = request.headers.get("Sec-Fetch-Mode")
    if mode is not None:
        return mode == "navigate"
    return "text/html" in request.headers.get("Accept", "")
