"""After sharing: link, code and PIN, shown this once; and the share's own page, which can show them no more."""

import asyncio
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from proxy.core.codes import hash_pin, new_pin
from proxy.core.errors import GrantEnded, PolicyError
from proxy.core.grant import Grant
from proxy.core.policyfile import parse
from proxy.core.record import Draft
from proxy.owner import pages
from proxy.owner.app_page import qr
from proxy.owner.console import Console
from proxy.owner.giving import Share
from proxy.owner.share_form import Asked, Way
from proxy.owner.share_opening import asks_first, waiting_for
from proxy.owner.signed import signed_in
from proxy.owner.turn import Turn
from proxy.owner.words import Said, _

_GONE: Final = Said(_("There is no such share, or it has ended."))


@dataclass(frozen=True, slots=True)
class Once:
    """What is shown once and kept nowhere. Empty texts are not shown."""

    link: str = ""
    code: str = ""
    pin: str = ""
    token: str = ""
    qr: str = ""

    def __repr__(self) -> str:
        # The secrets must not come out of a traceback or a log line.
        return "Once(…)"


def routes(console: Console) -> list[web.RouteDef]:
    """List the addresses of this file."""
    return [
        web.get("/share/{grant}", signed_in(console, _show)),
        web.get("/share/{grant}/state", signed_in(console, _state)),
        web.post("/share/{grant}/pin", signed_in(console, _new_pin, share=True)),
    ]


async def shown(turn: Turn, given: Share, asked: Asked) -> web.Response:
    """Show a new share with its secrets, in the way that was asked for."""
    minted = given.minted
    once = Once(minted.link, minted.code, minted.passcode, given.token, qr(minted.link))
    return await _page(turn, minted.grant, once, way=asked.way)


async def _show(turn: Turn) -> web.Response:
    grant = await found(turn)
    return _no_such(turn) if grant is None else await _page(turn, grant, Once())


async def _page(turn: Turn, grant: Grant, once: Once, *, way: Way = "room") -> web.Response:
    store = turn.console.store
    return turn.page(
        "shared.html",
        grant=grant,
        title=_title(grant),
        state=grant.state(turn.now),
        once=once,
        way=way,
        address=spoken(turn.console.public_url),
        asks_first=await asks_first(store, grant),
        waiting=await waiting_for(store, grant, turn.now),
        has_access_page="/access" in pages.served(turn.request),
    )


def _title(grant: Grant) -> str:
    """Give the title of what was shared, which may be adjusted, and whose file may be another one since."""
    try:
        return parse(grant.policy_text, file="this share").title
    except PolicyError:
        return grant.policy_name


def spoken(url: str) -> str:
    """Give an address as it is typed: without `https://`, which browsers add by themselves."""
    return url.removeprefix("https://").rstrip("/")


async def _state(turn: Turn) -> web.Response:
    """Tell the page how it stands, so that it can follow: no names, no secrets."""
    grant = await found(turn)
    if grant is None:
        return web.json_response({"state": "ended", "waiting": 0}, headers=dict(pages.HEADERS))
    waiting = await waiting_for(turn.console.store, grant, turn.now)
    told = {"state": grant.state(turn.now), "waiting": len(waiting)}
    return web.json_response(told, headers=dict(pages.HEADERS))


async def _new_pin(turn: Turn) -> web.Response:
    """Make a new PIN with all its tries; the old one counts no more. Link and code stay as they are."""
    grant, console = await found(turn), turn.console
    if grant is None or grant.state(turn.now) == "ended":
        return _no_such(turn)
    pin = new_pin(console.random)
    async with console.turn:
        hashed = await asyncio.to_thread(hash_pin, console.entry_key, pin, random=console.random)
    await turn.note("new PIN", grant_of=grant.id)
    try:
        grant = await console.store.new_pin(
            grant.id, hashed, Draft("new_pin", console.clock(), {"by": "owner"})
        )
    except GrantEnded:
        return _no_such(turn)
    return await _page(turn, grant, Once(pin=pin))


async def found(turn: Turn) -> Grant | None:
    """Give the share of the address, if it is one that was given to somebody."""
    grant = await turn.console.store.grant(turn.request.match_info["grant"])
    return grant if grant is not None and grant.kind == "visit" and not grant.erased_on else None


def _no_such(turn: Turn) -> web.Response:
    return pages.message(turn.request, _("Not found"), _GONE, status=404, turn=turn)
