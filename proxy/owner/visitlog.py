"""One share's own page: its access log as it grows, in plain words; what was shared; and the exact records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiohttp import web

from proxy.core.grant import Grant
from proxy.core.logstory import Sentence, files_of, story, ways_in
from proxy.core.logwords import decode
from proxy.core.owners import mac, same
from proxy.core.ports import Store
from proxy.locale.figures import long_day
from proxy.owner import pages
from proxy.owner.access import GRANT, MORE, no_such
from proxy.owner.access_shown import Snapshots, settled, visit_of
from proxy.owner.checklist import Known, checklist, note_seen
from proxy.owner.console import Console
from proxy.owner.signed import signed_in
from proxy.owner.turn import Turn

RAW_SHOWN: Final = 100
"""Records that the page shows as they are; all of them are in the file."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of the log with its times in the zone of the log."""

    time: str
    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class Day:
    """The sentences of one day."""

    title: str
    lines: Sequence[Line]


def routes(console: Console, snapshots: Snapshots) -> list[web.RouteDef]:
    """List the addresses of this file."""

    async def show(turn: Turn) -> web.Response:
        return await _show(turn, snapshots)

    return [
        web.get(GRANT, signed_in(console, show)),
        web.get(f"{GRANT}/log", signed_in(console, _follow)),
        web.get(f"{GRANT}/log.jsonl", signed_in(console, _export)),
    ]


async def bodies_of(store: Store, grant: Grant) -> list[bytes]:
    """Read a chain as far as the grant knew it when it was read, so that both fit together."""
    bodies: list[bytes] = []
    async for record in store.records(grant.id):
        if len(bodies) == grant.length:
            break
        bodies.append(record.body)
    return bodies


def days_of(records: Sequence[dict[str, Any]], zone: str) -> list[Day]:
    """Tell a log by days, in a time zone."""
    where = ZoneInfo(zone)
    told = story(records, lambda at: pages.moment(at, zone)["words"])
    by_day = groupby(told, key=lambda each: _local(each.at, where).date())
    return [Day(long_day(day), [_line(each, where) for each in lines]) for day, lines in by_day]


def zone_of(grant: Grant) -> str:
    """Give the zone in which a log is told: the site's as it was at the opening. Asks nobody."""
    return grant.zone or "UTC"


async def _show(turn: Turn, snapshots: Snapshots) -> web.Response:
    grant, store = await visit_of(turn), turn.console.store
    if grant is None:
        return no_such(turn)
    if grant.erased_on:
        return turn.page("access_erased.html", grant=grant)
    grant = await settled(store, grant, turn.now)
    await turn.note("log", grant_of=grant.id)
    await note_seen(store, grant, "log", turn.now)
    bodies = await bodies_of(store, grant)
    records = [decode(body) for body in bodies]
    access = snapshots.access(grant, turn.now)
    return turn.page(
        "access_grant.html",
        access=access,
        grant=grant,
        days=days_of(records, zone_of(grant)),
        zone=zone_of(grant),
        ways=ways_in(records),
        files=files_of(records),
        consent=str(records[0].get("words", "")) if records else "",
        raw=[body.decode() for body in bodies[-RAW_SHOWN:]],
        more=[key for key, _span in MORE],
        checks=await checklist(store, Known(access, records, pages.served(turn.request))),
        opening=_opening(turn, grant),
    )


async def _follow(turn: Turn) -> web.Response:
    """Tell the open page what is new. Only to a page that was opened: its opening is on the owner's chain."""
    grant, store = await visit_of(turn), turn.console.store
    if grant is None or not same(turn.request.query.get("opening", ""), _opening(turn, grant)):
        return web.json_response({"state": "gone"}, status=404, headers=dict(pages.HEADERS))
    told: dict[str, Any] = {"state": grant.state(turn.now), "length": grant.length, "until": grant.expires_at}
    if turn.request.query.get("length") != str(grant.length) and not grant.erased_on:
        records = [decode(body) for body in await bodies_of(store, grant)]
        told["days"] = [_as_object(day) for day in days_of(records, zone_of(grant))]
    return web.json_response(told, headers=dict(pages.HEADERS))


async def _export(turn: Turn) -> web.Response:
    """Give the exact records, one per line: what the check number belongs to."""
    grant, store = await visit_of(turn), turn.console.store
    if grant is None or grant.erased_on:
        return no_such(turn)
    grant = await settled(store, grant, turn.now)
    await turn.note("export", grant_of=grant.id)
    body = b"".join(body + b"\n" for body in await bodies_of(store, grant))
    headers = {
        **pages.HEADERS,
        "Content-Type": "application/x-ndjson; charset=utf-8",
        "Content-Disposition": f'attachment; filename="access-log-{grant.id}.jsonl"',
    }
    return web.Response(body=body, headers=headers)


def _opening(turn: Turn, grant: Grant) -> str:
    return mac(turn.console.key, "log-opening", turn.kept.key, grant.id)


def _as_object(day: Day) -> dict[str, Any]:
    return {
        "title": day.title,
        "lines": [{"time": line.time, "words": line.words, "tone": line.tone} for line in day.lines],
    }


def _local(at: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at / 1000, zone)


def _line(sentence: Sentence, zone: ZoneInfo) -> Line:
    begin, end = (f"{_local(at, zone):%H:%M}" for at in (sentence.at, sentence.until))
    return Line(begin if begin == end else f"{begin}–{end}", sentence.words, sentence.tone)  # noqa: RUF001 - a span
