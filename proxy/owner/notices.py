"""Notices: what an owner is told at once, kept as documents, each once, whoever sees it first.

Rules of this file: pure but for the store. A notice's key says what it is about, so that the store itself takes care
that several workers and nodes tell it once; keys begin with the grant's id, so that it goes with the grant.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal

from proxy.core.errors import Conflict
from proxy.core.grant import DAY, HOUR, Grant
from proxy.core.ports import Store
from proxy.owner.kept import Kept, change, read_all, write
from proxy.owner.words import Said, _

KIND: Final = "notice"
What = Literal["opened", "pins-5", "pins-10", "finished", "limit", "still-open", "asks", "wants", "monthly"]

STILL_OPEN: Final = 2 * HOUR
RECENT: Final = DAY
"""What happened longer ago is no news: a new installation, or one that was off, tells nothing of it."""
KEPT: Final = 90 * DAY
_HALF: Final = 5
_RECORDS_A_DAY: Final = 20_000
_BYTES_A_DAY: Final = 1_000_000_000

WORDS: Final[dict[What, tuple[str, str]]] = {
    "opened": (_("What you shared was opened."), _("%(name)s: what you shared was opened.")),
    "pins-5": (_("Wrong PINs were typed."), _("%(name)s: five wrong PINs were typed.")),
    "pins-10": (
        _("So many wrong PINs were typed that nobody new gets in. Give a new PIN if it is needed."),
        _("%(name)s: ten wrong PINs were typed, so nobody new gets in. Give a new PIN if it is needed."),
    ),
    "finished": (_("The clinician has ended the access."), _("%(name)s has ended the access.")),
    "limit": (
        _("So much was asked for today that no more is answered until midnight UTC."),
        _("%(name)s asked for so much today that no more is answered until midnight UTC."),
    ),
    "still-open": (
        _("It is still open two hours after the visit. End it?"),
        _("%(name)s still has access two hours after the visit. End it?"),
    ),
    "asks": (
        _("Somebody wants to open what you shared, and waits for your yes."),
        _("%(name)s: somebody wants to open what you shared, and waits for your yes."),
    ),
    "wants": (
        _("Somebody asks for more than you shared, and waits for your answer."),
        _("%(name)s asks for more than you shared, and waits for your answer."),
    ),
    "monthly": (
        _("Something that you shared is still open. See who has access."),
        _("Still open from before this month: %(count)s. See who has access."),
    ),
}
"""For each what is said without names and figures, and with them."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell."""

    what: What
    at: int
    grant: str = ""
    count: int = 0
    seen: bool = False
    """Whether it was shown in the console."""
    sending: Literal["due", "done", "failed"] = "due"
    tried: int = 0
    tried_at: int = 0
    sent_to: tuple[str, ...] = ()
    """Ways by which it went out."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What notices are worked out from, at one moment."""

    grants: Sequence[Grant]
    over_limit: frozenset[str]
    """Grants that have used up the day."""
    asking: Sequence[tuple[str, str]]
    """Grant and browser of those who wait for a yes."""
    wanting: Sequence[tuple[str, int]]
    """Grant of those who ask for more, and the version of the question."""
    outside: int
    """Shares made elsewhere that are still out since before this month."""
    now: int


def due(facts: Facts) -> dict[str, Notice]:
    """Give what there is to tell at this moment, by its key, whether or not it was told before."""
    found: dict[str, Notice] = {}
    for grant in facts.grants:
        for what, key in _of_grant(grant, facts):
            found[f"{grant.id}/{key}"] = Notice(what, facts.now, grant.id)
    names = {grant.id for grant in facts.grants}
    for grant_id, browser in facts.asking:
        if grant_id in names:
            found[f"{grant_id}/asks-{browser}"] = Notice("asks", facts.now, grant_id)
    for grant_id, version in facts.wanting:
        found[f"{grant_id}/wants-{version}"] = Notice("wants", facts.now, grant_id)
    return found | _monthly(facts)


def _of_grant(grant: Grant, facts: Facts) -> list[tuple[What, str]]:
    now, told = facts.now, list[tuple[What, str]]()
    if grant.kind != "visit" or grant.erased_on is not None:
        return told
    if grant.opened_at is not None and now - grant.opened_at < RECENT:
        told.append(("opened", "opened"))
    if grant.ending == "finished" and grant.ended_at is not None and now - grant.ended_at < RECENT:
        told.append(("finished", "finished"))
    if grant.state(now) == "ended":
        return told
    pin = hashlib.sha256(grant.pin_hash.encode()).hexdigest()[:12]
    if grant.tries_left <= _HALF:
        told.append(("pins-5", f"pins-5-{pin}-{now // DAY}"))
    if grant.tries_left <= 0:
        told.append(("pins-10", f"pins-10-{pin}"))
    if grant.id in facts.over_limit:
        told.append(("limit", f"limit-{now // DAY}"))
    if grant.opened_at is not None and now >= _visit(grant) + STILL_OPEN:
        told.append(("still-open", "still-open"))
    return told


def _visit(grant: Grant) -> int:
    """Give the time of the visit: for a dated one an hour after it may be opened; else when it was opened."""
    opened = grant.opened_at or grant.opens_at
    return opened if grant.lasts is not None else max(opened, grant.opens_at + HOUR)


def month_of(now: int) -> datetime:
    """Give the beginning of the month, in UTC."""
    return datetime.fromtimestamp(now / 1000, UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _monthly(facts: Facts) -> dict[str, Notice]:
    month = month_of(facts.now)
    since = round(month.timestamp() * 1000)
    open_ = [each for each in facts.grants if each.kind == "visit" and each.state(facts.now) != "ended"]
    count = sum(each.minted_at < since for each in open_) + facts.outside
    return {f"monthly/{month:%Y-%m}": Notice("monthly", facts.now, count=count)} if count else {}


def spent_up(records: int, upstream_bytes: int) -> bool:
    """Say whether a grant has reached its limit of the day (design §3)."""
    return records >= _RECORDS_A_DAY or upstream_bytes >= _BYTES_A_DAY


def said(notice: Notice, *, name: str, details: bool) -> Said:
    """Give a notice's sentence, with names and figures only where the owner wants them."""
    bare, full = WORDS[notice.what]
    if not details or (notice.grant and not name):
        return Said(bare)
    return Said(full, {"name": name, "count": notice.count})


async def notices(store: Store) -> Sequence[Kept[Notice]]:
    """Give all notices, the newest first. Raises StoreUnavailable."""
    return sorted(await read_all(store, KIND, Notice), key=lambda each: -each.value.at)


async def keep(store: Store, key: str, notice: Notice) -> bool:
    """Keep a notice; False if somebody else has told it already. Raises StoreUnavailable."""
    try:
        await write(store, KIND, key, notice, version=None)
    except Conflict:
        return False
    return True


async def unseen(store: Store) -> int:
    """Count what was not shown in the console yet. Raises StoreUnavailable."""
    return sum(not each.value.seen for each in await read_all(store, KIND, Notice))


def page_of(notice: Notice) -> str:
    """Give the page of the console on which something can be done about it."""
    if not notice.grant:
        return "/access"
    if notice.what == "wants":
        return "/asks"
    return f"/share/{notice.grant}" if notice.what == "asks" else f"/access/{notice.grant}"


async def mark_seen(store: Store, keys: Sequence[str]) -> None:
    """Note that they were shown. Raises StoreUnavailable."""
    for key in keys:
        await change(
            store,
            KIND,
            key,
            Notice,
            lambda known: None if known is None or known.seen else replace(known, seen=True),
        )
