"""What clinicians ask for: the owner says yes, or “not now”, or nothing; of the three only the yes is ever seen.

Two owners can't both answer: the question is taken before anything is done, and freed again if nothing comes of it.
"""

from dataclasses import replace

import structlog
from aiohttp import web

from proxy.core.ask import ASK, Answer, Ask, answered, decode, encode
from proxy.core.errors import Conflict, GrantEnded, StoreUnavailable
from proxy.core.grant import Grant
from proxy.core.ports import Store
from proxy.owner import pages
from proxy.owner.asks_giving import Question, give, question_of
from proxy.owner.console import Console
from proxy.owner.kept import Kept
from proxy.owner.signed import signed_in
from proxy.owner.turn import Turn
from proxy.owner.words import Said, _

HOME = "/asks"
_GRANT = HOME + "/{grant:[0-9a-f]{16}}"
_GONE = Said(
    _("This question no longer waits: it was answered, or its ten minutes are over. Nothing was changed.")
)
_OTHER = Said(
    _("What this person sees, or until when, was changed in the meantime. Look at the question again.")
)
_OVER = Said(_("This access has ended, so there is nothing to add to. Share again."))
log = structlog.get_logger("asks")


def routes(console: Console) -> list[web.RouteDef]:
    """List the addresses of this file."""
    return [
        web.get(HOME, signed_in(console, _show)),
        web.get(f"{HOME}/state", signed_in(console, _state)),
        web.post(f"{_GRANT}/give", signed_in(console, _give, share=True)),
        web.post(f"{_GRANT}/not-now", signed_in(console, _not_now)),
    ]


async def open_asks(store: Store, now: int) -> list[tuple[Grant, Kept[Ask]]]:
    """Give the questions that an owner may answer, the latest first. Raises StoreUnavailable."""
    found = []
    for document in await store.documents(ASK):
        ask = decode(document.body)
        if ask.can_be_answered(now):
            grant = await _visit(store, document.key, now)
            if grant is not None:
                found.append((grant, Kept(document.key, ask, document.version)))
    return sorted(found, key=lambda each: -each[1].value.asked_at)


async def _visit(store: Store, grant_id: str, now: int) -> Grant | None:
    """Give a live grant that somebody holds: in a preview, nobody asks."""
    grant = await store.grant(grant_id)
    return grant if grant is not None and grant.kind == "visit" and grant.state(now) != "ended" else None


async def _show(turn: Turn) -> web.Response:
    waiting = await open_asks(turn.console.store, turn.now)
    questions = [question_of(grant, kept) for grant, kept in waiting]
    return turn.page("asks.html", questions=questions, given=turn.request.query.get("given") == "yes")


async def _state(turn: Turn) -> web.Response:
    """Tell an open page how many wait: no names."""
    waiting = await open_asks(turn.console.store, turn.now)
    told = {"waiting": [f"{kept.key}.{kept.version}" for _grant, kept in waiting]}
    return web.json_response(told, headers=dict(pages.HEADERS))


async def _give(turn: Turn) -> web.Response:
    question = await _asked(turn)
    if question is None:
        return _not_done(turn, _GONE)
    if turn.form.get("was") != question.was:
        return _not_done(turn, _OTHER)
    gift = question.gift(turn.form.get("days"), turn.form.get("more"))
    if gift is None:
        return _not_done(turn, _OTHER)
    taken = await _put(turn, question.kept, "taken")
    if taken is None:
        return _not_done(turn, _GONE)
    try:
        await turn.note("ask granted", grant_of=question.grant.id, asked=question.wish)
        await give(turn.console.store, gift, turn.console.clock())
    except (GrantEnded, StoreUnavailable) as error:
        await _put(turn, taken, "")
        if isinstance(error, GrantEnded):
            return _not_done(turn, _OVER)
        raise
    await _put(turn, taken, "yes")
    return pages.see_other(f"{HOME}?given=yes")


async def _not_now(turn: Turn) -> web.Response:
    """Say no: on the owner's chain only. On the clinician's side nothing moves."""
    question = await _asked(turn)
    taken = None if question is None else await _put(turn, question.kept, "taken")
    if question is None or taken is None:
        return _not_done(turn, _GONE)
    try:
        await turn.note("ask declined", grant_of=question.grant.id, asked=question.wish)
    except StoreUnavailable:
        await _put(turn, taken, "")
        raise
    await _put(turn, taken, "no")
    return pages.see_other(HOME)


async def _asked(turn: Turn) -> Question | None:
    """Give the very question that the owner saw, if it still waits."""
    store, grant_id = turn.console.store, turn.request.match_info["grant"]
    grant, document = await _visit(store, grant_id, turn.now), await store.document(ASK, grant_id)
    if grant is None or document is None or str(document.version) != turn.form.get("question"):
        return None
    ask = decode(document.body)
    return (
        question_of(grant, Kept(grant_id, ask, document.version)) if ask.can_be_answered(turn.now) else None
    )


async def _put(turn: Turn, kept: Kept[Ask], answer: Answer) -> Kept[Ask] | None:
    """Write an answer down; None if somebody was faster. Only taking a question may fail for lack of a store."""
    value = answered(kept.value, answer, turn.console.clock())
    try:
        version = await turn.console.store.put(ASK, kept.key, encode(value), version=kept.version)
    except Conflict:
        return None
    except StoreUnavailable:
        if answer == "taken":
            raise
        # What was done is done, and on record; a question that stays taken lapses by itself.
        log.warning("ask_left_taken", grant=kept.key)
        return None
    return replace(kept, value=value, version=version)


def _not_done(turn: Turn, said: Said) -> web.Response:
    return pages.message(turn.request, _("Nothing was changed"), said, status=409, turn=turn)
