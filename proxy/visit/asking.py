"""Ask for more: a button, no free text, one question at a time. The answer shows on the page; a no never does."""

import re
from typing import Final

from aiohttp import web

from proxy.core.ask import ASK, asked, encode, mark, told
from proxy.core.errors import Conflict, GrantEnded
from proxy.core.grant import Grant
from proxy.locale.marked import _
from proxy.visit import pages
from proxy.visit.asked import last_ask
from proxy.visit.browser import signed_in
from proxy.visit.home import HOME, Sent, sent_here, show_end
from proxy.visit.visit import Visit

ASKING: Final = "/visit/ask"
_BACK: Final = re.compile(r"/visit/(?:home|summary(?:\?[a-z0-9=&]{0,80})?)", re.ASCII)
_NOT_OFFERED: Final = _("This can't be asked for here. Go back and reload the page.")
_TOO_MANY: Final = _("Too many requests in a short time. Wait a moment, then try again.")


async def ask(visit: Visit, request: web.Request) -> web.Response:
    """Answer POST /visit/ask. The answer is the page again, whatever the owner says or has said."""
    sent = await sent_here(visit, request)
    if isinstance(sent, web.Response):
        return sent
    grant = sent.by.grant
    if grant.state(visit.clock()) == "ended":
        return await show_end(visit, request, grant, status=401)
    # Each question and each refusal is a record, and the disk is not endless.
    if not visit.entries.take(f"{ASKING} {grant.id}", visit.clock()):
        return pages.message(_("One moment"), _TOO_MANY, status=429, request_id=visit.request_id(request))
    try:
        return await _taken(visit, request, sent)
    except GrantEnded:
        ended = await visit.store.grant(grant.id) or grant
        return await show_end(visit, request, ended, status=401)


async def _taken(visit: Visit, request: web.Request, sent: Sent) -> web.Response:
    grant, wish = sent.by.grant, sent.form.get("ask", "")
    if wish not in visit.describe(grant).asks:
        refused = visit.draft(
            request, "refusal", visit.clock(), door=ASKING, status=403, reason="not_offered"
        )
        await visit.store.append(grant.id, refused)
        return pages.message(_("Not taken"), _NOT_OFFERED, status=403, request_id=visit.request_id(request))
    await _keep(visit, request, grant, wish)
    back = sent.form.get("back", "")
    return pages.see_other(f"{back if _BACK.fullmatch(back) else HOME}#asking")


async def _keep(visit: Visit, request: web.Request, grant: Grant, wish: str) -> None:
    """Put a question where the owner finds it; nothing is done if one waits already, or there were too many."""
    known, now = await last_ask(visit, grant), visit.clock()
    question = asked(known[1] if known else None, wish, now)
    if question is None:
        return
    # First the record, then the question: an answer can't come before it. Two tabs at once: both are on record,
    # and one of them is asked.
    await visit.store.append(grant.id, visit.draft(request, "asked", now, asked=wish))
    try:
        await visit.store.put(ASK, grant.id, encode(question), version=known[0].version if known else None)
    except Conflict:
        return


async def ask_state(visit: Visit, request: web.Request) -> web.Response:
    """Answer the page's own question whether there is something new to show."""
    found = await signed_in(visit, request)
    if found is None or found.grant.state(visit.clock()) == "ended":
        return pages.json({"mark": ""})
    known = await last_ask(visit, found.grant)
    return pages.json({"mark": mark(found.grant, told(known[1] if known else None, visit.clock()))})
