"""“Share for a visit”: one screen that begins with what was shared last, and one tap that makes the grant."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from aiohttp import web

from proxy.core.errors import GrantError, PolicyError
from proxy.core.grant import Grant
from proxy.owner import pages, share_opening, share_shown
from proxy.owner.console import Console
from proxy.owner.giving import Giver, Share, give
from proxy.owner.pairing import GONE, computer, free, let_in, take
from proxy.owner.remarks_along import gone_along, notes_along, with_notes
from proxy.owner.share_again import last, remember
from proxy.owner.share_counts import Counting
from proxy.owner.share_form import Asked, chosen, read_asked, wishes_of
from proxy.owner.share_handed import hand_over_phone
from proxy.owner.share_once import claim, made, release
from proxy.owner.share_opening import wait_for_owner
from proxy.owner.share_pages import adjust_page, form_page
from proxy.owner.share_shown import shown
from proxy.owner.signed import signed_in
from proxy.owner.turn import Turn
from proxy.owner.words import _

HOME: Final = "/share"
_TWICE: Final = _("This was sent twice, and is being shared already. Look under “Who has access”.")
NOTHING: Final = _("Nothing would be left to share. Leave at least one part switched on.")


def routes(console: Console) -> list[web.RouteDef]:
    """List the addresses of this file."""
    counting = Counting(console)

    async def adjust(turn: Turn) -> web.Response:
        return await _adjust(turn, replace(read_asked(turn.form), switches=None), counting)

    async def share(turn: Turn) -> web.Response:
        return await _share(turn, counting)

    return [
        web.get(HOME, signed_in(console, _show)),
        web.get("/pair/{computer}", signed_in(console, _scanned, share=True)),
        web.post(HOME, signed_in(console, share, share=True)),
        web.post(f"{HOME}/adjust", signed_in(console, adjust)),
        *share_shown.routes(console),
        *share_opening.routes(console),
    ]


async def _show(turn: Turn) -> web.Response:
    asked = await last(turn)
    again = await turn.console.store.grant(turn.request.query.get("again", ""))
    if again is not None and again.kind == "visit":
        asked = _again(turn, asked, again)
    return await form_page(turn, asked)


async def _scanned(turn: Turn) -> web.Response:
    """Show the form for the computer whose code was scanned."""
    there = await computer(turn.console, turn.request.match_info["computer"])
    asked = replace(await last(turn), ask_first=False, token=False)
    return await form_page(turn, asked, pairing=there, faults=() if there else [GONE])


def _again(turn: Turn, asked: Asked, grant: Grant) -> Asked:
    """Begin with an earlier share; what was adjusted in it is chosen anew."""
    known = {each.name for each in turn.console.policies()}
    name = grant.policy_name if grant.policy_name in known else asked.policy
    return replace(
        asked, clinician=grant.clinician, policy=name, days=grant.days or asked.days, switches=None
    )


async def _share(turn: Turn, counting: Counting) -> web.Response:
    asked, scanned = read_asked(turn.form), turn.form.get("pairing")
    sent = await claim(turn)
    if sent is not None:
        if sent.grant:
            return pages.see_other(f"{HOME}/{sent.grant}")
        return await form_page(turn, asked, faults=[_TWICE])
    if scanned and not await take(turn, scanned):
        return await form_page(turn, asked, faults=[GONE])
    given = await make(turn, asked)
    if isinstance(given, Share):
        await made(turn, given.minted.grant.id)
        return await _handed(turn, given, asked, scanned)
    await release(turn)
    if scanned:
        await free(turn, scanned)
    if turn.form.get("from") == "adjust":
        return await _adjust(turn, asked, counting, faults=given)
    there = await computer(turn.console, scanned) if scanned else None
    return await form_page(turn, asked, faults=given, pairing=there)


async def _adjust(
    turn: Turn, asked: Asked, counting: Counting, *, faults: Sequence[str] = ()
) -> web.Response:
    """Show the switches; whose policy is gone is led back to choose another."""
    scanned = turn.form.get("pairing")
    there = await computer(turn.console, scanned) if scanned else None
    try:
        policy = chosen(turn.console.policies(), replace(asked, switches=None))
    except GrantError as error:
        return await form_page(turn, asked, faults=[str(error)], pairing=there)
    return await adjust_page(turn, policy, asked, counting, faults=faults, pairing=there)


async def _handed(turn: Turn, given: Share, asked: Asked, scanned: str) -> web.Response:
    """Hand a new share on in the way that was asked for."""
    if asked.way == "phone":
        return await hand_over_phone(turn, given.minted.grant)
    if scanned:
        opens = await let_in(turn, scanned, given.minted.grant.id)
        return await shown(turn, given, replace(asked, way="pair" if opens else "room"))
    return await shown(turn, given, asked)


async def make(turn: Turn, asked: Asked) -> Share | Sequence[str]:
    """Make the grant that was asked for, and keep the choices for the next time; else say what is wrong."""
    refused = turn.console.not_lasting()
    if refused:
        return [refused]
    try:
        wishes, times = await wishes_of(turn.console, asked, now=turn.now)
        remarks = await notes_along(turn)
        given = await give(with_notes(giver(turn, asked), turn, remarks), wishes, times)
    except PolicyError:
        return [NOTHING]
    except GrantError as error:
        return str(error).splitlines()
    await gone_along(turn, remarks)
    await remember(turn, given.minted.grant.id, asked)
    turn.console.given(given.minted.grant)
    return given


def giver(turn: Turn, asked: Asked) -> Giver:
    """Say by whom and where the grant is made."""
    console = turn.console

    async def note(did: str, grant: str) -> None:
        await turn.note(did, grant_of=grant)

    return Giver(
        store=console.store,
        site=console.site,
        clock=console.clock,
        random=console.random,
        entry_key=console.entry_key,
        public_url=console.public_url,
        note=note,
        token_for=console.token_for if asked.token else None,
        before=wait_for_owner(console) if asked.ask_first else None,
    )
