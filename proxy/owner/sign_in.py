"""Signing in: by passkey, or by name, passphrase and code. Every wrong way gets the same answer, at the same pace."""

from typing import Any, Final

from aiohttp import web

from proxy.core.owners import Owner, same
from proxy.owner import pages
from proxy.owner.console import Console
from proxy.owner.forms import Fault, Form, read_form
from proxy.owner.guessing import may_try, was_right
from proxy.owner.means import How, by_name, has_passphrase, spend_code, used_passkey
from proxy.owner.passkeys import get_options, proved
from proxy.owner.sessions import (
    before_sign_in,
    begin,
    csrf_before,
    find,
    forget,
    kept_a_cookie,
    owners,
    with_before,
    with_cookie,
    without_cookie,
)
from proxy.owner.signed import OUT_OF_DATE, not_taken, signed_in
from proxy.owner.turn import Turn, safe_path
from proxy.owner.words import Said, _

_WRONG: Final = Said(
    _("That did not work. Check name, passphrase and code, then try again. A code counts once.")
)
_WRONG_PASSKEY: Final = Said(_("This passkey does not open this console. Try another, or the passphrase."))
_NO_COOKIE: Final = Said(
    _(
        "This browser keeps no cookies here, and without them nobody can sign in. Allow cookies for this address, then open this page again."
    )
)
WAIT: Final = Said(_("There were several wrong tries. Wait a few minutes, then try again."))


def routes(console: Console) -> list[web.RouteDef]:
    """List the addresses of this file."""

    async def show(request: web.Request) -> web.StreamResponse:
        return await _show(console, request)

    async def by_passphrase(request: web.Request) -> web.StreamResponse:
        return await _by_passphrase(console, request)

    async def by_passkey(request: web.Request) -> web.StreamResponse:
        return await _by_passkey(console, request)

    return [
        web.get("/sign-in", show),
        web.post("/sign-in", by_passphrase),
        web.post("/sign-in/passkey", by_passkey),
        web.post("/sign-out", signed_in(console, _sign_out)),
    ]


async def _show(console: Console, request: web.Request) -> web.Response:
    following = safe_path(request.query.get("next", "/"))
    found = await find(console, request)
    if found is not None and found.value.stage == "in":
        return pages.see_other(following)
    return _page(console, request, following)


def page_before(
    console: Console,
    request: web.Request,
    template: str,
    *,
    status: int = 200,
    fault: Said | None = None,
    **values: object,
) -> web.Response:
    """Render a page for a browser that is not signed in, with a CSRF token and what a passkey is asked."""
    browser = before_sign_in(console, request)
    response = pages.page(
        request,
        template,
        status=status,
        headers={"Retry-After": "60"} if status == web.HTTPTooManyRequests.status_code else None,
        fault=fault,
        csrf=csrf_before(console, browser),
        passkey=get_options(console, "sign-in", browser) if console.takes_passkeys else "",
        **values,
    )
    with_before(console, response, browser)
    return response


async def form_before(console: Console, request: web.Request) -> Form | web.Response:
    """Read a form of a browser that is not signed in, from our own page."""
    form = await read_form(request, origin=console.origin)
    if isinstance(form, Fault):
        return not_taken(request, form)
    if not same(form.get("csrf"), csrf_before(console, before_sign_in(console, request))):
        return not_taken(request, Fault(403, OUT_OF_DATE if kept_a_cookie(console, request) else _NO_COOKIE))
    return form


async def _by_passphrase(console: Console, request: web.Request) -> web.Response:
    form = await form_before(console, request)
    if isinstance(form, web.Response):
        return form
    taken = await may_try(console, request, form.get("name").casefold())
    if taken is None:
        return _again(console, request, form, WAIT, status=429)
    owner = await by_name(console, form.get("name"))
    how = await _checked(console, owner, form)
    if owner is None or how is None:
        await console.note(request, "sign-in refused", who=owner.name if owner else None, how="passphrase")
        return _again(console, request, form, _WRONG, status=401)
    await was_right(console, taken)
    return await _let_in(console, request, owner, form, how=how)


async def _checked(console: Console, owner: Owner | None, form: Form) -> str | None:
    """Check passphrase and code. A code is used up only beside a right passphrase."""
    right = await has_passphrase(console, owner, form.raw("passphrase"))
    if owner is None or not right or not owner.passphrase:
        return None
    if not owner.totp:
        return "passphrase"
    how: How | None = await spend_code(console, owner, form.get("code"))
    return None if how is None else f"passphrase and {how}"


async def _by_passkey(console: Console, request: web.Request) -> web.Response:
    form = await form_before(console, request)
    if isinstance(form, web.Response):
        return form
    browser = before_sign_in(console, request)
    there = [each.value for each in await owners(console.store)]
    proof = await proved(console, form.get("credential"), "sign-in", browser, there)
    if proof is None or not await used_passkey(console, proof):
        # Not on record: without a passkey of ours anyone could fill the disk with these.
        return _again(console, request, form, _WRONG_PASSKEY, status=401)
    return await _let_in(console, request, proof.owner, form, how="passkey")


async def _let_in(
    console: Console, request: web.Request, owner: Owner, form: Form, *, how: str
) -> web.Response:
    await console.note(request, "sign-in", who=owner.name, how=how, remembered="remember" in form)
    strong = how != "passphrase"
    begun = await begin(console, request, owner=owner.id, remembered="remember" in form, strong=strong)
    response = pages.see_other(safe_path(form.get("next", "/")))
    with_cookie(console, response, begun)
    return response


def _again(console: Console, request: web.Request, form: Form, fault: Said, *, status: int) -> web.Response:
    following = safe_path(form.get("next", "/"))
    return _page(console, request, following, status=status, fault=fault)


def _page(console: Console, request: web.Request, following: str, **said: Any) -> web.Response:
    values = {**said, "following": following, "command": console.command}
    return page_before(console, request, "sign_in.html", **values)


async def _sign_out(turn: Turn) -> web.Response:
    await turn.note("sign-out")
    await forget(turn.console, turn.request)
    response = pages.see_other("/sign-in")
    without_cookie(turn.console, response)
    return response
