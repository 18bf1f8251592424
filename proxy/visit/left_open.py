"""Where pages go that were left open: all that leave soon show how the access ended, later ones that it did."""

from typing import Final

from aiohttp import web

from proxy.locale.marked import _
from proxy.visit import pages
from proxy.visit.browser import signed_in, was_signed_in, without_cookie
from proxy.visit.home import home, show_end
from proxy.visit.visit import Visit

_TITLE: Final = _("This access has ended here")
_TEXT: Final = _(
    "It was ended, its time is over, or nobody used this computer for a while. "
    "Open the link again, or type the visit code: if it has ended, that page says how and when. "
    "Only they can give more then: ask the person who shared with you for a new link."
)


async def ended(visit: Visit, request: web.Request) -> web.Response:
    """Answer GET /visit/ended: as /visit/home, but who has no session any more is told so, and not asked for a code.

    The first page to come takes the session's cookie along, and leaves one for the others by which they are known.
    """
    if await signed_in(visit, request) is not None:
        return await home(visit, request)
    before = await was_signed_in(visit, request)
    if before is not None:
        return await show_end(visit, request, before.grant, status=401)
    told = pages.message(_TITLE, _TEXT, status=401, request_id=visit.request_id(request))
    return without_cookie(visit, told)
