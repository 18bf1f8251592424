"""Rows for a door: a list, the newest one, or one by its id; streamed when it is long."""

from collections.abc import AsyncGenerator, AsyncIterator, Hashable
from contextlib import aclosing
from dataclasses import replace

from aiohttp import web

from proxy.core.doors import Entrance
from proxy.core.errors import QueryError
from proxy.core.grant import DAY
from proxy.core.lens import Lens, Row
from proxy.core.pseudonym import is_id
from proxy.core.query import IGNORED, LARGEST_COUNT, V3_LIMIT, Parameters, Query, parse_v1, parse_v3
from proxy.core.shape import LATEST_MS
from proxy.core.view import View
from proxy.gate.answers import JSON_V3, Form, form_of, write_rows
from proxy.gate.body import Body
from proxy.gate.long import Piece, head_of, stream
from proxy.gate.rows import sheets
from proxy.gate.turn import Turn
from proxy.gate.upstream import Reading
from proxy.locale.marked import _

WHOLE = 16 * 1024 * 1024
"""Up to here an answer is built whole, so that its record has rows and bytes."""
LARGE_SPAN = 3 * DAY


async def look_up(turn: Turn) -> Body | web.StreamResponse:
    """Answer a door with rows. Raises QueryError or UpstreamError."""
    kept = turn.gate.memory.recall_as_asked(_as_asked(turn))
    if kept is not None:
        return kept
    return await _made(turn, turn.view.lenses[turn.entrance.door.collection])


async def _made(turn: Turn, lens: Lens) -> Body | web.StreamResponse:
    if turn.entrance.door.use == "one" and not _is_type(turn.entrance):
        return await turn.gate.memory.answer(_key(turn), lambda: _one(turn, lens))
    query = _query(turn, lens)
    if _is_large(query):
        return await _large(turn, lens, query)
    key = _key(turn)
    if all(name != "token" for name, _ in turn.asked.parameters()):  # which is not kept
        turn.gate.memory.note(_as_asked(turn), key)
    return await turn.gate.memory.answer(key, lambda: _whole(turn, lens, query))


def _key(turn: Turn) -> Hashable:
    """Name a question as it was asked: `now` moves on, the answer is remembered for seconds only."""
    asked = tuple(sorted(pair for pair in turn.asked.parameters() if pair[0] not in IGNORED | {"token"}))
    return (turn.view.id, turn.asked.path, asked)


def _as_asked(turn: Turn) -> Hashable:
    """Name a question by its very words: to whoever repeats it, the answer is at hand without reading it again."""
    return (turn.view.id, turn.asked.path, turn.asked.query)


def _is_large(query: Query) -> bool:
    return query.until - query.since > LARGE_SPAN and query.count > V3_LIMIT


async def _whole(turn: Turn, lens: Lens, query: Query) -> Body:
    form = form_of(turn.entrance)
    reading = Reading(turn.gate.nightscout, turn.gate.metrics.upstream_seconds)
    pieces = [piece async for piece in _written(turn, lens, query, reading)]
    text = form.opening + form.joint.join(piece.text for piece in pieces) + form.closing
    rows = sum(piece.rows for piece in pieces)
    return Body(form.content_type, text, rows, query.words(lens.types), fetched=reading.bytes)


async def _large(turn: Turn, lens: Lens, query: Query) -> Body | web.StreamResponse:
    """Build a long answer, two at a time; beyond what is built whole, send it as it comes."""
    form = form_of(turn.entrance)
    reading = Reading(turn.gate.nightscout, turn.gate.metrics.upstream_seconds)
    async with aclosing(_written(turn, lens, query, reading)) as source:
        async with turn.gate.large:
            kept = turn.gate.memory.recall(_key(turn))
            if kept is not None:  # made for another while this one waited for its turn
                return kept
            begun, is_whole = await _begun(source, form)
        if is_whole:
            text = begun.text + form.closing
            body = Body(form.content_type, text, begun.rows, query.words(lens.types), fetched=reading.bytes)
            turn.gate.memory.keep(_key(turn), body)
            return body
        if turn.asked.head:
            return await head_of(turn, query.words(lens.types), form, reading)
        # From here on a slow reader holds up nobody: only the fetches go through the turnstile.
        reading.turnstile = turn.gate.large
        return await stream(turn, query.words(lens.types), form, begun, source, reading)


