"""Waiting for the owner's word: a clinic's computer that was scanned, and a first opening about which the owner is asked.

The browser holds a secret in a cookie; what its screen shows (an id as a square code, and a word) opens nothing. The
owner's yes counts once and for this browser only. Looking changes nothing: only the form lets in.
"""

from dataclasses import replace
from typing import Final, Literal

from aiohttp import web

from proxy.core.errors import Conflict, GrantEnded
from proxy.core.grant import Grant
from proxy.core.headers import CONTENT_SECURITY_POLICY
from proxy.core.ports import Document
from proxy.core.waiting import (
    LASTS,
    MINUTE,
    MOST_WAITING,
    WAITING,
    Waiting,
    decode,
    encode,
    hash_secret,
    is_browser,
    new_id,
    new_secret,
    new_word,
    read_ticket,
    ticket,
)
from proxy.locale.marked import _
from proxy.visit import pages
from proxy.visit.entering import let_in
from proxy.visit.entry import show_end_to_stranger, start_session
from proxy.visit.forms import Fault, read_form
from proxy.visit.visit import Visit

WAITING_PAGE: Final = "/visit/waiting"
_SECONDS: Final = max(LASTS.values()) // 1000
_POLLING: Final = {"Content-Security-Policy": f"{CONTENT_SECURITY_POLICY}; connect-src 'self'"}
_EVERYONE: Final = "all"


async def begin_pairing(visit: Visit, request: web.Request) -> web.Response:
    """Answer POST /visit/pairing: this browser waits to be scanned. Anybody can do it, so not many may at once."""
    form = await read_form(request, origin=visit.origin)
    if isinstance(form, Fault):
        return _not_taken(visit, request, form)
    if not visit.console_url:
        return pages.see_other("/visit")
    if not visit.pairings.take(_EVERYONE, visit.clock()) or await _sweep(visit) >= MOST_WAITING:
        return pages.message(
            _("One moment"),
            _("Many computers are waiting just now. Wait a minute, then try again."),
            status=429,
            request_id=visit.request_id(request),
        )
    return await _wait(visit, request, kind="pairing")


async def begin_waiting(visit: Visit, request: web.Request, grant: Grant, by: str) -> web.Response:
    """Let a browser wait whose PIN was right, because the owner wants to be asked."""
    await _sweep(visit)
    return await _wait(visit, request, kind="opening", grant=grant.id, by=by)


async def _wait(
    visit: Visit,
    request: web.Request,
    *,
    kind: Literal["pairing", "opening"],
    grant: str = "",
    by: str = "pairing",
) -> web.Response:
    seen, secret, name = visit.seen(request), new_secret(visit.random), new_id(visit.random)
    waiting = Waiting(
        kind,
        hash_secret(secret),
        new_word(visit.random),
        str(seen.get("device", "")),
        str(seen.get("address", "")),
        visit.clock(),
        grant,
        by,
    )
    key = f"{grant}/{name}" if grant else name
    await visit.store.put(WAITING, key, encode(waiting), version=None)
    response = pages.see_other(WAITING_PAGE)
    response.set_cookie(
        _cookie(visit),
        ticket(key, secret),
        max_age=_SECONDS,
        path="/",
        httponly=True,
        secure=visit.cookie.secure,
        samesite="Lax",
    )
    return response


async def waiting_page(visit: Visit, request: web.Request) -> web.Response:
    """Answer GET /visit/waiting."""
    found = await _found(visit, request)
    return pages.see_other("/visit") if found is None else _page(visit, *found)


