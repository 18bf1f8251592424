"""“Ask me at the first opening”: nobody is let in before an owner says so on the phone. Silence lets nobody in."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from aiohttp import web

from proxy.core.errors import Conflict
from proxy.core.grant import Grant
from proxy.core.ports import Store
from proxy.core.waiting import ASK_FIRST, WAITING, Waiting, decode, encode
from proxy.owner import pages
from proxy.owner.console import Console
from proxy.owner.kept import Kept
from proxy.owner.signed import signed_in
from proxy.owner.turn import Turn
from proxy.owner.words import Said, _

_GONE: Final = Said(_("Nobody waits any more. If somebody still wants in, they type the PIN again."))


def routes(console: Console) -> list[web.RouteDef]:
    """List the addresses of this file."""
    return [
        web.post("/share/{grant}/open", signed_in(console, _open, share=True)),
        web.post("/share/{grant}/not-now", signed_in(console, _not_now)),
    ]


def wait_for_owner(console: Console) -> Callable[[Grant], Awaitable[None]]:
    """Give what keeps the question with a grant, before there is a grant that could be opened."""

    async def keep(grant: Grant) -> None:
        body = b'{"asked_at":%d}' % grant.minted_at
        await console.store.put(ASK_FIRST, grant.id, body, version=None)

    return keep


async def asks_first(store: Store, grant: Grant) -> bool:
    """Say whether the first opening of a grant needs the owner's word."""
    return grant.opened_at is None and await store.document(ASK_FIRST, grant.id) is not None


async def waiting_for(store: Store, grant: Grant, now: int) -> Sequence[Kept[Waiting]]:
    """Give the browsers that wait for the owner's word, the latest first. Raises StoreUnavailable."""
    found = [
        Kept(each.key, decode(each.body), each.version)
        for each in await store.documents(WAITING)
        if each.key.startswith(f"{grant.id}/")
    ]
    open_ = [each for each in found if each.value.counts(now) and each.value.kind == "opening"]
    return sorted((each for each in open_ if not each.value.answer), key=lambda each: -each.value.made_at)


async def _open(turn: Turn) -> web.Response:
    return await _answer(turn, yes=True)


async def _not_now(turn: Turn) -> web.Response:
    return await _answer(turn, yes=False)


async def _answer(turn: Turn, *, yes: bool) -> web.Response:
    store, grant_id = turn.console.store, turn.request.match_info["grant"]
    grant = await store.grant(grant_id)
    found = [] if grant is None else await waiting_for(store, grant, turn.now)
    chosen = next((each for each in found if each.key == turn.form.get("browser")), None)
    if chosen is None or grant is None:
        return pages.message(turn.request, _("Nobody waits"), _GONE, status=409, turn=turn)
    await turn.note("opening allowed" if yes else "opening not allowed", grant_of=grant.id)
    answered = replace(chosen.value, answer="yes" if yes else "no")
    try:
        await store.put(WAITING, chosen.key, encode(answered), version=chosen.version)
    except Conflict:
        return pages.message(turn.request, _("Nobody waits"), _GONE, status=409, turn=turn)
    return pages.see_other(f"/share/{grant.id}")
