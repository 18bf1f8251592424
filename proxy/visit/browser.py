"""The browser's session: found by its cookie, begun, and ended so that nothing stays in this browser."""

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from proxy.core.grant import Grant
from proxy.core.ports import Session
from proxy.core.session import alive, needs_touch, session_key
from proxy.visit.visit import Visit

CLEAR = {"Clear-Site-Data": '"cache", "storage"'}
"""Not cookies: that would reach sibling hosts; ours is expired by its name."""
LEFT_OPEN: Final = "/visit/ended"
"""Where pages go that were left open."""
ZONE_COOKIE: Final = "zone"
"""Set by entry.js as somebody signs in: the name of this computer's time zone. It goes with the session."""
_LEFT: Final = "visit-left"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that counts, and its grant as it is now: it may have ended."""

    session: Session
    grant: Grant


async def signed_in(visit: Visit, request: web.Request, *, input_by_person: bool = False) -> SignedIn | None:
    """Find the session of a request; what a person did keeps it from falling idle."""
    found = await _holder(visit, cookie_value(visit, request))
    now = visit.clock()
    if found is not None and input_by_person and needs_touch(found.session, now):
        await visit.store.touch_session(found.session.key, now)
    return found


async def was_signed_in(visit: Visit, request: web.Request) -> SignedIn | None:
    """Find the session that this browser had until its access ended, a moment ago."""
    found = await _holder(visit, request.cookies.get(_LEFT, ""))
    return found if found is not None and found.grant.state(visit.clock()) == "ended" else None


async def _holder(visit: Visit, value: str) -> SignedIn | None:
    session = await visit.store.session(session_key(value)) if value else None
    if session is None or not alive(session, visit.clock()):
        return None
    grant = await visit.store.grant(session.grant)
    return None if grant is None else SignedIn(session, grant)


def cookie_value(visit: Visit, request: web.Request) -> str:
    """Give the value of our cookie, or nothing."""
    return request.cookies.get(visit.cookie.name, "")


async def forget(visit: Visit, request: web.Request) -> None:
    """End the session of this browser, if it has one."""
    value = cookie_value(visit, request)
    if value:
        await visit.store.drop_session(session_key(value))


def with_cookie(visit: Visit, response: web.Response, value: str) -> web.Response:
    """Give the browser its session: until it is closed, never longer than the store allows."""
    response.set_cookie(
        visit.cookie.name, value, path="/", httponly=True, secure=visit.cookie.secure, samesite="Lax"
    )
    return response


def as_it_ended(visit: Visit, request: web.Request, response: web.Response) -> web.Response:
    """Take the cookie from a browser whose access has ended; until it is closed, pages that it left open still learn how.

    The session of an ended grant opens nothing but that page. So it stays in the store until it is idle: else, of
    several pages that leave at once, the first would take the ending from the others.
    """
    value = cookie_value(visit, request)
    if value:
        response.set_cookie(
            _LEFT,
            value,
            path=LEFT_OPEN,
            httponly=True,
            secure=visit.cookie.secure,
            samesite="Lax",
        )
    return without_cookie(visit, response)


def without_cookie(visit: Visit, response: web.Response) -> web.Response:
    """Take the cookie from the browser, and what it kept of our pages."""
    response.headers.update(CLEAR)
    response.del_cookie(
        visit.cookie.name, path="/", httponly=True, secure=visit.cookie.secure, samesite="Lax"
    )
    response.del_cookie(ZONE_COOKIE, path="/visit", secure=visit.cookie.secure, samesite="Lax")
    return response
