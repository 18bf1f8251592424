"""The language of the console: what an owner chose in this browser, else what the browser asks for."""

from typing import Final
from urllib.parse import quote

from aiohttp import web

from proxy.locale.catalogues import LANGUAGES
from proxy.locale.reader import YEAR, read_by, reader_of, safe_back
from proxy.owner import pages
from proxy.owner.console import Console
from proxy.owner.turn import safe_path

COOKIE: Final = "console-language"
"""A word such as `de`: no data of anybody, and not that of the clinicians' pages."""


def begin(request: web.Request) -> None:
    """Write what comes from here on in the language of whoever asks."""
    kept, accepts = request.cookies.get(COOKIE), request.headers.get("Accept-Language", "")
    # Of a query only the page that waits behind the sign-in is kept.
    onward = safe_path(request.query.get("next", ""))
    address = request.path if onward == "/" else f"{request.path}?next={quote(onward)}"
    read_by(reader_of(kept=kept, accepts=accepts, method=request.method, address=address))


def routes(console: Console) -> list[web.RouteDef]:
    """List the address of this file: a link, for anybody, that changes nothing but this browser's choice."""

    async def choose(request: web.Request) -> web.Response:
        response = pages.see_other(safe_back(request.query.get("back", "")))
        chosen = request.match_info["language"]
        secure = console.cookie.secure
        response.set_cookie(
            COOKIE, chosen, max_age=YEAR, path="/", httponly=True, secure=secure, samesite="Lax"
        )
        return response

    return [web.get(f"/language/{{language:{'|'.join(LANGUAGES)}}}", choose)]
