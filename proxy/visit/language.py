"""The language of the clinicians' pages: what was chosen in this browser, else what the browser asks for."""

import re
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from proxy.locale.catalogues import LANGUAGES
from proxy.locale.reader import VISIT_COOKIE, YEAR, read_by, reader_of, safe_back
from proxy.visit import pages
from proxy.visit.reading import CHOICES
from proxy.visit.visit import Visit

_MEANT: Final = {
    "days": re.compile(r"[1-9][0-9]{0,2}", re.ASCII),
    "units": re.compile(r"mgdl|mmol"),
    "targets": re.compile(r"[a-z-]{1,20}", re.ASCII),
}
ROUTE: Final = f"/visit/language/{{language:{'|'.join(LANGUAGES)}}}"


def begin(request: web.Request) -> None:
    """Write what comes from here on in the language of whoever asks."""
    kept, accepts = request.cookies.get(VISIT_COOKIE), request.headers.get("Accept-Language", "")
    read_by(reader_of(kept=kept, accepts=accepts, method=request.method, address=_address(request)))


def _address(request: web.Request) -> str:
    """Give the page with what was chosen on it, and nothing else of its query.

    What somebody put there by mistake, such as a code, is not written out again.
    """
    kept = {name: request.query[name] for name in CHOICES if _can_be_meant(name, request.query.get(name, ""))}
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def _can_be_meant(name: str, value: str) -> bool:
    """Say whether a page of ours could have put this into its address."""
    return _MEANT[name].fullmatch(value) is not None


async def choose(visit: Visit, request: web.Request) -> web.Response:
    """Answer GET /visit/language/de: for anybody; it changes nothing but this browser's choice."""
    response = pages.see_other(safe_back(request.query.get("back", "")))
    response.set_cookie(
        VISIT_COOKIE,
        request.match_info["language"],
        max_age=YEAR,
        path="/",
        httponly=True,
        secure=visit.cookie.secure,
        samesite="Lax",
    )
    return response
