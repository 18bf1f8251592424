"""The language of the clinicians' pages: what was chosen in this browser, else what the browser asks for."""

from typing import Final

from aiohttp import web

from proxy.locale.catalogues import LANGUAGES
from proxy.locale.reader import YEAR, Reader, read_by, reader_of, safe_back
from proxy.visit import pages
from proxy.visit.visit import Visit

COOKIE: Final = "visit-language"
"""A word such as `de`: no data of anybody, and not that of the owner's console."""
ROUTE: Final = f"/visit/language/{{language:{'|'.join(LANGUAGES)}}}"


def begin(request: web.Request, *, in_english: bool = False) -> None:
    """Write what comes from here on in the language of whoever asks."""
    kept, accepts = request.cookies.get(COOKIE), request.headers.get("Accept-Language", "")
    if in_english:
        read_by(Reader())
        return
    # Without its query: what somebody put there by mistake, such as a code, is not written out again.
    read_by(reader_of(kept=kept, accepts=accepts, method=request.method, address=request.path))


async def choose(visit: Visit, request: web.Request) -> web.Response:
    """Answer GET /visit/language/de: for anybody; it changes nothing but this browser's choice."""
    response = pages.see_other(safe_back(request.query.get("back", "")))
    response.set_cookie(
        COOKIE,
        request.match_info["language"],
        max_age=YEAR,
        path="/",
        httponly=True,
        secure=visit.cookie.secure,
        samesite="Lax",
    )
    return response
