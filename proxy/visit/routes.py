"""The addresses of the clinician's own pages."""

from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from aiohttp import web

from proxy.core.errors import ChaperoneError
from proxy.locale.marked import _
from proxy.visit import asking, entry, home, language, left_open, pages, pairing, reading, welcome
from proxy.visit.browser import LEFT_OPEN
from proxy.visit.visit import Visit

log = structlog.get_logger("visit")

_LATER: Final = _("This can't be shown just now. Wait a moment and try again; nothing was lost.")

Page = Callable[[Visit, web.Request], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def routes(visit: Visit) -> list[web.RouteDef]:
    """List the pages under /visit, and `/` for those who have not signed in."""
    return [
        web.get("/", front_door(visit)),
        web.get("/visit", _guarded(visit, entry.entry_page)),
        web.post("/visit", _guarded(visit, _sign_in)),
        web.post("/visit/pairing", _guarded(visit, pairing.begin_pairing)),
        web.get(pairing.WAITING_PAGE, _guarded(visit, pairing.waiting_page)),
        web.post(pairing.WAITING_PAGE, _guarded(visit, pairing.go_on)),
        web.get(f"{pairing.WAITING_PAGE}/state", _guarded(visit, pairing.waiting_state, for_programs=True)),
        web.get("/visit/handed", _guarded(visit, pairing.handed_page)),
        web.post("/visit/handed", _guarded(visit, pairing.handed)),
        web.get("/visit/welcome", _guarded(visit, welcome.welcome)),
        web.get("/visit/home", _guarded(visit, home.home)),
        web.post(asking.ASKING, _guarded(visit, asking.ask)),
        web.get(f"{asking.ASKING}/state", _guarded(visit, asking.ask_state, for_programs=True)),
        web.get("/visit/summary", _guarded(visit, reading.summary)),
        web.get("/visit/summary.txt", _guarded(visit, reading.as_text)),
        web.get("/visit/summary/day/{day}", _guarded(visit, reading.day)),
        web.get(f"{reading.FILES}/{{kind}}", _guarded(visit, reading.file)),
        web.post("/visit/close", _guarded(visit, home.close)),
        web.get("/visit/closed", _guarded(visit, home.closed)),
        web.get(LEFT_OPEN, _guarded(visit, left_open.ended)),
        web.post("/visit/finish", _guarded(visit, home.finish)),
        web.get(language.ROUTE, _guarded(visit, language.choose)),
        web.get("/visit/whoami", _guarded(visit, home.whoami, for_programs=True)),
        *pages.files(),
    ]


async def _sign_in(visit: Visit, request: web.Request) -> web.Response:
    return await entry.sign_in(visit, request, pairing.begin_waiting)


def front_door(visit: Visit) -> Handler:
    """Give the handler of `/`, for an app that has more behind it once somebody has signed in."""
    return _guarded(visit, entry.front_door)


def _guarded(visit: Visit, answer: Page, *, for_programs: bool = False) -> Handler:
    """Wrap a page."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        language.begin(request)
        try:
            return await answer(visit, request)
        except ChaperoneError as error:
            request_id = visit.request_id(request)
            log.warning("visit_unavailable", reason=error.reason, request_id=request_id)
            if for_programs:
                return pages.refusal(error.reason, _LATER, status=error.status, request_id=request_id)
            return pages.message(_("One moment"), _LATER, status=error.status, request_id=request_id)

    return guarded
