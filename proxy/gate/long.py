"""Long answers: on record before they begin, before each further part, and at their end, whole or cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import web

from proxy.core.errors import ChaperoneError
from proxy.core.headers import PRIVATE
from proxy.core.record import Kind
from proxy.gate.answers import Form
from proxy.gate.streams import STALLED_SECONDS, abort
from proxy.gate.turn import Turn
from proxy.gate.upstream import Reading

PART = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows, written and joined."""

    rows: int
    text: bytes


class _Long:
    """One long answer under way: what has been sent, and what of it is on record."""

    def __init__(self, turn: Turn, query: str) -> None:
        self.turn = turn
        self.query = query
        self.rows = self.bytes = self.recorded = 0
        self.response = web.StreamResponse(headers={**PRIVATE, "X-Request-Id": turn.asked.request_id})

    async def note(self, kind: Kind) -> None:
        turn = self.turn
        draft = turn.asked.draft(
            kind,
            turn.gate.clock(),
            door=turn.door,
            query=self.query,
            status=200,
            view=turn.view.id,
            rows=self.rows,
            bytes=self.bytes,
        )
        await turn.gate.store.append(turn.grant.id, draft)
        self.recorded = self.bytes

    async def send(self, piece: Piece) -> None:
        self.rows += piece.rows
        for at in range(0, len(piece.text), PART):
            part = piece.text[at : at + PART]
            self.bytes += len(part)
            if self.bytes - self.recorded >= PART:
                await self.note("part")
            async with asyncio.timeout(STALLED_SECONDS):
                await self.response.write(part)


async def stream(
    turn: Turn, query: str, form: Form, begun: Piece, rest: AsyncIterator[Piece], reading: Reading
) -> web.StreamResponse:
    """Send what has been built, then the rest. Raises if it can't begin; later faults cut the connection."""
    long = _Long(turn, query)
    await long.note("begun")
    long.response.content_type = form.content_type
    if "gzip" in turn.request.headers.get("Accept-Encoding", ""):
        long.response.enable_compression(web.ContentCoding.gzip)
    turn.gate.streams.carry(turn.grant, turn.request.transport, under_way=True)
    try:
        await long.response.prepare(turn.request)
        await long.send(begun)
        async for piece in rest:
            await long.send(Piece(piece.rows, form.joint + piece.text))
        await long.send(Piece(0, form.closing))
        await long.note("sent")
        await long.response.write_eof()
        turn.gate.streams.carry(turn.grant, turn.request.transport, under_way=False)
    except (ChaperoneError, OSError, TimeoutError):
        await _cut(long)
    except asyncio.CancelledError:
        await _cut(long)
        raise
    turn.gate.metrics.answers.labels(turn.door, "200").inc()
    turn.gate.metrics.upstream_bytes.inc(reading.bytes)
    await turn.gate.limits.spend(turn.grant.id, turn.gate.clock(), upstream=reading.bytes)
    return long.response


async def head_of(turn: Turn, query: str, form: Form, reading: Reading) -> web.StreamResponse:
    """Answer HEAD with the headers that `stream` begins with, on record; the rows are neither fetched on nor sent."""
    long = _Long(turn, query)
    long.response.content_type = form.content_type
    if "gzip" in turn.request.headers.get("Accept-Encoding", ""):
        # By name only: a compressor would end the body, which there is none of, with bytes of its own.
        long.response.headers["Content-Encoding"] = "gzip"
    # Before the record: an ending that comes while it is written must find this connection.
    turn.gate.streams.carry(turn.grant, turn.request.transport, under_way=True)
    await long.note("answer")
    turn.gate.metrics.answered(turn.door, 200)
    turn.gate.metrics.upstream_bytes.inc(reading.bytes)
    await turn.gate.limits.spend(turn.grant.id, turn.asked.at, upstream=reading.bytes)
    turn.gate.streams.carry(turn.grant, turn.request.transport, under_way=False)
    return long.response


async def _cut(long: _Long) -> None:
    if long.turn.request.transport is not None:
        abort(long.turn.request.transport)
    # If the chain is sealed or the store away, the missing end reads as interrupted.
    with suppress(ChaperoneError):
        await asyncio.shield(long.note("cut"))
