"""Listening on a port, and running beside it: no logic of ours, only how a server of aiohttp is to behave.

aiohttp answers what is no HTTP at all by itself, and quotes it: here it gets the fields that every refusal has.
"""

import asyncio
import errno
import json
import secrets
import socket
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from typing import Any, Final

import structlog
from aiohttp import web
from aiohttp.web_request import BaseRequest

from proxy.core.headers import PRIVATE

_UNREADABLE = "This request can't be read. Send it again as a plain HTTP request."
_FAULT = "Something went wrong here."
BACKLOG: Final = 128
"""Connections that may wait to be taken."""
_NO_IPV6: Final = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)

log = structlog.get_logger("listening")


@contextmanager
def bound(host: str, port: int, *, shared: bool) -> Iterator[list[socket.socket]]:
    """Take a port before there is anything to serve: who comes early waits. Raises OSError.

    With `shared` other processes take the same port.
    """
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except UnicodeError as error:  # such as `a..b`
        raise socket.gaierror(socket.EAI_NONAME, "No such name") from error
    with taken([(family, address) for family, _, _, _, address in found], shared=shared) as places:
        yield places


@contextmanager
def taken(
    addresses: Sequence[tuple[socket.AddressFamily, tuple[Any, ...]]], *, shared: bool
) -> Iterator[list[socket.socket]]:
    """Take the addresses of one name. Raises OSError.

    `localhost` often stands for one of IPv6 too on a machine that has none: that one is left out, unless it is the only one.
    """
    with ExitStack() as stack:
        places: list[socket.socket] = []
        absent: OSError | None = None
        for family, address in dict.fromkeys(addresses):
            try:
                place = socket.create_server(address, family=family, backlog=BACKLOG, reuse_port=shared)
            except OSError as error:
                if family != socket.AF_INET6 or error.errno not in _NO_IPV6:
                    raise
                absent = error
            else:
                places.append(stack.enter_context(place))
        if not places and absent is not None:
            raise absent
        yield places


@asynccontextmanager
async def listening(app: web.Application, places: Iterable[socket.socket]) -> AsyncIterator[web.Server]:
    """Serve at bound sockets for the length of the block; give what serves a single connection."""
    # No access log: it would hold addresses with codes and tokens in them. The record is the log.
    runner = _Runner(app, access_log=None, shutdown_timeout=10, handler_cancellation=True)
    await runner.setup()
    try:
        for place in places:
            await web.SockSite(runner, place, backlog=BACKLOG).start()
        assert runner.server is not None
        yield runner.server
    finally:
        await runner.cleanup()


@asynccontextmanager
async def running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run something beside the block, and stop it at the block's end; if it fails, the block is ended."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(work)
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


class _Connection(web.RequestHandler):
    """One connection."""

    __slots__ = ()

    def handle_error(
        self,
        request: BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what could not be read, or a fault of the server's own: without a word of either."""
        is_theirs = status < web.HTTPInternalServerError.status_code
        if is_theirs:
            # Anybody can send such things, as often as they like: a word for each is enough.
            log.info("unreadable_request", status=status, fault=type(exc).__name__)
            if request.writer.output_size > 0:
                raise ConnectionError("An answer is under way already.")
        else:
            super().handle_error(request, status, exc, message)  # writes the fault to the log
        reason, told = ("unreadable", _UNREADABLE) if is_theirs else ("fault", _FAULT)
        body = {"reason": reason, "message": told, "request_id": secrets.token_hex(8)}
        response = web.Response(
            text=json.dumps(body),
            status=status,
            content_type="application/json",
            headers={**PRIVATE, "Server": "chaperone"},
        )
        response.force_close()
        return response


class _Server(web.Server):
    """Makes our connections."""

    def __call__(self) -> web.RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class _Runner(web.AppRunner):
    """Runs an application with our connections."""

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        server.__class__ = _Server  # the same server in everything but the connections that it makes
        return server
