"""Who has access: every share, present and past; one tap ends it, and more time is asked to be confirmed."""

from contextlib import suppress
from typing import Final

import structlog
from aiohttp import web

from proxy.core.errors import GrantEnded, StoreUnavailable
from proxy.core.grant import DAY, HOUR, LONGEST, Grant
from proxy.core.record import Draft, Value
from proxy.owner import access_outside, pages
from proxy.owner.access_outside import WAYS, outside_shares
from proxy.owner.access_shown import Snapshots, settled, visit_of, visits
from proxy.owner.console import Console
from proxy.owner.notices import unseen
from proxy.owner.signed import signed_in
from proxy.owner.turn import Turn
from proxy.owner.words import Said, _

HOME: Final = "/access"
GRANT: Final = HOME + "/{grant:[0-9a-f]{16}}"
MORE: Final = (("30m", HOUR // 2), ("2h", 2 * HOUR), ("1d", DAY), ("7d", 7 * DAY))
"""What can be given at one tap."""
PAST_ON_A_PAGE: Final = 20
_GONE: Final = Said(_("There is no such share."))
_OVER: Final = Said(
    _("This access has ended already, so there is nothing to give more time to. Share again.")
)
_TOO_LONG: Final = Said(_("A share can last 30 days from its making at the longest. Share again instead."))
_CHANGED: Final = Said(_("The end was changed in the meantime. Look at it again before you change it."))
log = structlog.get_logger("access")


def routes(console: Console, snapshots: Snapshots) -> list[web.RouteDef]:
    """List the addresses of this file."""

    async def show(turn: Turn) -> web.Response:
        return await _show(turn, snapshots)

    return [
        web.get(HOME, signed_in(console, show)),
        web.post(f"{GRANT}/end", signed_in(console, _end)),
        web.post(f"{GRANT}/more", signed_in(console, _more, share=True)),
        *access_outside.routes(console),
    ]


async def _show(turn: Turn, snapshots: Snapshots) -> web.Response:
    grants, page = await visits(turn.console.store), _page_number(turn)
    known = [snapshots.access(grant, turn.now) for grant in grants if grant.state(turn.now) != "ended"]
    known.sort(key=lambda each: each.state != "open")
    past = [grant for grant in grants if grant.state(turn.now) == "ended"]
    shown = past[(page - 1) * PAST_ON_A_PAGE : page * PAST_ON_A_PAGE]
    ended = turn.request.query.get("ended", "")
    return turn.page(
        "access.html",
        live=known,
        past=[snapshots.access(grant, turn.now) for grant in shown],
        older=page + 1 if len(past) > page * PAST_ON_A_PAGE else 0,
        newer=page - 1,
        ended=next((grant for grant in past if grant.id == ended), None),
        outside=await outside_shares(turn.console.store),
        ways=WAYS,
        unseen=await unseen(turn.console.store),
        more=[key for key, _span in MORE],
    )


def _page_number(turn: Turn) -> int:
    text = turn.request.query.get("page", "1")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 and int(text) else 1  # noqa: PLR2004 - digits


async def _end(turn: Turn) -> web.Response:
    """End access: nothing is asked, and nothing that may be away is needed."""
    grant = await visit_of(turn)
    if grant is None:
        return no_such(turn)
    await end_now(turn, grant)
    return pages.see_other(f"{HOME}?ended={grant.id}")


async def end_now(turn: Turn, grant: Grant) -> Grant:
    """End a grant as its owner wishes; one that has ended stays as it is. Raises StoreUnavailable if it goes on."""
    console = turn.console
    grant = await settled(console.store, grant, console.clock())
    if grant.ended_at is not None:
        return grant
    record = Draft("ended", console.clock(), {"ending": "revoked", "by": "owner"})
    ended = await console.store.end(grant.id, "revoked", record)
    # After the end, unlike all else: nothing may come before it. It is on the grant's own chain already.
    try:
        await turn.note("revoke", grant_of=grant.id)
    except StoreUnavailable:
        log.warning("revoke_not_noted", grant=grant.id)
    return ended


async def _more(turn: Turn) -> web.Response:
    grant, console = await visit_of(turn), turn.console
    if grant is None:
        return no_such(turn)
    span = dict(MORE).get(turn.form.get("more"), 0)
    if grant.state(turn.now) == "ended":
        return _not_taken(turn, _OVER)
    # An end that the owner did not see is not moved: two taps, or two owners, give the same end, not a later one.
    if not span or turn.form.get("was") != str(grant.expires_at):
        return _not_taken(turn, _CHANGED)
    end = grant.expires_at + span
    if end > grant.minted_at + LONGEST:
        return _not_taken(turn, _TOO_LONG)
    await turn.note("extend", grant_of=grant.id, expires_at=end)
    fields: dict[str, Value] = {"by": "owner", "was": grant.expires_at, "expires_at": end}
    with suppress(GrantEnded):
        await console.store.extend(grant.id, end, Draft("extended", console.clock(), fields))
        return pages.see_other(f"{HOME}/{grant.id}")
    return _not_taken(turn, _OVER)


def _not_taken(turn: Turn, said: Said) -> web.Response:
    return pages.message(turn.request, _("No more time was given"), said, status=409, turn=turn)


def no_such(turn: Turn) -> web.Response:
    """Answer for a grant that is not there, or was not given to anybody."""
    return pages.message(turn.request, _("Not found"), _GONE, status=404, turn=turn)
