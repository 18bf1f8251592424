"""Signed-in browsers: begun, found by their cookie, confirmed, and ended. And who the owners are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from aiohttp import web

from proxy.core.errors import Conflict
from proxy.core.owners import (
    REMEMBERED,
    TOUCH_EVERY,
    Owner,
    OwnerSession,
    alive,
    mac,
    new_secret,
    same,
    session_key,
)
from proxy.core.ports import PASSING, Store
from proxy.owner.console import KNOWN_DAYS, Console
from proxy.owner.kept import Kept, change, read, read_all, write

SESSIONS: Final = f"{PASSING}owner-session"
OWNERS: Final = "owner"
_DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Begun:
    """A new session: the cookie's value, which is kept nowhere, and what is kept."""

    value: str
    session: OwnerSession


async def owners(store: Store) -> Sequence[Kept[Owner]]:
    """Give all owners. Raises StoreUnavailable."""
    return await read_all(store, OWNERS, Owner)


async def begin(
    console: Console,
    request: web.Request,
    *,
    owner: str,
    remembered: bool = False,
    strong: bool = False,
    stage: Literal["in", "set-up"] = "in",
    set_up: str = "",
    name: str = "",
) -> Begun:
    """Begin a session, always a new one, and end the one that this browser had."""
    await forget(console, request)
    await _sweep(console)
    now, seen = console.clock(), console.seen(request)
    session = OwnerSession(
        owner=owner,
        csrf=new_secret(console.random),
        created_at=now,
        used_at=now,
        confirmed_at=now,
        remembered=remembered,
        device=str(seen.get("device", "")),
        address=str(seen.get("address", "")),
        strong=strong,
        stage=stage,
        set_up=set_up,
        name=name,
    )
    value = new_secret(console.random)
    await write(console.store, SESSIONS, session_key(value), session, version=None)
    return Begun(value, session)


async def find(console: Console, request: web.Request) -> Kept[OwnerSession] | None:
    """Find the session of a request, and note that it is used."""
    value = request.cookies.get(console.cookie.name, "")
    found = await read(console.store, SESSIONS, session_key(value), OwnerSession) if value else None
    now = console.clock()
    if found is None or not alive(found.value, now):
        return None
    if now - found.value.used_at < TOUCH_EVERY:
        return found
    used = replace(found.value, used_at=now)
    try:
        version = await write(console.store, SESSIONS, found.key, used, version=found.version)
    except Conflict:
        # Another tab has noted it, or the session was ended a moment ago: then it counts no more.
        return await read(console.store, SESSIONS, found.key, OwnerSession)
    return Kept(found.key, used, version)


async def confirm(console: Console, key: str, *, strong: bool) -> None:
    """Note that the owner holds the device now; `strong` if that was shown by more than a passphrase."""
    now = console.clock()

    def step(known: OwnerSession | None) -> OwnerSession | None:
        if known is None:
            return None
        return replace(known, confirmed_at=now, used_at=now, strong=known.strong or strong)

    await change(console.store, SESSIONS, key, OwnerSession, step)


async def forget(console: Console, request: web.Request) -> None:
    """End the session of this browser, if it has one."""
    value = request.cookies.get(console.cookie.name, "")
    if value:
        await console.store.drop(SESSIONS, session_key(value))


async def of_owner(console: Console, owner: str) -> Sequence[Kept[OwnerSession]]:
    """Give the sessions of an owner that still count, the latest used first."""
    now = console.clock()
    found = await read_all(console.store, SESSIONS, OwnerSession)
    mine = [each for each in found if each.value.owner == owner and alive(each.value, now)]
    return sorted(mine, key=lambda each: -each.value.used_at)


async def end_all(store: Store, *, owner: str | None = None, but: str = "") -> int:
    """End the sessions of an owner, or of all; give how many. `but` names one that goes on."""
    found = await read_all(store, SESSIONS, OwnerSession)
    ended = [each for each in found if owner in (None, each.value.owner) and each.key != but]
    for each in ended:
        await store.drop(SESSIONS, each.key)
    return len(ended)


async def _sweep(console: Console) -> None:
    now = console.clock()
    for each in await read_all(console.store, SESSIONS, OwnerSession):
        if not alive(each.value, now):
            await console.store.drop(SESSIONS, each.key)


def with_cookie(console: Console, response: web.StreamResponse, begun: Begun) -> None:
    """Give the browser its session, and a mark by which it is known again when somebody guesses elsewhere."""
    _set(
        console,
        response,
        console.cookie.name,
        begun.value,
        max_age=REMEMBERED // 1000 if begun.session.remembered else None,
    )
    if begun.session.stage == "in":
        nonce = new_secret(console.random)
        mark = f"{nonce}.{mac(console.key, 'known', nonce)}"
        _set(console, response, _known_name(console), mark, max_age=KNOWN_DAYS * _DAY_SECONDS)


def without_cookie(console: Console, response: web.StreamResponse) -> None:
    """Take the session's cookie from the browser, and what it kept of our pages."""
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    response.del_cookie(
        console.cookie.name, path="/", httponly=True, secure=console.cookie.secure, samesite="Lax"
    )


def known_browser(console: Console, request: web.Request) -> str:
    """Give the name of a browser in which an owner has signed in before, or nothing."""
    nonce, _, sealed = request.cookies.get(_known_name(console), "").partition(".")
    return nonce if nonce and same(sealed, mac(console.key, "known", nonce)) else ""


def before_sign_in(console: Console, request: web.Request) -> str:
    """Give the value of the cookie that stands for a session while there is none; a new one if need be."""
    value = request.cookies.get(_before_name(console), "")
    return value if len(value) == len(new_secret(bytes)) else new_secret(console.random)


def kept_a_cookie(console: Console, request: web.Request) -> bool:
    """Say whether this browser sends back what a page gave it: without that nobody can sign in."""
    return _before_name(console) in request.cookies


def csrf_before(console: Console, value: str) -> str:
    """Give the CSRF token of a browser that has no session."""
    return mac(console.key, "csrf", value)


def with_before(console: Console, response: web.StreamResponse, value: str) -> None:
    """Give the browser what stands for a session while there is none."""
    _set(console, response, _before_name(console), value, max_age=None)


def _before_name(console: Console) -> str:
    return f"{console.cookie.name}-before"


def _known_name(console: Console) -> str:
    return f"{console.cookie.name}-known"


def _set(
    console: Console, response: web.StreamResponse, name: str, value: str, *, max_age: int | None
) -> None:
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path="/",
        httponly=True,
        secure=console.cookie.secure,
        samesite="Lax",
    )
