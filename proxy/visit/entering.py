"""Entering: from a link or code and a PIN to a grant that is open, or to the truth about why not.

Who presents a right link or code is told the truth. Wrong codes all get one answer, and are limited in all. A try
is spent before the PIN is looked at, and every attempt on a live grant is on record before its answer leaves.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

from proxy.core.codes import check_pin, hash_code, hash_link, read_code, read_link, read_pin
from proxy.core.errors import GrantEnded
from proxy.core.grant import Grant
from proxy.core.record import Value
from proxy.core.waiting import ASK_FIRST
from proxy.visit.turns import QueueFull
from proxy.visit.visit import Visit

Why = Literal["unknown", "slow_down", "ended", "not_yet", "not_a_pin", "busy", "wrong_pin", "entry_closed"]

_EVERYONE = "all"


@dataclass(frozen=True, slots=True)
class Entered:
    """The PIN was right: the grant is open."""

    grant: Grant


@dataclass(frozen=True, slots=True)
class Waits:
    """The PIN was right, and the owner wants to be asked before anybody sees anything."""

    grant: Grant
    by: str


@dataclass(frozen=True, slots=True)
class Refused:
    """No entry. `grant` is known only to those who presented its link or code."""

    why: Why
    grant: Grant | None = None
    tries_left: int = 0


@dataclass(frozen=True, slots=True)
class _Attempt:
    request: web.Request
    grant: Grant
    by: Literal["link", "code"]
    pin: str | None


async def enter(visit: Visit, request: web.Request, form: Mapping[str, str]) -> Entered | Waits | Refused:
    """Try to enter. Raises StoreUnavailable if the attempt can't be put on record."""
    found = await _find(visit, form)
    if isinstance(found, Refused):
        return found
    grant, by = found
    attempt = _Attempt(request, grant, by, read_pin(form.get("passcode", "")))
    try:
        return await _attempt(visit, attempt)
    except GrantEnded:
        return Refused("ended", await visit.store.grant(grant.id) or grant)


async def _find(visit: Visit, form: Mapping[str, str]) -> tuple[Grant, Literal["link", "code"]] | Refused:
    typed = form.get("code", "").strip()
    # Without JavaScript nobody lifts the secret out of a link: then the whole link may be pasted instead of a code.
    secret = read_link(typed or form.get("link", ""))
    if secret is not None:
        grant = await visit.store.grant_by_link(hash_link(visit.entry_key, secret))
        return (grant, "link") if grant else Refused("unknown")
    return await _find_by_code(visit, typed)


async def _find_by_code(visit: Visit, typed: str) -> tuple[Grant, Literal["code"]] | Refused:
    code, now = read_code(typed), visit.clock()
    if code is None:
        return Refused("unknown")
    # Taken before looking, so that parallel guesses can't share one.
    if not visit.codes.take(_EVERYONE, now):
        return Refused("slow_down")
    grant = await visit.store.grant_by_code(hash_code(visit.entry_key, code))
    if grant is None:
        return Refused("unknown")
    visit.codes.give_back(_EVERYONE, now)
    return grant, "code"


async def _attempt(visit: Visit, attempt: _Attempt) -> Entered | Waits | Refused:
    grant, now = attempt.grant, visit.clock()
    if grant.state(now) == "ended":
        return Refused("ended", grant)
    if not visit.entries.take(grant.id, now):
        return Refused("slow_down", grant)
    if now < grant.opens_at:
        return await _refuse(visit, attempt, Refused("not_yet", grant, grant.tries_left))
    pin = attempt.pin
    if pin is None:
        return await _refuse(visit, attempt, Refused("not_a_pin", grant, grant.tries_left))
    try:
        refused = await visit.turns.take(lambda: _check(visit, attempt, pin))
    except QueueFull:
        refused = await _refuse(visit, attempt, Refused("busy", grant, grant.tries_left))
    # Outside the turn: the first opening may have to ask Nightscout for its zone.
    return refused or await _let_in(visit, attempt)


async def _check(visit: Visit, attempt: _Attempt, pin: str) -> Refused | None:
    """Spend a try, then look at the PIN; None if it is right."""
    left = await visit.store.spend_try(attempt.grant.id)
    if left < 0:
        return await _refuse(visit, attempt, Refused("entry_closed", attempt.grant))
    # Read again: the owner may have given a new PIN while this one waited for its turn.
    grant = await visit.store.grant(attempt.grant.id) or attempt.grant
    if await asyncio.to_thread(check_pin, visit.entry_key, pin, grant.pin_hash):
        return None
    return await _refuse(
        visit, attempt, Refused("wrong_pin" if left else "entry_closed", grant, left), spent=True
    )


async def _let_in(visit: Visit, attempt: _Attempt) -> Entered | Waits:
    grant_id = attempt.grant.id
    grant = await visit.store.grant(grant_id) or attempt.grant
    if grant.opened_at is None and await visit.store.document(ASK_FIRST, grant_id) is not None:
        draft = visit.draft(attempt.request, "sign_in", visit.clock(), **_fields(attempt, "waits"))
        await visit.store.append(grant_id, draft)
        await visit.store.restore_try(grant_id)
        return Waits(grant, attempt.by)
    return Entered(await let_in(visit, attempt.request, grant_id, attempt.by))


async def let_in(visit: Visit, request: web.Request, grant_id: str, by: str) -> Grant:
    """Put on record that somebody comes in, and open the grant if they are the first. Raises GrantEnded."""
    grant = await visit.store.append(
        grant_id, visit.draft(request, "sign_in", visit.clock(), by=by, outcome="entered")
    )
    if grant.opened_at is None:
        zone = await visit.zone()
        now = visit.clock()
        opened = visit.draft(request, "opened", now, by=by, zone=zone)
        grant = await visit.store.open(grant_id, now, zone=zone, record=opened)
    await visit.store.restore_try(grant_id)
    return grant


async def _refuse(visit: Visit, attempt: _Attempt, refused: Refused, *, spent: bool = False) -> Refused:
    now = visit.clock()
    outcome = "wrong_pin" if spent else refused.why
    fields = {**_fields(attempt, outcome), "tries_left": refused.tries_left}
    drafts = [visit.draft(attempt.request, "sign_in", now, **fields)]
    if spent and refused.tries_left == 0:
        drafts.append(visit.draft(attempt.request, "entry_closed", now))
    await visit.store.append(attempt.grant.id, *drafts)
    return refused


def _fields(attempt: _Attempt, outcome: str) -> dict[str, Value]:
    return {"by": attempt.by, "outcome": outcome}
