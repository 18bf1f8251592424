"""The sharing receipt: what was shared, with whom, until when, and the check number that no changed log still has."""

import asyncio
from collections.abc import Sequence
from typing import Final

from aiohttp import web

from proxy.core.grant import Grant
from proxy.core.identity import ABOUT_ME, ME, read_about_me, whose
from proxy.core.logcheck import Claim, Finding, check_copy, heads_of
from proxy.core.logstory import files_of, ways_in
from proxy.core.logwords import copies_said, decode
from proxy.core.receipt import statement
from proxy.owner import pages
from proxy.owner.access import GRANT, no_such
from proxy.owner.access_shown import Snapshots, settled, visit_of
from proxy.owner.app_page import qr
from proxy.owner.checklist import note_seen
from proxy.owner.console import Console
from proxy.owner.receipt_sheet import QR, Receipt, check_words, counts_of, facts, sheet_of
from proxy.owner.signed import signed_in
from proxy.owner.turn import Turn
from proxy.owner.visitlog import bodies_of
from proxy.owner.words import _
from proxy.report.receipt_pdf import receipt_pdf

LARGEST_COPY: Final = 8_000_000
"""Bytes of a copy as a form sends it: some ten thousand records."""
_NO_SUCH_NUMBER: Final = _(
    "This check number was never that of this log. If it stands so on a receipt, the log was changed, or it is the receipt of another share."
)


def routes(console: Console, snapshots: Snapshots) -> list[web.RouteDef]:
    """List the addresses of this file."""

    async def show(turn: Turn) -> web.Response:
        return await _show(turn, snapshots)

    async def pdf(turn: Turn) -> web.Response:
        return await _pdf(turn, snapshots)

    async def check(turn: Turn) -> web.Response:
        return await _check(turn, snapshots)

    return [
        web.get(f"{GRANT}/receipt", signed_in(console, show)),
        web.get(f"{GRANT}/receipt.pdf", signed_in(console, pdf)),
        web.post(f"{GRANT}/receipt", signed_in(console, check, largest=LARGEST_COPY)),
    ]


async def _show(turn: Turn, snapshots: Snapshots) -> web.Response:
    grant = await _taken(turn)
    return no_such(turn) if grant is None else await _page(turn, snapshots, grant)


async def _pdf(turn: Turn, snapshots: Snapshots) -> web.Response:
    grant = await _taken(turn)
    if grant is None:
        return no_such(turn)
    receipt = await _receipt(turn, snapshots, grant)
    body = await asyncio.to_thread(receipt_pdf, sheet_of(receipt, qr(receipt.proof)))
    headers = {
        **pages.HEADERS,
        "Content-Type": "application/pdf",
        "Content-Disposition": f'attachment; filename="sharing-receipt-{grant.id}.pdf"',
    }
    return web.Response(body=body, headers=headers)


async def _taken(turn: Turn) -> Grant | None:
    """Give the share whose receipt is looked at, sealed if it is over; that it was looked at is on record."""
    grant, store = await visit_of(turn), turn.console.store
    if grant is None or grant.erased_on:
        return None
    grant = await settled(store, grant, turn.now)
    await turn.note("receipt", grant_of=grant.id)
    await note_seen(store, grant, "receipt", turn.now)
    return grant


async def _page(
    turn: Turn, snapshots: Snapshots, grant: Grant, *, finding: Finding | None = None, number: str = ""
) -> web.Response:
    receipt = await _receipt(turn, snapshots, grant)
    return turn.page(
        "receipt.html",
        receipt=receipt,
        grant=grant,
        facts=facts(receipt),
        check_words=check_words(receipt),
        qr_words=QR,
        qr=qr(receipt.proof),
        finding=finding,
        number=number or grant.head,
    )


async def _receipt(turn: Turn, snapshots: Snapshots, grant: Grant) -> Receipt:
    store = turn.console.store
    records = [decode(body) for body in await bodies_of(store, grant)]
    access = snapshots.access(grant, turn.now)
    stated = statement(grant)
    signing = turn.console.signing
    signature, kid, public_key = signing(stated) if signing else ("", "", "")
    return Receipt(
        access,
        stated,
        signature,
        kid,
        public_key,
        ways_in(records),
        files_of(records),
        counts_of(records),
        whose(access.what.identity, read_about_me(await store.document(ABOUT_ME, ME))),
        copies_said(records[-1]) if grant.ended_at is not None and records else "",
    )


async def _check(turn: Turn, snapshots: Snapshots) -> web.Response:
    """Say whether a copy of the log is what the check number belongs to, and what is wrong with it if it is not."""
    grant, store = await visit_of(turn), turn.console.store
    if grant is None or grant.erased_on:
        return no_such(turn)
    grant = await settled(store, grant, turn.now)
    await turn.note("log checked", grant_of=grant.id)
    original = await bodies_of(store, grant)
    number = "".join(turn.form.get("number").split()).lower()[:200]
    text = turn.form.raw("log")
    finding = await asyncio.to_thread(_finding, grant, original, text, number)
    return await _page(turn, snapshots, grant, finding=finding, number=number)


def _finding(grant: Grant, original: Sequence[bytes], text: str, number: str) -> Finding:
    heads = heads_of(original)
    if not number:
        number = grant.head
    if number not in heads:
        return Finding(False, _NO_SUCH_NUMBER)
    length = heads.index(number) + 1
    claim = Claim(grant.id, length, number, final=grant.ended_at is not None and length == grant.length)
    bodies = (
        [line.encode(errors="surrogatepass") for line in text.strip().split("\n")] if text.strip() else []
    )
    return check_copy(bodies, claim, original)
