"""Files to take home: made from the figures of the page, on record with their SHA-256 before they leave.

A locked file takes two steps: a page shows six words once, then the file is fetched. The words are derived from a
nonce in the address and the server's key, so that no process needs to keep them; the address alone opens nothing.
"""

import asyncio
import hashlib
import hmac
import re
from dataclasses import replace
from typing import Final

from aiohttp import web

from proxy.core.headers import PRIVATE
from proxy.core.study import Study
from proxy.locale.marked import _
from proxy.locale.reader import Reader as Reading
from proxy.locale.reader import read_by
from proxy.report.cover import Cover, Paper, is_unnamed
from proxy.report.lessened import offset_of, without_automation_before
from proxy.report.passwords import passphrase
from proxy.visit import pages
from proxy.visit.file_bodies import Making, body_of, name_of
from proxy.visit.file_cover import cover_of
from proxy.visit.files_offered import LETTER, PRINTED, REMOVED, Offer, files_offered, may_remove
from proxy.visit.reading import FILES
from proxy.visit.remarks import remarks_of
from proxy.visit.summary import Reader, for_reader
from proxy.visit.visit import Visit
from proxy.visit.whole import whole

LOCKED: Final = frozenset({"pdf-locked", "html"})
_TYPES: Final = {
    "pdf": "application/pdf",
    "png": "image/png",
    "html": "text/html",
    "json": "application/json",
    "csv": "text/csv",
}
_ONCE: Final = re.compile(r"[0-9a-f]{32}")
"""So often a study is asked for, each time for up to a second, until Nightscout has sent all of it."""
NO_FILE: Final = _(
    "This file is not among those that are shared for this visit. Go back to the summary and choose one there."
)
NOT_WHOLE: Final = _(
    "Nightscout did not answer everything just now, and half a file would mislead. Wait a moment and try again."
)
TOO_MANY: Final = _("Too many files in a short time. Wait a minute, then try again.")


async def file(visit: Visit, request: web.Request) -> web.Response:
    """Answer GET /visit/files/pdf and the others."""
    return await for_reader(visit, request, _file)


async def _file(reader: Reader) -> web.Response:
    visit, request = reader.visit, reader.request
    offer = _wanted(reader)
    if offer is None:
        return pages.message(
            _("Not shared"), NO_FILE, status=404, request_id=visit.request_id(request), to_summary=True
        )
    once = request.query.get("once", "")
    if offer.kind in LOCKED and not _ONCE.fullmatch(once):
        return await _words_once(reader, offer)
    # A file costs a quarter of a second of the processor, unlike a page.
    if not visit.entries.take(f"{FILES} {reader.found.grant.id}", visit.clock()):
        return pages.message(
            _("One moment"), TOO_MANY, status=429, request_id=visit.request_id(request), to_summary=True
        )
    study = await whole(reader.study)
    if not study.is_whole:
        return pages.message(
            _("One moment"), NOT_WHOLE, status=503, request_id=visit.request_id(request), to_summary=True
        )
    return await _send(reader, offer, study, words_for(visit.entry_key, reader.found.grant.id, once))


async def _send(reader: Reader, offer: Offer, study: Study, words: str) -> web.Response:
    if offer.kind not in PRINTED:
        # What programs read is the same in every language.
        read_by(Reading())
    unnamed = _is_unnamed(reader)
    cover = await _cover(reader, unnamed=unnamed)
    now = reader.visit.clock()

    def made() -> tuple[str, bytes]:
        making = _making(reader, study, cover, now=now, unnamed=unnamed)
        return name_of(making.summary, offer.kind), body_of(making, offer.kind, words, reader.visit.random)

    name, body = await asyncio.to_thread(made)
    headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'}
    response = web.Response(body=body, content_type=_TYPES[name.rpartition(".")[2]], headers=headers)
    also = " identifiers removed" if unnamed else ""
    return await reader.send(response, study, f"file {offer.kind} {reader.choice.words}{also}")


async def _words_once(reader: Reader, offer: Offer) -> web.Response:
    """Show the six words of a file that is made when it is fetched: with the same words, from the same address."""
    visit, once = reader.visit, reader.visit.random(16).hex()
    unnamed = reader.request.query.get(REMOVED[0]) == REMOVED[1] and offer.unnamed
    return pages.page(
        "file_words.html",
        label=offer.label,
        words=words_for(visit.entry_key, reader.found.grant.id, once).split("-"),
        address=f"{unnamed or offer.address}{_paper_kept(reader)}&once={once}",
        back=reader.choice.address(),
        grant=reader.found.grant,
    )


def _paper_kept(reader: Reader) -> str:
    return f"&{'='.join(LETTER)}" if _paper(reader) == "us-letter" else ""


def _paper(reader: Reader) -> Paper:
    return "us-letter" if reader.request.query.get(LETTER[0]) == LETTER[1] else "a4"


def words_for(key: bytes, grant: str, once: str) -> str:
    """Derive the six words of a locked file of a grant."""
    told = hmac.new(key, f"six words\0{grant}\0{once}".encode(), hashlib.sha256).digest()
    return passphrase(lambda count: told[:count])


def _wanted(reader: Reader) -> Offer | None:
    kind = reader.request.match_info["kind"]
    return next((one for one in files_offered(reader.policy, reader.choice) if one.kind == kind), None)


def _is_unnamed(reader: Reader) -> bool:
    asked = reader.request.query.get(REMOVED[0]) == REMOVED[1]
    return is_unnamed(reader.policy) or (asked and may_remove(reader.policy))


async def _cover(reader: Reader, *, unnamed: bool) -> Cover:
    grant, visit = reader.found.grant, reader.visit
    shared, written = await visit.shared(grant), await remarks_of(visit.store, grant)
    return cover_of(
        grant,
        shared,
        reader.policy,
        written,
        units=reader.choice.units,
        unnamed=unnamed,
        paper=_paper(reader),
    )


def _making(reader: Reader, study: Study, cover: Cover, *, now: int, unnamed: bool) -> Making:
    seen = replace(study, zone=offset_of(study.zone, study.span.end)) if unnamed else study
    remembered = reader.visit.remembered
    material = remembered.material(seen, reader.policy)
    summary = remembered.summary(seen, reader.choice, reader.policy, now=now)
    if "devicestatus" in study.compared_from:
        summary = without_automation_before(summary)
    making = Making(material, summary, cover, remembered.press())
    return making.unnamed() if unnamed else making
