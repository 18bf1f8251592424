"""What was done here: the owners' own log, with the check number that it has now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from proxy.core.grant import Grant
from proxy.core.logwords import decode, deed, happened
from proxy.owner import pages
from proxy.owner.chain import chains
from proxy.owner.console import Console
from proxy.owner.signed import signed_in
from proxy.owner.turn import Turn
from proxy.owner.visitlog import bodies_of

HOME: Final = "/console-log"
SHOWN: Final = 100
"""Lines on a page; all of them are in the file."""


@dataclass(frozen=True, slots=True)
class Line:
    """One record in words, and the share that it is about, if that is still there."""

    at: int
    words: str
    seen: str
    """Kind of device and coarse address, as far as they are on record."""
    grant: Grant | None


def routes(console: Console) -> list[web.RouteDef]:
    """List the addresses of this file."""
    return [
        web.get(HOME, signed_in(console, _show)),
        web.get(f"{HOME}.jsonl", signed_in(console, _export)),
    ]


async def _show(turn: Turn) -> web.Response:
    await turn.note("console log read")
    store = turn.console.store
    known, grants = await chains(store), {grant.id: grant for grant in await store.grants()}
    newest = known[0]
    records = [decode(body) for body in await bodies_of(store, newest)]
    page = _page_number(turn.request.query.get("page", ""), len(records))
    end = len(records) - (page - 1) * SHOWN
    lines = [_line(fields, grants) for fields in reversed(records[max(0, end - SHOWN) : end])]
    return turn.page(
        "console_log.html",
        lines=lines,
        chain=newest,
        sealed=[chain for chain in known[1:] if chain.ended_at is not None],
        older=page + 1 if end > SHOWN else 0,
        newer=page - 1,
    )


def _page_number(text: str, count: int) -> int:
    wanted = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 1  # noqa: PLR2004 - digits
    return min(max(wanted, 1), max(1, -(-count // SHOWN)))


def _line(fields: Mapping[str, Any], grants: Mapping[str, Grant]) -> Line:
    seen = ", ".join(str(fields[key]) for key in ("device", "address") if fields.get(key))
    if fields["kind"] != "owner":
        return Line(fields["at"], happened(fields, frozenset(), str), seen, None)
    grant = grants.get(str(fields.get("grant_of")))
    is_told = grant is not None and grant.kind == "visit" and not grant.erased_on
    words = deed(fields, about=str(fields.get("whom") or "")) if is_told else deed(fields)
    return Line(fields["at"], words, seen, grant if is_told else None)


async def _export(turn: Turn) -> web.Response:
    """Give the exact records of the log that goes on, one per line: what the check number belongs to."""
    await turn.note("console log exported")
    body = b"".join(body + b"\n" for body in await _all(turn))
    headers = {
        **pages.HEADERS,
        "Content-Type": "application/x-ndjson; charset=utf-8",
        "Content-Disposition": 'attachment; filename="console-log.jsonl"',
    }
    return web.Response(body=body, headers=headers)


async def _all(turn: Turn) -> Sequence[bytes]:
    store = turn.console.store
    return await bodies_of(store, (await chains(store))[0])
