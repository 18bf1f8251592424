"""Shares that were made elsewhere, noted by hand: a file by the clinic's portal, a mail, a printed page."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from aiohttp import web

from proxy.core.mint import NAME_LENGTH
from proxy.core.owners import new_secret
from proxy.core.ports import Store
from proxy.owner import pages
from proxy.owner.console import Console
from proxy.owner.kept import Kept, change, read_all, write
from proxy.owner.signed import signed_in
from proxy.owner.turn import Turn
from proxy.owner.words import Said, _

KIND: Final = "outside-share"
HOME: Final = "/access/outside"
WAYS: Final = {
    "portal": _("File by the clinic's portal"),
    "mail": _("File by e-mail"),
    "message": _("File by a message"),
    "paper": _("On paper"),
    "stick": _("On a USB stick"),
    "link": _("Link to another site"),
    "other": _("Another way"),
}
MOST: Final = 200
TEXT_LENGTH: Final = 400
_BLANK: Final = Said(_("Say with whom you shared, and on which day."))
_FULL: Final = Said(_("There are 200 notes already. Remove some first."))


@dataclass(frozen=True, slots=True)
class Outside:
    """A share that this console has no part in: it can be noted, not ended from here."""

    whom: str
    what: str
    files: str
    way: str
    shared_on: str
    """Days as ISO dates."""
    until: str = ""
    ended_on: str = ""
    """The day on which the owner noted that it is over: deleted, or the link closed."""


def routes(console: Console) -> list[web.RouteDef]:
    """List the addresses of this file."""
    return [
        web.get(HOME, signed_in(console, _form)),
        web.post(HOME, signed_in(console, _add)),
        web.post(f"{HOME}/end", signed_in(console, _end)),
        web.post(f"{HOME}/remove", signed_in(console, _remove)),
    ]


async def outside_shares(store: Store) -> Sequence[Kept[Outside]]:
    """Give them, those that are still out first, then the newest first. Raises StoreUnavailable."""
    newest_first = sorted(
        await read_all(store, KIND, Outside), key=lambda each: each.value.shared_on, reverse=True
    )
    return sorted(newest_first, key=lambda each: bool(each.value.ended_on))


async def _form(turn: Turn) -> web.Response:
    return _page(turn, Outside("", "", "", "portal", _today(turn)))


def _page(turn: Turn, known: Outside, fault: Said | None = None) -> web.Response:
    status = 200 if fault is None else 400
    limits = {"name": NAME_LENGTH, "text": TEXT_LENGTH}
    return turn.page("access_outside.html", status=status, fault=fault, known=known, ways=WAYS, limits=limits)


async def _add(turn: Turn) -> web.Response:
    store, form = turn.console.store, turn.form
    known = Outside(
        whom=_line(form.get("whom"), NAME_LENGTH),
        what=_line(form.get("what"), TEXT_LENGTH),
        files=_line(form.get("files"), TEXT_LENGTH),
        way=form.get("way") if form.get("way") in WAYS else "other",
        shared_on=_day(form.get("shared_on")),
        until=_day(form.get("until")),
    )
    if not known.whom or not known.shared_on:
        return _page(turn, known, _BLANK)
    if len(await store.documents(KIND)) >= MOST:
        return _page(turn, known, _FULL)
    await turn.note("outside share noted")
    await write(store, KIND, new_secret(turn.console.random), known, version=None)
    return pages.see_other("/access")


async def _end(turn: Turn) -> web.Response:
    today = _today(turn)

    def step(known: Outside | None) -> Outside | None:
        return None if known is None or known.ended_on else replace(known, ended_on=today)

    await turn.note("outside share ended")
    await change(turn.console.store, KIND, _key(turn), Outside, step)
    return pages.see_other("/access")


async def _remove(turn: Turn) -> web.Response:
    await turn.note("outside share removed")
    await turn.console.store.drop(KIND, _key(turn))
    return pages.see_other("/access")


def _key(turn: Turn) -> str:
    return turn.form.get("share")[:100]


def _today(turn: Turn) -> str:
    return pages.moment(turn.now)["iso"][:10]


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return ""


def _line(text: str, most: int) -> str:
    """Give one line that can be shown, without what hides or turns letters."""
    kept = "".join(letter for letter in text if letter == "\n" or unicodedata.category(letter)[0] != "C")
    return " ".join(kept.split())[:most]
