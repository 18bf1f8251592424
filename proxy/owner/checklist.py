"""The checklist of safe sharing, on each share: it ticks itself where the system knows, and is ticked by hand elsewhere.

After the “Final Checklist for Safe Sharing” of the guide that this project began with.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from aiohttp import web

from proxy.core.grant import Grant
from proxy.core.ports import Store
from proxy.owner import pages
from proxy.owner.access_shown import Access, visit_of
from proxy.owner.console import Console
from proxy.owner.kept import change, read
from proxy.owner.signed import signed_in
from proxy.owner.turn import Turn
from proxy.owner.words import _

KIND: Final = "checklist"
_PERSONAL: Final = frozenset({"Names, addresses and serial numbers", "Notes and messages"})


@dataclass(frozen=True, slots=True)
class Ticks:
    """What is kept of a share's checklist, under the grant's id: it goes when the share is erased."""

    by_hand: tuple[str, ...] = ()
    log_at: int = 0
    """When the log was read last; 0 for never."""
    receipt_at: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What the checklist is worked out from."""

    access: Access
    records: Sequence[Mapping[str, Any]]
    served: set[str] = field(default_factory=set)
    """Addresses of the console: what has its page can be led to."""
    ticks: Ticks = Ticks()

    def came(self, *ways: str) -> bool:
        """Say whether somebody came in by one of these ways."""
        return any(each.get("by") in ways and each["kind"] in ("opened", "sign_in") for each in self.records)


@dataclass(frozen=True, slots=True)
class Check:
    """One line. `by_hand` means that only the owner can know, and ticks it."""

    key: str
    words: str
    done: bool
    by_hand: bool
    href: str = ""


def routes(console: Console) -> list[web.RouteDef]:
    """List the addresses of this file."""
    return [web.post("/access/{grant:[0-9a-f]{16}}/checklist", signed_in(console, _tick))]


async def checklist(store: Store, known: Known) -> list[Check]:
    """Work it out. Raises StoreUnavailable."""
    kept = await read(store, KIND, known.access.grant.id, Ticks)
    known = replace(known, ticks=kept.value if kept else Ticks())
    return [*_itself(known), *_by_hand(known)]


async def note_seen(store: Store, grant: Grant, what: str, now: int) -> None:
    """Note that the log or the receipt was looked at. Raises StoreUnavailable."""

    def step(known: Ticks | None) -> Ticks | None:
        known = known or Ticks()
        return replace(known, log_at=now) if what == "log" else replace(known, receipt_at=now)

    await change(store, KIND, grant.id, Ticks, step)


def _itself(known: Known) -> list[Check]:
    access, grant, ticks = known.access, known.access.grant, known.ticks
    ended = grant.ended_at
    page = "" if ended is None else f"/access/{grant.id}"
    return [
        Check(key, words, done, by_hand=False, href=href)
        for key, words, done, href in (
            ("days", _("The days that matter were chosen"), grant.days > 0, ""),
            (
                "least",
                _("No notes, names or serial numbers are shown"),
                not _PERSONAL & set(access.what.shown),
                "",
            ),
            ("figures", _("Averages and time in range stand at the top"), True, ""),
            ("closed", _("It is encrypted on its way, needs a PIN and ends by itself"), True, ""),
            ("opened", _("It arrived: it was opened"), grant.opened_at is not None, ""),
            ("ended", _("Access has ended"), ended is not None, ""),
            ("documented", _("What was shared, with whom and when is on record"), grant.length > 0, ""),
            ("log", _("You read the log after the end"), ended is not None and ticks.log_at >= ended, page),
            (
                "receipt",
                _("You kept the receipt"),
                ended is not None and ticks.receipt_at >= ended,
                page and f"{page}/receipt",
            ),
        )
    ]


def _by_hand(known: Known) -> list[Check]:
    ticked = known.ticks.by_hand
    notes = "/notes" if "/notes" in known.served else ""
    return [
        Check(key, words, done=by_itself(known) or key in ticked, by_hand=not by_itself(known), href=href)
        for key, words, by_itself, href in (
            ("pin", _("The PIN went another way than the link"), _in_the_room, ""),
            ("notes", _("Sensor gaps and odd days are explained"), _never, notes),
            ("form", _("The clinic can work with this form, or has said which it needs"), _never, ""),
            ("old", _("Old links to your Nightscout, given out earlier, are closed"), _never, ""),
            ("talked", _("The findings were talked over"), _never, ""),
            (
                "copies",
                _("The clinic has deleted its copies, or filed them in your record"),
                _said_at_the_end,
                "",
            ),
        )
    ]


def _in_the_room(known: Known) -> bool:
    return known.came("pairing", "console")


def _said_at_the_end(known: Known) -> bool:
    """Say whether the clinician ticked it as they ended the access: it is on the log's last line."""
    last = known.records[-1] if known.records else {}
    return last.get("kind") == "ended" and (
        last.get("copies_deleted") is True or last.get("copies_filed") is True
    )


def _never(_known: Known) -> bool:
    return False


BY_HAND: Final = ("pin", "notes", "form", "old", "talked", "copies")


async def _tick(turn: Turn) -> web.Response:
    grant = await visit_of(turn)
    if grant is not None and not grant.erased_on:
        ticked = tuple(key for key in BY_HAND if key in turn.form.all("done"))
        step: Callable[[Ticks | None], Ticks] = lambda known: replace(known or Ticks(), by_hand=ticked)  # noqa: E731
        await change(turn.console.store, KIND, grant.id, Ticks, step)
    return pages.see_other(f"/access/{turn.request.match_info['grant']}#checklist")
