"""What Nightscout's own pages need beside data: the pages and files themselves, and quiet answers to their questions.

Only for a signed-in browser whose view has pages. Each quiet answer follows from the policy alone.
"""

from typing import Final

import msgspec
from aiohttp import web

from proxy.core.doors import Door, Entrance
from proxy.core.neutral import profile_for
from proxy.core.pages import Page
from proxy.core.rewrite import with_first_words
from proxy.gate.body import Body
from proxy.gate.turn import Turn
from proxy.gate.words import rendered

NEEDED: Final = frozenset(
    {
        "/api/{v}/treatments",
        "/api/{v}/devicestatus",
        "/api/{v}/food/regular",
        "/api/{v}/profile",
        "/api/{v}/profile/current",
        "/api/{v}/profiles",
    }
)
"""Doors that a page asks whether or not they are shared, and without whose 200 it stops while rendering."""
_SWITCHES: Final = ("find[eventType]", "Profile Switch")


def entrance_of(page: Page) -> Entrance:
    """Give a page the form of a door, for the record."""
    return Entrance(Door(page.name, "page", "page", formats=("html",)), "html")


async def page_body(turn: Turn, page: Page) -> Body:
    """Give a page of Nightscout's, rewritten: nothing of the grant is in it, only the reader's language.

    Raises UpstreamError.
    """
    rewritten = await turn.gate.shelf.page(page)
    html = with_first_words(rewritten.html, rendered(turn.request, "without_scripts.html"))
    headers = {
        "Content-Security-Policy": rewritten.policy,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Body("text/html", html.encode(), query="page", headers=headers)


def stand_in(turn: Turn) -> Body | None:
    """Give what keeps a page alive where nothing is shared: the neutral profile, or no rows. None where rows are."""
    door, view = turn.entrance.door, turn.view
    if turn.session is None or door.name not in NEEDED:
        return None
    if door.collection not in view.lenses:
        return _nothing(turn)
    lens = view.lenses[door.collection]
    is_about_switches = door.collection == "treatments" and _SWITCHES in turn.asked.lenient_parameters()
    return _nothing(turn) if is_about_switches and _SWITCHES[1] not in (lens.types or ()) else None


def _nothing(turn: Turn) -> Body:
    profile = profile_for(turn.view) if turn.entrance.door.collection == "profile" else None
    if profile is None:
        return Body("application/json", b"[]", query="not shared")
    answer = profile if turn.entrance.door.use == "current" else [profile]
    return Body("application/json", msgspec.json.encode(answer), query="not shared")


def moved(path: str) -> web.Response:
    """Send a browser to the address at which a page's own links work."""
    return web.Response(status=301, headers={"Location": path, "Cache-Control": "private, no-store"})
