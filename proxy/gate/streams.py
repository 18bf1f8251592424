"""Answers under way: cut within a second when their grant ends, whoever ended it and wherever."""

import asyncio
import fcntl
import socket
import struct
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf

import structlog

from proxy.core.errors import StoreUnavailable
from proxy.core.grant import Grant
from proxy.core.ports import Clock, Store

TICK_SECONDS = 0.25
HANDING_SECONDS = 2.0
"""From the record of a whole answer until it has surely been handed to the connection: compressing takes half a second."""
log = structlog.get_logger("streams")


@dataclass(slots=True)
class _Held:
    """A connection, and the grant whose answer was the last to be written to it."""

    grant: str
    expires_at: int
    busy_until: float
    """By the loop's clock: until then it counts as being written to, whatever is queued."""


class Streams:
    """The connections that hold, or may still hold, bytes of a grant."""

    def __init__(self) -> None:
        self._held: dict[asyncio.Transport, _Held] = {}

    @contextmanager
    def writing(self, grant: Grant, transport: asyncio.Transport | None) -> Iterator[None]:
        """Count a connection as being written to, until its grant's end at the latest."""
        if transport is None:
            raise ConnectionResetError("the client has gone")
        held = self._hold(grant, transport, inf)
        try:
            yield
        finally:
            held.busy_until = 0  # what is still queued is found by looking

    def handing(self, grant: Grant, transport: asyncio.Transport | None) -> None:
        """Count a connection as about to be written to: a whole answer, which a slow reader leaves in our queue."""
        if transport is not None:
            self._hold(grant, transport, asyncio.get_running_loop().time() + HANDING_SECONDS)

    def _hold(self, grant: Grant, transport: asyncio.Transport, busy_until: float) -> _Held:
        held = self._held[transport] = _Held(grant.id, grant.expires_at, busy_until)
        return held

    def cut(self, grant_id: str) -> None:
        """Abort all connections of a grant: queued bytes are dropped, here and in the kernel."""
        self._abort(lambda held: held.grant == grant_id)

    def cut_expired(self, now: int) -> None:
        """Abort the connections whose grant's time is over, and forget those that have closed."""
        self._abort(lambda held: now >= held.expires_at)
        self._held = {transport: held for transport, held in self._held.items() if not transport.is_closing()}

    def cut_all(self) -> None:
        """Abort everything: the store can't tell any more who may go on."""
        self._abort(lambda _: True)

    def _abort(self, ended: Callable[[_Held], bool]) -> None:
        now = asyncio.get_running_loop().time()
        for transport, held in list(self._held.items()):
            # A connection that is merely kept alive is left alone: its next request gets a proper refusal.
            if ended(held) and (now < held.busy_until or _queued(transport)):
                abort(transport)


def _queued(transport: asyncio.Transport) -> bool:
    """Say whether bytes wait to be sent, here or in the kernel; when in doubt, they do."""
    sock: socket.socket | None = transport.get_extra_info("socket")
    if transport.is_closing() or sock is None:
        return False
    if transport.get_write_buffer_size() > 0:
        return True
    try:
        return struct.unpack("i", fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(4))) != (0,)
    except OSError:
        return True


def abort(transport: asyncio.Transport) -> None:
    """Close a connection at once, so that what is queued is never sent."""
    sock: socket.socket | None = transport.get_extra_info("socket")
    if sock is not None:
        # Lingering for zero seconds makes the kernel drop what it holds and reset the connection.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def watch(streams: Streams, store: Store, clock: Clock) -> None:
    """Cut what must be cut, for as long as the server runs."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_watch_endings(streams, store))
        tasks.create_task(_watch_clock(streams, clock))


async def _watch_endings(streams: Streams, store: Store) -> None:
    while True:
        try:
            async for grant_id in store.endings():
                streams.cut(grant_id)
        except StoreUnavailable:
            log.warning("store_out_of_reach")
            streams.cut_all()
        await asyncio.sleep(TICK_SECONDS)


async def _watch_clock(streams: Streams, clock: Clock) -> None:
    while True:
        streams.cut_expired(clock())
        await asyncio.sleep(TICK_SECONDS)
