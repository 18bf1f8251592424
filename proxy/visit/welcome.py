"""The first page after link and PIN: is this your patient, what is shared and what is not, and what is noted of you.

Only who has both sees it. It shows no data; going on is a link, so it works without JavaScript.
"""

from typing import Final

from aiohttp import web

from proxy.visit import pages
from proxy.visit.browser import signed_in
from proxy.visit.home import HOME, nobody, show_end
from proxy.visit.visit import Visit

SUMMARY: Final = "/visit/summary"


async def welcome(visit: Visit, request: web.Request) -> web.Response:
    """Answer GET /visit/welcome."""
    found = await signed_in(visit, request, input_by_person=True)
    if found is None:
        return nobody(visit, request)
    if found.grant.state(visit.clock()) == "ended":
        return await show_end(visit, request, found.grant, status=401)
    return pages.page(
        "welcome.html",
        grant=found.grant,
        shared=await visit.shared(found.grant),
        csrf=found.session.csrf,
        left=found.grant.expires_at - visit.clock(),
        onward=HOME if visit.studies is None else SUMMARY,
        months=visit.kept_months,
    )
