"""How a request flows, in order.

Verify the token, read the grant's state, find the door, decide, rebuild the query, fetch, filter, record, answer.
Nothing of the client's request is passed on, and nothing is answered that is not on record.
"""

from dataclasses import dataclass
from typing import Final

import structlog
from aiohttp import web

from proxy.core.doors import Entrance, find_door
from proxy.core.errors import GrantEnded, PolicyError, QueryError, StoreUnavailable, TokenError, UpstreamError
from proxy.core.grant import Grant
from proxy.core.pages import MOVED, find_file, find_page
from proxy.core.ports import Session
from proxy.core.view import View
from proxy.gate.asking import Asking, asking
from proxy.gate.authored import NOTIFIES, author
from proxy.gate.gate import Gate
from proxy.gate.holder import held
from proxy.gate.limits import Pause
from proxy.gate.lookup import look_up
from proxy.gate.pages import NEEDED, entrance_of, moved, page_body, stand_in
from proxy.gate.properties import properties
from proxy.gate.refusals import (
    NO_ACCESS,
    NO_DOOR,
    NO_RECORD,
    NOT_SHARED,
    TOO_MANY,
    is_for_a_person,
    refusal,
    to_the_entry,
)
from proxy.gate.respond import counted, respond
from proxy.gate.statics import as_answer
from proxy.gate.turn import Turn
from proxy.locale.marked import _

log = structlog.get_logger("gate")


@dataclass(frozen=True, slots=True)
class Allow:
    """The door is open to this grant."""

    entrance: Entrance


@dataclass(frozen=True, slots=True)
class Deny:
    """Not this way: status, reason for machines, sentence for people."""

    status: int
    reason: str
    message: str
    pause: Pause | None = None


_NO_DOOR: Final = Deny(404, "no_such_door", NO_DOOR)
_READ_ONLY: Final = Deny(405, "read_only", _("This access is for reading only."))
_NO_BODY: Final = Deny(400, "body_not_allowed", _("A request for reading has no body."))
_UNREADABLE: Final = Deny(
    503, "policy_unreadable", _("What is shared can't be read any more. Ask for a new link.")
)
_NOT_SHARED: Final = Deny(403, "not_shared", NOT_SHARED)


async def serve(gate: Gate, request: web.Request) -> web.StreamResponse:
    """Answer one request of a clinician or a tool."""
    asked = asking(request, now=gate.clock(), request_id=gate.request_id(), trusted=gate.trusted)
    try:
        found = await held(gate, request, asked)
        grant = found.grant
        try:
            view = gate.view(grant)
            session = found.session if view.policy.pages else None
            open_to_all = None if session is None else await _without_data(gate, request, asked)
            if open_to_all is not None:
                return open_to_all
            decision = decide(gate, request, asked, view, grant, session)
            if isinstance(decision, Allow):
                return await _answered(Turn(gate, request, asked, grant, view, decision.entrance, session))
        except QueryError as error:
            decision = Deny(error.status, error.reason, str(error))
        except PolicyError:  # this version reads policies more strictly than the one that minted
            decision = _UNREADABLE
        except UpstreamError as error:
            decision = Deny(error.status, error.upstream_reason, str(error))
        return await _refused(gate, request, asked, grant, decision)
    except (TokenError, GrantEnded) as error:
        gate.metrics.refusals.labels(error.reason).inc()
        return _shut(request, asked, error)
    except UpstreamError as error:  # a first opening needs the site's time zone
        return refusal(request, asked, error.status, error.upstream_reason, str(error))
    except StoreUnavailable as error:
        log.warning("store_unavailable", request_id=asked.request_id, error=str(error))
        return refusal(request, asked, error.status, error.reason, NO_RECORD)


def decide(
    gate: Gate, request: web.Request, asked: Asking, view: View, grant: Grant, session: Session | None
) -> Allow | Deny:
    """Decide on door and method: what is not opened by the table and the policy stays shut."""
    page = None if session is None else find_page(asked.path)
    entrance = find_door(asked.path) if page is None else entrance_of(page)
    pause = gate.limits.check(grant.id, asked.at)
    if pause is not None:
        return Deny(429, "too_many_requests", TOO_MANY, pause)
    if entrance is None:
        return _NO_DOOR
    door = entrance.door
    is_missed = session is not None and door.name in NEEDED
    if door.use == "closed" or (door.collection and door.collection not in view.lenses and not is_missed):
        return _NOT_SHARED
    if request.method not in ("GET", "HEAD"):
        return _READ_ONLY
    return _NO_BODY if request.body_exists else Allow(entrance)


def _shut(request: web.Request, asked: Asking, error: TokenError | GrantEnded) -> web.Response:
    """Refuse who has no access: a person is shown how it ended and how to come in, wherever they knocked."""
    if is_for_a_person(request) and asked.path and not asked.path.startswith("/api"):
        return to_the_entry()
    return refusal(request, asked, error.status, error.reason, NO_ACCESS)


async def _without_data(gate: Gate, request: web.Request, asked: Asking) -> web.Response | None:
    """Answer what is the same on every Nightscout: counted, not recorded. Raises UpstreamError."""
    if request.method not in ("GET", "HEAD"):
        return None
    if asked.path in MOVED:
        return moved(MOVED[asked.path])
    file = find_file(asked.path)
    if file is None:
        return None
    gate.metrics.answers.labels("file", "200").inc()
    return as_answer(request, await gate.shelf.file(file))


async def _answered(turn: Turn) -> web.StreamResponse:
    instead = stand_in(turn)
    if instead is not None:
        return await respond(turn, instead)
    match turn.entrance.door.use:
        case "page":
            return await _page(turn)
        case "authored" if turn.door == NOTIFIES:
            return counted(turn, author(turn))
        case "authored":
            return await respond(turn, author(turn))
        case "properties":
            return await respond(turn, await properties(turn))
        case _:
            found = await look_up(turn)
            return found if isinstance(found, web.StreamResponse) else await respond(turn, found)


async def _page(turn: Turn) -> web.StreamResponse:
    page = find_page(turn.asked.path)
    assert page is not None
    return await respond(turn, await page_body(turn, page))


async def _refused(gate: Gate, request: web.Request, asked: Asking, grant: Grant, deny: Deny) -> web.Response:
    page, found = find_page(asked.path), find_door(asked.path)
    name = page.name if page else found.door.name if found else "unknown"
    gate.metrics.refusals.labels(deny.reason).inc()
    until = {} if deny.pause is None else {"until": deny.pause.until}
    if deny.pause is None or deny.pause.new:
        draft = asked.draft(
            "refusal", gate.clock(), door=name, status=deny.status, reason=deny.reason, **until
        )
        await gate.store.append(grant.id, draft)
        await gate.limits.spend(grant.id, asked.at, upstream=0)
    return refusal(request, asked, deny.status, deny.reason, deny.message)