async def _begun(source: AsyncIterator[Piece], form: Form) -> tuple[Piece, bool]:
    """Join pieces up to the size that is built whole; say whether that was all."""
    built, size, rows = [form.opening], 0, 0
    async for piece in source:
        built += [form.joint, piece.text] if rows else [piece.text]
        size += len(piece.text)
        rows += piece.rows
        if size > WHOLE:
            return Piece(rows, b"".join(built)), False
    return Piece(rows, b"".join(built)), True


def _is_type(entrance: Entrance) -> bool:
    """Tell `/entries/sgv` from `/entries/<id>`, as Nightscout does: what has not the form of an id is a type."""
    return entrance.door.api == "v1" and entrance.arg != "" and not is_id(entrance.arg)


def _query(turn: Turn, lens: Lens) -> Query:
    parameters = [pair for pair in turn.asked.parameters() if pair[0] != "token"]
    entrance, now = turn.entrance, turn.asked.at
    if "history" in entrance.door.name:
        return _history(turn.view, lens, parameters, now=now, since=entrance.arg)
    if entrance.door.api == "v3":
        return parse_v3(turn.view, lens, parameters, now=now)
    types = (entrance.arg,) if _is_type(entrance) else ()
    query = parse_v1(turn.view, lens, parameters, now=now, types=types)
    return replace(query, count=1) if entrance.door.use == "current" else query


def _history(view: View, lens: Lens, parameters: Parameters, *, now: int, since: str) -> Query:
    """Read v3 history by the row's own date: when hidden things changed (srvModified) is not told."""
    query = parse_v3(view, lens, parameters, now=now)
    if since and (not since.isdigit() or int(since) > LATEST_MS):
        raise QueryError(_("The moment after /history/ is not one. Give epoch milliseconds."))
    return replace(query, since=max(query.since, int(since or 0) + 1), newest_first=False)


async def _written(turn: Turn, lens: Lens, query: Query, reading: Reading) -> AsyncGenerator[Piece]:
    only = turn.entrance.door.only
    asked = replace(query, count=LARGEST_COUNT) if only else query
    async with aclosing(sheets(turn.view, asked, reading.rows, now=turn.asked.at)) as source:
        async for sheet in source:
            if only:  # foods come as one list, so what is left after the choice is the answer
                rows = [row for row in sheet.rows if row.type == only][: query.count]
                yield Piece(len(rows), write_rows(rows, lens, query, turn.entrance))
                continue
            yield Piece(len(sheet), write_rows(sheet.rows, lens, query, turn.entrance))


async def _one(turn: Turn, lens: Lens) -> Body:
    """Find a row by its pseudonym: it can't be turned back, so the window is searched."""
    if any(name != "token" for name, _ in turn.asked.parameters()):
        raise QueryError(_("This filter is not available here."))
    view, wanted = turn.view, turn.entrance.arg
    types = None if lens.types is None else tuple(sorted(lens.types))
    query = Query(
        lens.collection, view.window.since, view.window.close(turn.asked.at), types, LARGEST_COUNT * 4
    )
    reading = Reading(turn.gate.nightscout, turn.gate.metrics.upstream_seconds)
    async with turn.gate.large:
        async for sheet in sheets(view, query, reading.rows, now=turn.asked.at):
            for row in sheet.rows:
                if wanted in (getattr(row, "_id", None), getattr(row, "identifier", None)):
                    return replace(_found(row, lens, query, turn.entrance), fetched=reading.bytes)
    if turn.entrance.door.api == "v3":
        return Body("application/json", b'{"status":404}', 0, "by id", status=404, fetched=reading.bytes)
    return Body("application/json", b"[]", 0, "by id", fetched=reading.bytes)


def _found(row: Row, lens: Lens, query: Query, entrance: Entrance) -> Body:
    text = write_rows([row], lens, query, entrance)
    form = form_of(entrance)
    if form is JSON_V3:
        form = Form("application/json", b'{"status":200,"result":', b",", b"}")
    return Body(form.content_type, form.opening + text + form.closing, 1, "by id")
