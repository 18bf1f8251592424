"""Exact preview: a real grant, for the owner only and for ten minutes, opened on the clinicians' side by the same code."""

from dataclasses import replace

from aiohttp import web

from proxy.core.errors import GrantError, PolicyError
from proxy.core.tongue import say
from proxy.owner.console import Console
from proxy.owner.giving import PREVIEWED_BY, Wishes, give, preview_times
from proxy.owner.remarks_along import notes_along, with_notes
from proxy.owner.share import NOTHING, giver
from proxy.owner.share_form import checked, read_asked
from proxy.owner.share_handed import hand
from proxy.owner.share_pages import form_page
from proxy.owner.signed import signed_in
from proxy.owner.turn import Turn


def routes(console: Console) -> list[web.RouteDef]:
    """List the addresses of this file."""
    return [web.post("/preview", signed_in(console, _preview, share=True))]


async def _preview(turn: Turn) -> web.Response:
    asked = read_asked(turn.form)
    try:
        policy = checked(turn.console.policies(), asked)
        wishes = Wishes(policy, say(PREVIEWED_BY), asked.days, kind="preview")
        # No token, and nobody to ask: the owner is who looks.
        by = giver(turn, replace(asked, token=False, ask_first=False))
        given = await give(
            with_notes(by, turn, await notes_along(turn)), wishes, preview_times(turn.console.clock())
        )
    except PolicyError:
        return await form_page(turn, asked, faults=[NOTHING])
    except GrantError as error:
        return await form_page(turn, asked, faults=str(error).splitlines())
    turn.console.given(given.minted.grant)
    opens = await hand(turn, given.minted.grant)
    return turn.page("preview.html", policy=policy, days=asked.days, opens=opens)
