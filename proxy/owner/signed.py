"""Who may see a page: `signed_in` wraps a handler, so that it runs for an owner only, and takes only our own forms."""

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import quote

from aiohttp import web

from proxy.core.owners import Owner, same
from proxy.owner import pages
from proxy.owner.confirming import unconfirmed
from proxy.owner.console import Console
from proxy.owner.forms import LARGEST, Fault, Form, read_form
from proxy.owner.kept import read
from proxy.owner.sessions import OWNERS, find, without_cookie
from proxy.owner.turn import Turn, safe_path
from proxy.owner.words import Said, _

SIGN_IN: Final = "/sign-in"
_SAFE: Final = ("GET", "HEAD")
OUT_OF_DATE: Final = Said(_("This page is out of date. Go back, reload it and try again."))

Page = Callable[[Turn], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def signed_in(
    console: Console, answer: Page, *, confirm: bool = False, share: bool = False, largest: int = LARGEST
) -> Handler:
    """Wrap a page: it runs only for an owner who is signed in, and for forms only from our own pages.

    With `confirm` a form is taken only within ten minutes of a confirmation; else the owner is asked for it first,
    and the form goes on by itself. `share` (for what gives or widens access) means `confirm`, and off this machine
    a second factor too. `largest` is how many bytes a form may have.
    """

    async def handler(request: web.Request) -> web.StreamResponse:
        turn = await _turn(console, request, largest)
        if isinstance(turn, web.Response):
            return turn
        if share and not console.may_share(turn.owner):
            return turn.page("second_factor.html", status=403)
        if request.method not in _SAFE and (confirm or share):
            asked = await unconfirmed(turn)
            if asked is not None:
                return asked
        return await answer(turn)

    return handler


async def _turn(console: Console, request: web.Request, largest: int) -> Turn | web.Response:
    """Find out who asks, and read the form if one was sent; else give the answer that is due."""
    form = (
        Form()
        if request.method in _SAFE
        else await read_form(request, origin=console.origin, largest=largest)
    )
    if isinstance(form, Fault):
        return not_taken(request, form)
    kept = await find(console, request)
    owner = await read(console.store, OWNERS, kept.value.owner, Owner) if kept else None
    if kept is None or owner is None or kept.value.stage != "in":
        return _nobody(console, request)
    if request.method not in _SAFE and not same(kept.value.csrf, form.get("csrf")):
        return not_taken(request, Fault(403, OUT_OF_DATE))
    return Turn(console, request, owner.value, kept, console.clock(), form)


def not_taken(request: web.Request, fault: Fault) -> web.Response:
    """Say why a form was not taken."""
    return pages.message(request, _("Not taken"), fault.said, status=fault.status)


def _nobody(console: Console, request: web.Request) -> web.Response:
    path = safe_path(request.path) if request.method == "GET" else "/"
    response = pages.see_other(SIGN_IN if path == "/" else f"{SIGN_IN}?next={quote(path)}")
    if console.cookie.name in request.cookies:
        without_cookie(console, response)
    return response
