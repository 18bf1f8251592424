"""After signing in: what is shared and until when, and the two ways to end."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import web

from proxy.core.errors import GrantEnded, StoreUnavailable, TokenError
from proxy.core.grant import Grant
from proxy.core.record import Draft
from proxy.core.session import is_csrf_of
from proxy.locale.marked import _
from proxy.visit import pages
from proxy.visit.asked import asking_of
from proxy.visit.browser import SignedIn, as_it_ended, cookie_value, forget, signed_in, without_cookie
from proxy.visit.entry import ended_at, show_entry
from proxy.visit.forms import Fault, read_form
from proxy.visit.moments import iso
from proxy.visit.strip import strip_words
from proxy.visit.visit import Shared, Visit

HOME = "/visit/home"
CLOSED = "/visit/closed"
COPIES = ("copies_deleted", "copies_filed")
"""What a clinician may tick as they end access: it is on the log's last line."""


async def home(visit: Visit, request: web.Request) -> web.Response:
    """Answer GET /visit/home."""
    found = await signed_in(visit, request, input_by_person=True)
    if found is None:
        return nobody(visit, request)
    if found.grant.state(visit.clock()) == "ended":
        return await show_end(visit, request, found.grant, status=401)
    asking = await asking_of(visit, found.grant, HOME)
    return pages.page(
        "home.html",
        headers=asking.headers,
        asking=asking,
        grant=found.grant,
        shared=await visit.shared(found.grant),
        csrf=found.session.csrf,
        address=visit.origin,
        left=found.grant.expires_at - visit.clock(),
        summary=visit.studies is not None,
    )


async def close(visit: Visit, request: web.Request) -> web.Response:
    """Answer POST /visit/close: end this browser's session, not the grant."""
    sent = await sent_here(visit, request)
    if isinstance(sent, web.Response):
        return sent
    # On a computer that others use, the session goes even if the log can't tell of it: sealed, or out of reach.
    with suppress(GrantEnded, StoreUnavailable):
        await visit.store.append(sent.by.grant.id, visit.draft(request, "closed", visit.clock()))
    await forget(visit, request)
    return without_cookie(visit, pages.see_other(CLOSED))


async def closed(_visit: Visit, _request: web.Request) -> web.Response:
    """Answer GET /visit/closed: the page that is left on the screen of a shared computer."""
    return pages.page("closed.html")


async def finish(visit: Visit, request: web.Request) -> web.Response:
    """Answer POST /visit/finish: end the grant, everywhere and for good."""
    sent = await sent_here(visit, request)
    if isinstance(sent, web.Response):
        return sent
    found = sent.by
    if found.grant.state(visit.clock()) == "ended":
        return await show_end(visit, request, found.grant, status=401)
    now = visit.clock()
    said = {key: True for key in COPIES if sent.form.get(key) == "yes"}
    record = visit.draft(request, "ended", now, ending="finished", by="clinician", **said)
    try:
        grant = await visit.store.end(found.grant.id, "finished", record)
    except GrantEnded:
        grant = await visit.store.grant(found.grant.id) or found.grant
    return await show_end(visit, request, grant, status=200, said=tuple(said))


async def whoami(visit: Visit, request: web.Request) -> web.Response:
    """Answer GET /visit/whoami: what the holder of a session or token may see, and until when. ISO 8601 in UTC."""
    try:
        by_token = await visit.holder(request)
    except TokenError as error:
        return _refusal(visit, request, error.status, error.reason, "No access, or it has ended.")
    # The strip on Nightscout's pages says so when a person did something there.
    found = await signed_in(visit, request, input_by_person=request.query_string == "input")
    if found is not None and by_token is not None and found.grant.id != by_token.id:
        return _refusal(visit, request, 403, "other_visit", "Another visit was opened in this browser.")
    grant = by_token or (found.grant if found else None)
    if grant is None or grant.state(visit.clock()) == "ended":
        return _refusal(visit, request, 401, "no_access", "No access, or it has ended.")
    shared = await visit.shared(grant)
    about = _about(visit, grant, shared)
    if found is None:
        return pages.json(about)
    # Only to the browser that holds the session, and to no other origin: with it the strip closes the session.
    words = strip_words(shared, grant.clinician, days=grant.days, preview=grant.kind == "preview")
    return pages.json(about | {"csrf": found.session.csrf, "strip": words})


def _about(visit: Visit, grant: Grant, shared: Shared) -> dict[str, object]:
    return {
        "grant_id": grant.id,
        "clinician": grant.clinician,
        "preview": grant.kind == "preview",
        "whose": shared.whose,
        "policy": {"name": grant.policy_name, "title": shared.title, "hash": grant.policy_hash},
        "shared": shared.shown,
        "not_shared": shared.withheld,
        "parts": shared.parts,
        "window": {"days": grant.days, "live": shared.live},
        "pages": shared.pages,
        "state": grant.state(visit.clock()),
        "opens_at": iso(grant.opens_at),
        "opened_at": None if grant.opened_at is None else iso(grant.opened_at),
        "expires_at": iso(grant.expires_at),
        "address": visit.origin,
    }


@dataclass(frozen=True, slots=True)
class Sent:
    """A form of our own page, and whose session sent it."""

    by: SignedIn
    form: Mapping[str, str]


async def sent_here(visit: Visit, request: web.Request) -> Sent | web.Response:
    """Check a change of state: from our own page, in a session, with that session's token."""
    form = await read_form(request, origin=visit.origin)
    if isinstance(form, Fault):
        return _message(visit, request, form)
    found = await signed_in(visit, request)
    if found is None:
        return nobody(visit, request)
    if not is_csrf_of(found.session, form.get("csrf", "")):
        return _message(
            visit,
            request,
            Fault(403, "csrf", _("This page is out of date. Go back, reload it and try again.")),
        )
    return Sent(found, form)


def _message(visit: Visit, request: web.Request, fault: Fault) -> web.Response:
    return pages.message(
        _("Not taken"), fault.message, status=fault.status, request_id=visit.request_id(request)
    )


def nobody(visit: Visit, request: web.Request) -> web.Response:
    """Answer who has no session here: the entry page."""
    if not cookie_value(visit, request):
        return (
            pages.see_other("/visit") if request.method == "GET" else show_entry(status=401, why="signed_out")
        )
    return without_cookie(visit, show_entry(status=401, why="signed_out"))


async def show_end(
    visit: Visit, request: web.Request, grant: Grant, *, status: int, said: Sequence[str] = ()
) -> web.Response:
    """Show the end, with the check number, and take this browser's cookie. `said` was ticked just now."""
    sealed = await _sealed(visit, grant)
    response = pages.page(
        "ended.html",
        status=status,
        grant=sealed,
        how=sealed.how_it_ended(visit.clock()),
        at=ended_at(sealed),
        sealed=True,
        said=said,
        signature=visit.signed(sealed),
    )
    return as_it_ended(visit, request, response)


async def _sealed(visit: Visit, grant: Grant) -> Grant:
    """Seal what ended by the clock: only then is its check number the last one."""
    if grant.ended_at is not None:
        return grant
    return await visit.store.end(grant.id, "expired", Draft("ended", grant.expires_at, {"ending": "expired"}))


def _refusal(visit: Visit, request: web.Request, status: int, reason: str, text: str) -> web.Response:
    return pages.refusal(reason, text, status=status, request_id=visit.request_id(request))
