"""From the console to the clinicians' pages in the same browser: an address that lets in once, within two minutes."""

from typing import Final

from aiohttp import web

from proxy.core.grant import Grant
from proxy.core.waiting import WAITING, Waiting, encode, hash_secret, new_id, new_secret, ticket
from proxy.owner import pages
from proxy.owner.sessions import forget, without_cookie
from proxy.owner.turn import Turn

_PAGE: Final = "/visit/handed"


async def hand(turn: Turn, grant: Grant) -> str:
    """Give the address. What it holds stands behind the `#`, which browsers send to nobody."""
    console, secret = turn.console, new_secret(turn.console.random)
    key = f"{grant.id}/{new_id(console.random)}"
    waiting = Waiting(
        "handed",
        hash_secret(secret),
        word="",
        device="",
        address="",
        made_at=console.clock(),
        grant=grant.id,
        by="console",
        answer="yes",
    )
    await console.store.put(WAITING, key, encode(waiting), version=None)
    return f"{console.public_url.rstrip('/')}{_PAGE}#{ticket(key, secret)}"


async def hand_over_phone(turn: Turn, grant: Grant) -> web.Response:
    """Sign the owner out here and lead on to the clinicians' pages: the phone goes into other hands."""
    opens = await hand(turn, grant)
    await turn.note("shown on this phone", grant_of=grant.id)
    await forget(turn.console, turn.request)
    response = pages.page(turn.request, "share_phone.html", opens=opens)
    without_cookie(turn.console, response)
    return response
