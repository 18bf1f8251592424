"""The entry page and its form: link or code, and PIN."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import structlog
from aiohttp import web

from proxy.core.codes import read_code, read_link
from proxy.core.grant import Grant
from proxy.core.session import new_session
from proxy.locale.marked import _
from proxy.visit import ahead, pages, reading
from proxy.visit.browser import forget, signed_in, with_cookie
from proxy.visit.entering import Entered, Refused, Waits, Why, enter
from proxy.visit.forms import Fault, read_form
from proxy.visit.visit import Visit

log = structlog.get_logger("visit")

HOME: Final = "/visit/home"
SUMMARY: Final = "/visit/summary"
WELCOME: Final = "/visit/welcome"

_STATUS: Final[Mapping[Why, int]] = {
    "unknown": 401,
    "slow_down": 429,
    "ended": 401,
    "not_yet": 403,
    "not_a_pin": 401,
    "busy": 429,
    "wrong_pin": 401,
    "entry_closed": 403,
}


async def front_door(visit: Visit, request: web.Request) -> web.StreamResponse:
    """Answer `/`: the entry page, Nightscout's dashboard, or the way to what is open in this browser."""
    found = await signed_in(visit, request)
    if found is None:
        return show_entry(pairing=bool(visit.console_url))
    is_open = found.grant.state(visit.clock()) == "open"
    if visit.dashboard is None or not is_open or not visit.describe(found.grant).pages:
        return pages.see_other(first_page(visit))
    return await visit.dashboard(request)


async def entry_page(visit: Visit, request: web.Request) -> web.Response:
    """Answer GET /visit. Looking spends nothing and shows nothing: what a link holds, only the browser knows."""
    # While the PIN is typed.
    asyncio.get_running_loop().run_in_executor(None, reading.load)
    inside = await signed_in(visit, request) is not None
    return show_entry(inside=inside, pairing=bool(visit.console_url))


def show_entry(
    *,
    status: int = 200,
    why: str = "",
    grant: Grant | None = None,
    tries_left: int = 0,
    inside: bool = False,
    link: str = "",
    code: str = "",
    pairing: bool = False,
) -> web.Response:
    """Render the entry page; `link` and `code` come back to whoever sent them, once read as such.

    With `pairing` it offers a square code to be scanned by who shares.
    """
    return pages.page(
        "entry.html",
        status=status,
        headers={"Retry-After": "10"} if status == web.HTTPTooManyRequests.status_code else None,
        why=why,
        opens_at=grant.opens_at if grant else 0,
        tries_left=tries_left,
        inside=inside,
        link=link,
        code=code,
        pairing=pairing,
    )


Waiter = Callable[[Visit, web.Request, Grant, str], Awaitable[web.Response]]


async def sign_in(visit: Visit, request: web.Request, wait: Waiter) -> web.Response:
    """Answer POST /visit. `wait` takes who has the right PIN while the owner is asked."""
    form = await read_form(request, origin=visit.origin)
    if isinstance(form, Fault):
        return pages.message(
            _("Not taken"), form.message, status=form.status, request_id=visit.request_id(request)
        )
    outcome = await enter(visit, request, form)
    if isinstance(outcome, Entered):
        log.info("signed_in", grant=outcome.grant.id, request_id=visit.request_id(request))
        return await start_session(visit, request, outcome.grant)
    if isinstance(outcome, Waits):
        return await wait(visit, request, outcome.grant, outcome.by)
    log.info("not_signed_in", why=outcome.why, request_id=visit.request_id(request))
    if outcome.why == "ended" and outcome.grant is not None:
        return show_end_to_stranger(visit, outcome.grant)
    return _try_again(form, outcome)


def show_end_to_stranger(visit: Visit, grant: Grant) -> web.Response:
    """Tell who has only the link or code that the share has ended, how and when; the log's size is not for them."""
    return pages.page(
        "ended.html",
        status=401,
        grant=grant,
        how=grant.how_it_ended(visit.clock()),
        at=ended_at(grant),
        sealed=False,
        said=(),
    )


def ended_at(grant: Grant) -> int:
    """Give the moment of the ending, sealed or by the clock."""
    return grant.expires_at if grant.ended_at is None else grant.ended_at


async def start_session(visit: Visit, request: web.Request, grant: Grant) -> web.Response:
    """Sign this browser in."""
    # Always a new value: one that was planted in this browser before signing in stays worthless.
    await forget(visit, request)
    value, session = new_session(grant.id, now=visit.clock(), random=visit.random)
    await visit.store.add_session(session)
    ahead.begin(visit, grant)
    return with_cookie(visit, pages.see_other(WELCOME), value)


def first_page(visit: Visit) -> str:
    """Give the page with which somebody goes on who has signed in."""
    return HOME if visit.studies is None else SUMMARY


def _try_again(form: Mapping[str, str], refused: Refused) -> web.Response:
    typed = form.get("code", "").strip()
    secret = read_link(typed or form.get("link", ""))
    return show_entry(
        status=_STATUS[refused.why],
        why=refused.why,
        grant=refused.grant,
        tries_left=refused.tries_left,
        # A secret that opens nothing is dropped, so that the page asks for the code.
        link=secret if secret and refused.grant else "",
        code=read_code(typed) or "",
    )
