"""The watcher: sees what there is to tell, keeps each notice once, and sends it out by the ways that were set up."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from proxy.core.errors import ChaperoneError, Conflict
from proxy.core.grant import DAY, Grant
from proxy.core.ports import Clock, Store
from proxy.core.waiting import WAITING, decode
from proxy.locale.catalogues import LANGUAGES, SOURCE
from proxy.locale.reader import Reader, as_before, read_by
from proxy.owner.access_outside import outside_shares
from proxy.owner.asks import open_asks
from proxy.owner.kept import Kept, change, write
from proxy.owner.notices import (
    KEPT,
    KIND,
    Facts,
    Notice,
    due,
    keep,
    month_of,
    notices,
    page_of,
    said,
    spent_up,
)
from proxy.owner.notices_send import Letter, Outcome, Send
from proxy.owner.notices_ways import Way, address_of, note_outcome, settings, ways
from proxy.owner.receipt_sheet import plain

PAUSE_SECONDS: Final = 3
TRIES: Final = 3
AGAIN: Final = 120_000
"""Milliseconds after which a notice that could not be sent, or whose sender died, is sent again."""
TITLE: Final = "Chaperone"
log = structlog.get_logger("notices")


@dataclass(frozen=True, slots=True)
class Teller:
    """What the watcher works with."""

    store: Store
    clock: Clock
    key: bytes = field(repr=False)
    """The console's own: addresses are sealed under it."""
    owner_url: str
    send: Send


async def watch_notices(teller: Teller) -> None:
    """Look every few seconds, for as long as the server runs."""
    while True:
        try:
            await look(teller)
            await send_due(teller)
        except ChaperoneError as error:
            log.warning("not_told", reason=error.reason)
        await asyncio.sleep(PAUSE_SECONDS)


async def look(teller: Teller) -> int:
    """Keep what is new to tell; give how many that was. Raises StoreUnavailable."""
    store, now = teller.store, teller.clock()
    known = {each.key: each.value for each in await notices(store)}
    found = due(await _facts(store, now))
    new = [await keep(store, key, notice) for key, notice in found.items() if key not in known]
    for key, notice in known.items():
        if now - notice.at > KEPT and key not in found:
            await store.drop(KIND, key)
    return sum(new)


async def send_due(teller: Teller) -> None:
    """Send what was not sent yet. Raises StoreUnavailable."""
    now = teller.clock()
    waiting = [each for each in await notices(teller.store) if each.value.sending == "due"]
    for each in waiting:
        if each.value.tried and now - each.value.tried_at < AGAIN:
            continue
        taken = replace(each.value, tried=each.value.tried + 1, tried_at=now)
        try:
            version = await write(teller.store, KIND, each.key, taken, version=each.version)
        except Conflict:
            # Another worker sends it, or it was looked at just now: then the next round does.
            continue
        await _send(teller, Kept(each.key, taken, version))


async def _send(teller: Teller, kept: Kept[Notice]) -> None:
    store, notice = teller.store, kept.value
    known = await ways(store)
    left = [way for way in known if way.key not in notice.sent_to]
    name, details = await _name(store, notice), (await settings(store)).details
    bodies = [_body(teller, way.value.language, notice, name=name, details=details) for way in left]
    outcomes = await asyncio.gather(
        *(send_by(teller, way, TITLE, body) for way, body in zip(left, bodies, strict=True))
    )
    sent = (
        *notice.sent_to,
        *(way.key for way, outcome in zip(left, outcomes, strict=True) if outcome == "sent"),
    )
    is_done = all(outcome == "sent" for outcome in outcomes)
    state = replace(
        notice, sent_to=sent, sending="done" if is_done else "failed" if notice.tried >= TRIES else "due"
    )
    await _keep_state(store, kept.key, state)


async def _keep_state(store: Store, key: str, state: Notice) -> None:
    def step(known: Notice | None) -> Notice | None:
        return None if known is None else replace(state, seen=known.seen)

    await change(store, KIND, key, Notice, step)


async def send_by(teller: Teller, way: Kept[Way], title: str, body: str) -> Outcome:
    """Send by one way, and keep what came of it. Raises StoreUnavailable."""
    address = address_of(teller.key, way)
    outcome: Outcome = "unreadable" if address is None else await teller.send(Letter(address, title, body))
    await note_outcome(teller.store, way.key, outcome, teller.clock())
    return outcome


async def _name(store: Store, notice: Notice) -> str:
    grant = await store.grant(notice.grant) if notice.grant else None
    return grant.clinician if grant else ""


def _body(teller: Teller, language: str, notice: Notice, *, name: str, details: bool) -> str:
    """Write it in the language of whoever added the way; nobody's page is being answered here."""
    token = read_by(Reader(language if language in LANGUAGES else SOURCE))
    try:
        words = plain(said(notice, name=name, details=details))
    finally:
        as_before(token)
    return f"{words}\n{teller.owner_url.rstrip('/')}{page_of(notice)}"


async def _facts(store: Store, now: int) -> Facts:
    grants = [grant for grant in await store.grants() if grant.kind == "visit" and not grant.erased_on]
    month = f"{month_of(now):%Y-%m-%d}"
    out = [each for each in await outside_shares(store) if not each.value.ended_on]
    return Facts(
        grants,
        await _over_limit(store, grants, now),
        await _asking(store, now),
        [(grant.id, kept.version) for grant, kept in await open_asks(store, now)],
        sum(each.value.shared_on < month for each in out),
        now,
    )


async def _over_limit(store: Store, grants: Sequence[Grant], now: int) -> frozenset[str]:
    over = set()
    for grant in grants:
        if grant.state(now) == "open":
            # Nothing is added: this only reads the sums.
            sums = await store.spend(grant.id, now // DAY, records=0, upstream_bytes=0)
            if spent_up(sums.records, sums.upstream_bytes):
                over.add(grant.id)
    return frozenset(over)


async def _asking(store: Store, now: int) -> Sequence[tuple[str, str]]:
    found = []
    for each in await store.documents(WAITING):
        grant, slash, browser = each.key.partition("/")
        waiting = decode(each.body)
        if slash and waiting.kind == "opening" and not waiting.answer and waiting.counts(now):
            found.append((grant, browser))
    return found
