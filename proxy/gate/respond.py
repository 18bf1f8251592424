"""A finished body: recorded, then sent; with an ETag of ours for tools, compressed where that tells nothing."""

import asyncio
import hashlib
import hmac
import zlib

from aiohttp import web

from proxy.core.headers import PRIVATE
from proxy.core.view import View
from proxy.gate.body import Body
from proxy.gate.streams import STALLED_SECONDS, abort
from proxy.gate.turn import Turn

_WORTH_COMPRESSING = 1_000
_WORTH_A_THREAD = 200_000
_WORTH_PORTIONS = 1_000_000
_PORTION = 256 * 1024


async def respond(turn: Turn, body: Body) -> web.StreamResponse:
    """Record an answer and build it. Raises GrantEnded or StoreUnavailable: then nothing is sent."""
    gate, request = turn.gate, turn.request
    headers = {**PRIVATE, "X-Request-Id": turn.asked.request_id, **body.headers}
    status = body.status
    if "Cookie" not in request.headers and not body.secret and status == web.HTTPOk.status_code:
        if not body.tags:  # bodies are shared within one view only
            body.tags.append(etag(gate.site_key, turn.view, body.content))
        headers["ETag"] = body.tags[0]
        if headers["ETag"] in request.headers.get("If-None-Match", ""):
            status = web.HTTPNotModified.status_code
    content = b"" if status == web.HTTPNotModified.status_code else body.content
    # Before the record: an ending that comes while it is written must find this connection.
    gate.streams.carry(turn.grant, request.transport, under_way=True)
    await gate.store.append(
        turn.grant.id,
        turn.asked.draft(
            "answer",
            gate.clock(),
            door=turn.door,
            query=body.query,
            status=status,
            rows=body.rows,
            bytes=len(content),
            view=turn.view.id,
        ),
    )
    gate.metrics.answered(turn.door, status)
    gate.metrics.upstream_bytes.inc(body.fetched)
    await gate.limits.spend(turn.grant.id, turn.asked.at, upstream=body.fetched)
    if not body.secret and "gzip" in request.headers.get("Accept-Encoding", ""):
        content, headers = await _compressed(content, headers)
    if len(content) > _WORTH_PORTIONS and not turn.asked.head:
        return await _in_portions(turn, status, body.content_type, content, headers)
    gate.streams.carry(turn.grant, request.transport, under_way=False)
    charset = "utf-8" if body.content_type.startswith("text/") else None
    return web.Response(
        status=status, body=content, content_type=body.content_type, charset=charset, headers=headers
    )


def counted(turn: Turn, body: Body) -> web.Response:
    """Build an answer that is the same on every site, and so is counted but not recorded, as files are."""
    turn.gate.metrics.answers.labels(turn.door, "200").inc()
    return web.Response(body=body.content, content_type=body.content_type, headers=PRIVATE)


async def _in_portions(
    turn: Turn, status: int, content_type: str, content: bytes, headers: dict[str, str]
) -> web.StreamResponse:
    """Write a large body as the reader takes it: fifty readers at once must not mean fifty copies in memory."""
    response = web.StreamResponse(status=status, headers=headers)
    response.content_type = content_type
    response.content_length = len(content)
    await response.prepare(turn.request)
    view = memoryview(content)
    try:
        for at in range(0, len(content), _PORTION):
            async with asyncio.timeout(STALLED_SECONDS):
                await response.write(view[at : at + _PORTION])
        await response.write_eof()
    except TimeoutError:
        if turn.request.transport is not None:
            abort(turn.request.transport)
        return response
    turn.gate.streams.carry(turn.grant, turn.request.transport, under_way=False)
    return response


def etag(site_key: bytes, view: View, content: bytes) -> str:
    """Give our own ETag: keyed, so that nobody can test guesses of a body against it."""
    return '"' + hmac.digest(site_key, view.id.encode() + content, hashlib.sha256).hex()[:32] + '"'


async def _compressed(content: bytes, headers: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    if len(content) < _WORTH_COMPRESSING:
        return content, headers
    vary = headers["Vary"] + ", Accept-Encoding"
    work = asyncio.to_thread(_gzip, content) if len(content) > _WORTH_A_THREAD else None
    packed = await work if work is not None else _gzip(content)
    return packed, headers | {"Content-Encoding": "gzip", "Vary": vary}


def _gzip(content: bytes) -> bytes:
    return zlib.compress(content, level=5, wbits=31)
