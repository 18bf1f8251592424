"""The page of notices, and the ways by which an owner is told outside of the console."""

import asyncio
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from proxy.core.grant import Grant
from proxy.core.tongue import say
from proxy.owner import pages
from proxy.owner.console import Console
from proxy.owner.notices import Notice, mark_seen, notices, page_of, said, unseen
from proxy.owner.notices_address import SERVICES, read_address
from proxy.owner.notices_send import Letter
from proxy.owner.notices_watch import TITLE, Teller, send_by
from proxy.owner.notices_ways import KIND, MOST, add, set_details, settings, ways
from proxy.owner.signed import signed_in
from proxy.owner.turn import Turn
from proxy.owner.words import Said, _

HOME: Final = "/notices"
SHOWN: Final = 50
_TRY: Final = _("This is a test. You will be told like this when something happens with what you share.")
_FULL: Final = Said(_("There are five ways already. Remove one first."))
_UNREADABLE: Final = Said(_("This address could not be read by the service that it names. Look at it again."))
OUTCOMES: Final = {
    "sent": _("sent"),
    "unreadable": _("the address can't be read"),
    "private": _("not sent: it leads to this machine or its network, not to the internet"),
    "failed": _("not sent: the service did not take it, or did not answer"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice as the page shows it: to its owner always with the name."""

    notice: Notice
    said: Said
    path: str
    can_end: bool


def routes(console: Console) -> list[web.RouteDef]:
    """List the addresses of this file."""
    one_test = asyncio.Lock()

    async def test(turn: Turn) -> web.Response:
        async with one_test:
            return await _test(turn)

    return [
        web.get(HOME, signed_in(console, _show)),
        web.get(f"{HOME}/count", signed_in(console, _count)),
        web.post(f"{HOME}/ways", signed_in(console, _add, confirm=True)),
        web.post(f"{HOME}/ways/remove", signed_in(console, _remove)),
        web.post(f"{HOME}/ways/test", signed_in(console, test)),
        web.post(f"{HOME}/details", signed_in(console, _details_on, confirm=True)),
        web.post(f"{HOME}/details/off", signed_in(console, _details_off)),
    ]


async def _show(turn: Turn) -> web.Response:
    return await _page(turn)


async def _page(turn: Turn, fault: Said | None = None, *, typed: str = "") -> web.Response:
    store = turn.console.store
    newest = (await notices(store))[:SHOWN]
    grants = {each.id: each for each in await store.grants() if each.kind == "visit"}
    response = turn.page(
        "notices.html",
        status=200 if fault is None else 400,
        fault=fault,
        typed=typed,
        shown=[_shown(each.value, grants, turn.now) for each in newest],
        ways=await ways(store),
        most=MOST,
        details=(await settings(store)).details,
        outcomes=OUTCOMES,
        services=list(dict.fromkeys(SERVICES.values())),
    )
    await mark_seen(store, [each.key for each in newest if not each.value.seen])
    return response


def _shown(notice: Notice, grants: dict[str, Grant], now: int) -> Shown:
    grant = grants.get(notice.grant)
    name = grant.clinician if grant else ""
    can_end = notice.what == "still-open" and grant is not None and grant.state(now) != "ended"
    return Shown(notice, said(notice, name=name, details=True), page_of(notice), can_end)


async def _count(turn: Turn) -> web.Response:
    """Tell the badge how many notices are new."""
    return web.json_response({"unseen": await unseen(turn.console.store)}, headers=dict(pages.HEADERS))


async def _add(turn: Turn) -> web.Response:
    console, typed = turn.console, turn.form.get("address")
    address = read_address(typed)
    if isinstance(address, Said):
        return await _page(turn, address, typed=typed)
    if len(await ways(console.store)) >= MOST:
        return await _page(turn, _FULL, typed=typed)
    if await console.send(Letter(address, only_look=True)) == "unreadable":
        return await _page(turn, _UNREADABLE, typed=typed)
    await turn.note("notices changed")
    await add(
        console.store, console.key, address, by=turn.owner.name, now=console.clock(), random=console.random
    )
    return pages.see_other(f"{HOME}#ways")


async def _remove(turn: Turn) -> web.Response:
    await turn.note("notices changed")
    await turn.console.store.drop(KIND, _way(turn))
    return pages.see_other(f"{HOME}#ways")


async def _test(turn: Turn) -> web.Response:
    found = [each for each in await ways(turn.console.store) if each.key == _way(turn)]
    for way in found:
        await turn.note("notice tried")
        await send_by(teller(turn.console), way, TITLE, say(_TRY))
    return pages.see_other(f"{HOME}#ways")


async def _details_on(turn: Turn) -> web.Response:
    await turn.note("notices changed")
    await set_details(turn.console.store, details=True)
    return pages.see_other(f"{HOME}#ways")


async def _details_off(turn: Turn) -> web.Response:
    await turn.note("notices changed")
    await set_details(turn.console.store, details=False)
    return pages.see_other(f"{HOME}#ways")


def teller(console: Console) -> Teller:
    """Give what the watcher of this console works with."""
    return Teller(console.store, console.clock, console.key, console.owner_url, console.send)


def _way(turn: Turn) -> str:
    return turn.form.get("way")[:100]
