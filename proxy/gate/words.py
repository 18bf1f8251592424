"""The gate's own words to a person, in their language: what its templates hold. What a program reads is English."""

from pathlib import Path
from typing import Any, Final

from aiohttp import web

from proxy.gate.asking import plain_path
from proxy.locale.reader import VISIT_COOKIE, Reader, as_before, read_by, reader_of
from proxy.locale.templates import Templates

_TEMPLATES: Final = Templates(Path(__file__).parent / "templates")


def rendered(request: web.Request, template: str, **values: Any) -> str:
    """Render a template of the gate's for whoever asks."""
    before = read_by(_reader(request))
    try:
        return _TEMPLATES.get(template).render(**values)
    finally:
        as_before(before)  # this connection may ask something else next


def _reader(request: web.Request) -> Reader:
    # What a program asks may hold a token in its path: no page writes that out again.
    path = plain_path(request.raw_path) or ""
    return reader_of(
        kept=request.cookies.get(VISIT_COOKIE),
        accepts=request.headers.get("Accept-Language", ""),
        method=request.method,
        address="" if path.startswith("/api") else path,
    )