def _page(visit: Visit, document: Document, waiting: Waiting, *, asked: bool = False) -> web.Response:
    """Render the page; `asked` if somebody pressed the button too early."""
    scan = f"{visit.console_url}/pair/{document.key}" if waiting.kind == "pairing" else ""
    return pages.page(
        "waiting.html",
        headers=_POLLING,
        kind=waiting.kind,
        word=waiting.word,
        scan=scan,
        qr=_qr(scan) if scan else "",
        minutes=max(1, (waiting.made_at + LASTS[waiting.kind] - visit.clock()) // MINUTE),
        asked=asked,
    )


async def waiting_state(visit: Visit, request: web.Request) -> web.Response:
    """Answer the page's own question whether it may go on. A no and a silence look alike."""
    found = await _found(visit, request)
    if found is None:
        return pages.json({"state": "gone"})
    return pages.json({"state": "ready" if _may_go_on(found[1]) else "waiting"})


async def go_on(visit: Visit, request: web.Request) -> web.Response:
    """Answer POST /visit/waiting: in, if the owner said yes; else the page again."""
    form = await read_form(request, origin=visit.origin)
    if isinstance(form, Fault):
        return _not_taken(visit, request, form)
    found = await _found(visit, request)
    if found is None:
        return _too_late(visit, request)
    if not _may_go_on(found[1]):
        return _page(visit, *found, asked=True)
    response = await _claim(visit, request, *found)
    response.del_cookie(_cookie(visit), path="/", httponly=True, secure=visit.cookie.secure, samesite="Lax")
    return response


async def handed_page(_visit: Visit, _request: web.Request) -> web.Response:
    """Answer GET /visit/handed: what stands behind the `#`, the page's script sends."""
    return pages.page("handed.html")


async def handed(visit: Visit, request: web.Request) -> web.Response:
    """Answer POST /visit/handed: the owner comes from the console, to look or to hand over this device."""
    form = await read_form(request, origin=visit.origin)
    if isinstance(form, Fault):
        return _not_taken(visit, request, form)
    found = await _known(visit, form.get("ticket", ""))
    if found is None or not _may_go_on(found[1]):
        return _too_late(visit, request)
    return await _claim(visit, request, *found)


def _may_go_on(waiting: Waiting) -> bool:
    return waiting.answer == "yes" and bool(waiting.grant)


async def _claim(visit: Visit, request: web.Request, document: Document, waiting: Waiting) -> web.Response:
    """Use the owner's yes up, and only then let the browser in."""
    try:
        await visit.store.put(
            WAITING, document.key, encode(replace(waiting, claimed=True)), version=document.version
        )
    except Conflict:
        return _too_late(visit, request)
    await visit.store.drop(WAITING, document.key)
    try:
        grant = await let_in(visit, request, waiting.grant, waiting.by)
    except GrantEnded:
        ended = await visit.store.grant(waiting.grant)
        return _too_late(visit, request) if ended is None else show_end_to_stranger(visit, ended)
    return await start_session(visit, request, grant)


async def _found(visit: Visit, request: web.Request) -> tuple[Document, Waiting] | None:
    return await _known(visit, request.cookies.get(_cookie(visit), ""))


async def _known(visit: Visit, sent: str) -> tuple[Document, Waiting] | None:
    parts = read_ticket(sent)
    document = await visit.store.document(WAITING, parts[0]) if parts else None
    if parts is None or document is None:
        return None
    waiting = decode(document.body)
    return (document, waiting) if is_browser(waiting, parts[1]) and waiting.counts(visit.clock()) else None


async def _sweep(visit: Visit) -> int:
    """Forget who waits no more; give how many do."""
    left = 0
    for each in await visit.store.documents(WAITING):
        if decode(each.body).counts(visit.clock()):
            left += 1
        else:
            await visit.store.drop(WAITING, each.key)
    return left


def _cookie(visit: Visit) -> str:
    return f"{visit.cookie.name}-waiting"


def _qr(text: str) -> str:
    import segno  # noqa: PLC0415 - only this page needs it

    svg: str = segno.make(text, error="m", micro=False).svg_inline(
        scale=6, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )
    return svg


def _too_late(visit: Visit, request: web.Request) -> web.Response:
    return pages.message(
        _("Too late"),
        _("This counts for a few minutes and once. Go to the start page and begin again."),
        status=401,
        request_id=visit.request_id(request),
    )


def _not_taken(visit: Visit, request: web.Request, fault: Fault) -> web.Response:
    return pages.message(
        _("Not taken"), fault.message, status=fault.status, request_id=visit.request_id(request)
    )
