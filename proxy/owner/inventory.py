"""What is in my Nightscout: read when the owner asks for it, shown once, kept nowhere; nothing of it leaves this side.

The page is sent as it comes: first how far the reading is, then what was found. So it needs no script, and no memory
of a worker process holds anybody's data longer than the answer takes.
"""

import asyncio
from typing import Any, Final

from aiohttp import web

from proxy.core.inventory import Seen, telling, unknown
from proxy.core.inventory_told import COLLECTION_WORDS, KIND_WORDS, SORT_WORDS, leaves_as, report
from proxy.core.tongue import say
from proxy.owner import pages
from proxy.owner.console import Console
from proxy.owner.inventory_reading import DAYS, empty, gather
from proxy.owner.signed import Page, signed_in
from proxy.owner.turn import Turn
from proxy.owner.words import Said, _

HOME: Final = "/inventory"
_CUT: Final = "<!-- what was found -->"
_SECONDS: Final = 900
_BUSY: Final = Said(
    _("Nightscout is being read for this page already. Wait until that is done, then try again.")
)


def routes(console: Console) -> list[web.RouteDef]:
    """List the addresses of this file."""
    return [
        web.get(HOME, signed_in(console, _show)),
        web.post(HOME, signed_in(console, _looker(asyncio.Lock()))),
    ]


async def _show(turn: Turn) -> web.Response:
    return turn.page("inventory.html", all_days=DAYS, days=DAYS[0], fault=None, looking=False)


def _looker(one_at_a_time: asyncio.Lock) -> Page:
    async def look(turn: Turn) -> web.StreamResponse:
        if one_at_a_time.locked():
            return turn.page(
                "inventory.html", status=429, all_days=DAYS, days=DAYS[0], fault=_BUSY, looking=False
            )
        async with one_at_a_time:
            return await _look(turn)

    return look


async def _look(turn: Turn) -> web.StreamResponse:
    days = {str(each): each for each in DAYS}.get(turn.form.get("days"), DAYS[0])
    await turn.note("inventory read", days=days)
    frame = turn.page("inventory.html", all_days=DAYS, days=days, fault=None, looking=True).text or ""
    before, _cut, after = frame.partition(_CUT)
    response = web.StreamResponse(headers={**pages.HEADERS, "Server": "chaperone", "X-Accel-Buffering": "no"})
    response.content_type, response.charset = "text/html", "utf-8"
    await response.prepare(turn.request)
    await response.write(before.encode())
    try:
        async with asyncio.timeout(_SECONDS):
            await response.write(await _found(turn, response, days))
    except TimeoutError:
        await response.write(_text(turn, "inventory_slow.html").encode())
    await response.write(after.encode())
    await response.write_eof()
    return response


async def _found(turn: Turn, response: web.StreamResponse, days: int) -> bytes:
    """Read, and tell how far it is; give what was found as a part of the page."""
    found = empty()
    async for step in gather(turn.console.rows, found, now=turn.now, days=days):
        await response.write(_text(turn, "inventory_step.html", step=step, names=COLLECTION_WORDS).encode())
    words = await asyncio.to_thread(
        _text,
        turn,
        "inventory_found.html",
        found=list(found.values()),
        days=days,
        names=COLLECTION_WORDS,
        sorts=SORT_WORDS,
        telling=telling,
        unknown=unknown,
        kinds=_kinds,
        leaves_as=leaves_as,
        lines=[line for each in found.values() for line in report(each)],
    )
    return words.encode()


def _kinds(seen: Seen) -> str:
    """Name the kinds of value, the most frequent first, in the reader's language."""
    return ", ".join(say(KIND_WORDS[kind]) for kind, _count in seen.kinds.most_common())


def _text(turn: Turn, template: str, **values: Any) -> str:
    return turn.page(template, **values).text or ""
