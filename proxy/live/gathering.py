"""All sockets of a site in one process: that which holds the lock serves them, the others hand theirs on to it.

When the process with the lock dies, the system gives the lock to another one; clients connect anew.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web

from proxy.core.errors import ChaperoneError
from proxy.live import passing
from proxy.live.refused import nobody_there, refusal

LOCK: Final = "live.lock"
DOOR: Final = "live.sock"
PATH: Final = "/socket.io/"
LOOK_SECONDS: Final = 0.2
"""Between two looks whether the lock is free, or the inner door open."""
PATIENCE_SECONDS: Final = 3.0
"""So long a request waits for a process that serves it, while one takes another's place."""
Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = structlog.get_logger("live")


class Gathering:
    """One process's part in it. `folder` is private to this user, and the same for all processes of the site.

    `serve` answers a request to `/socket.io/` in the right process. `unsent` gives how many bytes the kernel still
    holds of a connection: one that still delivers an earlier answer is not handed on, since only the process that gave
    that answer can cut it.
    """

    def __init__(self, folder: Path, serve: Serve, *, unsent: Callable[[asyncio.Transport], int]) -> None:
        self._lock = folder / LOCK
        self._door = folder / DOOR
        self._serve = serve
        self._unsent = unsent
        self._ends = False
        self.is_here = False
        """Whether the sockets are in this process."""

    def routes(self) -> list[web.RouteDef]:
        """Give the routes of the clinicians' application."""
        return [web.route("*", PATH, self.answer)]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request, here or there."""
        if self.is_here:
            return await self._serve(request)
        try:
            await self._hand_on(request)
        except ChaperoneError as error:
            return refusal(error)
        return web.Response()  # goes nowhere: the connection is not ours any more

    async def run(self, server: Callable[[], asyncio.Protocol]) -> None:
        """Serve the sockets once it is this process's turn; never returns.

        `server` makes what serves one connection of the clinicians' side.
        """
        try:
            async with self._elected():
                with passing.inner_door(self._door) as door:
                    self.is_here = True
                    await passing.receive(door, server)
        finally:
            self.is_here, self._ends = False, True

    @asynccontextmanager
    async def _elected(self) -> AsyncIterator[None]:
        """Hold the lock; the system takes it from a process that dies, however it dies."""
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            while not _locked(descriptor):  # noqa: ASYNC110 - other processes can't set an event here
                await asyncio.sleep(LOOK_SECONDS)
            yield
        finally:
            os.close(descriptor)

    async def _hand_on(self, request: web.Request) -> None:
        """Give a connection to the right process. Raises Refused if that can't be, or there is none."""
        transport = request.transport
        text = await passing.written(request)
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while transport is not None and asyncio.get_running_loop().time() < deadline and not self._ends:
            try:
                if not self._delivers(transport):
                    with passing.connected(self._door) as door:
                        await passing.send(door, transport, text)
                    return
            except OSError:
                pass
            await asyncio.sleep(LOOK_SECONDS)
        log.warning("live_nowhere")
        raise nobody_there()

    def _delivers(self, transport: asyncio.Transport) -> bool:
        return bool(transport.get_write_buffer_size() or self._unsent(transport))


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
