"""Refusals: the same three fields in the reader's form, whatever the cause.

A person gets a page in their language; what a program reads is English, and the same for everyone.
"""

from typing import Final

import msgspec
from aiohttp import web

from proxy.core.headers import PAGE, PRIVATE
from proxy.gate.asking import Asking, plain_path
from proxy.gate.words import rendered
from proxy.locale.marked import _

NO_ACCESS: Final = _("No access, or it has ended. Open the link again, or ask the person who shared it.")
NOT_SHARED: Final = _("This is not shared. Ask the person who shared if you need it.")
NO_DOOR: Final = _("There is nothing at this address.")
NO_RECORD: Final = _("The access log can't be written just now, so nothing can be shown. Try again.")
TOO_MANY: Final = _("Too many requests. Wait a moment and try again.")

_TITLES: Final = {
    401: _("No access"),
    403: _("Not shared"),
    404: _("Nothing here"),
    429: _("One moment"),
    503: _("Not available just now"),
}
_NOT_AVAILABLE: Final = _("Not available")


def refusal(request: web.Request, asked: Asking, status: int, reason: str, message: str) -> web.Response:
    """Build a refusal: a page for a navigation, v3's envelope for v3, JSON otherwise."""
    headers = {"X-Request-Id": asked.request_id}
    if status == web.HTTPTooManyRequests.status_code:
        headers["Retry-After"] = "10"
    return refuse(request, status, reason, message, request_id=asked.request_id, headers=headers)


def refuse(
    request: web.Request,
    status: int,
    reason: str,
    message: str,
    *,
    request_id: str,
    headers: dict[str, str] | None = None,
) -> web.Response:
    """Build a refusal of a request of which nothing else was found out."""
    if _is_navigation(request):
        return _page(request, status, message, request_id, headers or {})
    body: dict[str, str | int] = {"reason": reason, "message": message, "request_id": request_id}
    if _path(request).startswith("/api/v3"):
        body = {"status": status, **body}
    return web.Response(
        status=status,
        body=msgspec.json.encode(body),
        content_type="application/json",
        headers={**PRIVATE, **(headers or {})},
    )


def _page(
    request: web.Request, status: int, message: str, request_id: str, headers: dict[str, str]
) -> web.Response:
    title = _TITLES.get(status, _NOT_AVAILABLE)
    text = rendered(request, "refusal.html", title=title, message=message, request_id=request_id)
    return web.Response(
        status=status, text=text, content_type="text/html", charset="utf-8", headers={**PAGE, **headers}
    )


def _path(request: web.Request) -> str:
    return plain_path(request.raw_path) or ""


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
