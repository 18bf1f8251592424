"""The browser's session: found by its cookie, begun, and ended so that nothing stays in this browser."""

from dataclasses import dataclass

from aiohttp import web

from proxy.core.grant import Grant
from proxy.core.ports import Session
from proxy.core.session import alive, needs_touch, session_key
from proxy.visit.visit import Visit

CLEAR = {"Clear-Site-Data": '"cache", "storage"'}
"""Not cookies: that would reach sibling hosts; ours is expired by its name."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that counts, and its grant as it is now: it may have ended."""

    session: Session
    grant: Grant


async def signed_in(visit: Visit, request: web.Request, *, input_by_person: bool = False) -> SignedIn | None:
    """Find the session of a request; what a person did keeps it from falling idle."""
    value = cookie_value(visit, request)
    session = await visit.store.session(session_key(value)) if value else None
    now = visit.clock()
    if session is None or not alive(session, now):
        return None
    grant = await visit.store.grant(session.grant)
    if grant is None:
        return None
    if input_by_person and needs_touch(session, now):
        await visit.store.touch_session(session.key, now)
    return SignedIn(session, grant)


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


def without_cookie(visit: Visit, response: web.Response) -> web.Response:
    """Take the cookie from the browser, and what it kept of our pages."""
    response.headers.update(CLEAR)
    response.del_cookie(
        visit.cookie.name, path="/", httponly=True, secure=visit.cookie.secure, samesite="Lax"
    )
    return response
