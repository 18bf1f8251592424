"""“My notes for this visit”: the owner's own words for one clinician, kept with the grant or for the next share.

They are never written to Nightscout. What is picked of Nightscout's notes is their text and day, read again at the tap,
so that nothing goes that was not on the page. Each change is on the owner's record, and on the grant's: not its words.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from aiohttp import web

from proxy.core.errors import Conflict, GrantEnded, UpstreamError
from proxy.core.found_notes import FoundNote
from proxy.core.grant import Grant
from proxy.core.ports import Document
from proxy.core.record import Draft
from proxy.core.remarks import (
    DRAFT,
    LONGEST,
    MOST_PICKED,
    MOST_QUESTIONS,
    MOST_REMARKS,
    NEXT,
    REMARKS,
    Remarks,
    read_remarks,
    recorded,
)
from proxy.owner import pages
from proxy.owner.access_shown import visit_of, visits
from proxy.owner.console import Console
from proxy.owner.kept import write
from proxy.owner.nightscout_notes import DAYS, look_for_notes
from proxy.owner.remarks_form import read_remarks_form
from proxy.owner.signed import signed_in
from proxy.owner.turn import Turn
from proxy.owner.words import Said, _

HOME: Final = "/notes"
GRANT: Final = HOME + "/{grant:[0-9a-f]{16}}"
_GONE: Final = Said(_("There is no such share, or it has ended."))
_MEANWHILE: Final = Said(
    _("This was changed in another window. What is kept now is shown here; change it again.")
)
_CHANGED: Final = Said(
    _("One of the notes is no longer in your Nightscout as it was shown. Look again, then pick.")
)
_MANY: Final = Said(_("Up to %(most)s notes can go with one share. Pick fewer."), {"most": MOST_PICKED})
_NONE: Final = Said(_("No note is ticked."))
_OUT: Final = Said(_("Nightscout can't be read just now. Try again in a moment."))


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes that a page is about: of a share, or for the next one."""

    grant: Grant | None
    found: Document | None
    value: Remarks

    @property
    def version(self) -> str:
        """The version that a form names, so that it replaces what it has shown and nothing else."""
        return "" if self.found is None else str(self.found.version)

    @property
    def path(self) -> str:
        """Their address."""
        return HOME if self.grant is None else f"{HOME}/{self.grant.id}"


Page = Callable[[Turn, Notes], Awaitable[web.Response]]


def routes(console: Console) -> list[web.RouteDef]:
    """List the addresses of this file. What goes to somebody who has access already is confirmed."""
    found = []
    for path, share in ((HOME, False), (GRANT, True)):
        found += [
            web.get(path, signed_in(console, _about(_show))),
            web.post(path, signed_in(console, _about(_keep), share=share)),
            web.get(f"{path}/nightscout", signed_in(console, _about(_look))),
            web.post(f"{path}/nightscout", signed_in(console, _about(_pick), share=share)),
        ]
    return found


def _about(page: Page) -> Callable[[Turn], Awaitable[web.Response]]:
    async def answer(turn: Turn) -> web.Response:
        notes = await _notes(turn)
        if notes is None:
            return pages.message(turn.request, _("Not found"), _GONE, status=404, turn=turn)
        return await page(turn, notes)

    return answer


async def _notes(turn: Turn) -> Notes | None:
    store = turn.console.store
    if "grant" not in turn.request.match_info:
        found = await store.document(DRAFT, NEXT)
        return Notes(None, found, read_remarks(found))
    grant = await visit_of(turn)
    if grant is None or grant.state(turn.now) == "ended":
        return None
    found = await store.document(REMARKS, grant.id)
    return Notes(grant, found, read_remarks(found))


async def _show(turn: Turn, notes: Notes, fault: Said | None = None) -> web.Response:
    spare = min(MOST_REMARKS, len(notes.value.dated) + 2)
    others = [each for each in await visits(turn.console.store) if each.state(turn.now) != "ended"]
    return turn.page(
        "notes.html",
        status=400 if fault else 200,
        fault=fault,
        saved="saved" in turn.request.query,
        notes=notes,
        rows=range(max(spare, 3)),
        questions=range(MOST_QUESTIONS),
        longest=LONGEST,
        live=[] if notes.grant else others,
    )


async def _keep(turn: Turn, notes: Notes) -> web.Response:
    read, fault = read_remarks_form(turn.form, notes.value, _salt(turn))
    if turn.form.get("version") != notes.version:
        return await _late(turn, notes)
    if fault is not None:
        return await _show(turn, replace(notes, value=read), fault)
    try:
        return await _kept(turn, notes, read)
    except Conflict:
        return await _about(_late)(turn)


async def _late(turn: Turn, notes: Notes) -> web.Response:
    """Answer a form behind which something was kept already: what was sent twice, by two taps or by going back, is as wanted."""
    read, fault = read_remarks_form(turn.form, notes.value, notes.value.salt)
    if fault is None and read == notes.value:
        return pages.see_other(f"{notes.path}?saved")
    return await _show(turn, notes, _MEANWHILE)


async def _kept(turn: Turn, notes: Notes, read: Remarks) -> web.Response:
    """Put a change on record, then keep it. Raises Conflict."""
    store, grant = turn.console.store, notes.grant
    version = notes.found.version if notes.found else None
    if grant is None:
        await turn.note("notes changed")
        await write(store, DRAFT, NEXT, read, version=version)
        return pages.see_other(f"{notes.path}?saved")
    await turn.note("notes changed", grant_of=grant.id)
    draft = Draft("told", turn.console.clock(), {"by": "owner", "about": "remarks", **recorded(read)})
    try:
        await store.append(grant.id, draft)
    except GrantEnded:
        return pages.message(turn.request, _("Not found"), _GONE, status=404, turn=turn)
    await write(store, REMARKS, grant.id, read, version=version)
    return pages.see_other(f"{notes.path}?saved")


async def _look(turn: Turn, notes: Notes, fault: Said | None = None) -> web.Response:
    """Show the notes of Nightscout, none of them ticked."""
    days = _days(turn)
    try:
        found: Sequence[FoundNote] | None = await look_for_notes(turn.console, days)
    except UpstreamError:
        found, fault = None, _OUT
    return turn.page(
        "notes_pick.html",
        status=400 if fault else 200,
        fault=fault,
        notes=notes,
        found=found,
        known={each.key for each in notes.value.picked},
        days=days,
        choices=DAYS,
    )


async def _pick(turn: Turn, notes: Notes) -> web.Response:
    wanted = set(turn.form.all("note")) - {each.key for each in notes.value.picked}
    if turn.form.get("version") != notes.version:
        return await _look(turn, notes, _MEANWHILE)
    if not wanted:
        return await _look(turn, notes, _NONE)
    try:
        found = await look_for_notes(turn.console, _days(turn))
    except UpstreamError:
        return await _look(turn, notes, _OUT)
    new = [each.picked for each in found if each.picked.key in wanted and not each.is_too_long]
    if len(new) != len(wanted):
        return await _look(turn, notes, _CHANGED)
    picked = tuple(sorted((*notes.value.picked, *new), key=lambda each: (each.day, each.key)))
    if len(picked) > MOST_PICKED:
        return await _look(turn, notes, _MANY)
    return await _kept(turn, notes, replace(notes.value, picked=picked, salt=_salt(turn)))


def _days(turn: Turn) -> int:
    asked = turn.form.get("days") or turn.request.query.get("days", "")
    return next((each for each in DAYS if str(each) == asked), DAYS[0])


def _salt(turn: Turn) -> str:
    return turn.console.random(16).hex()
