"""Answers under way: cut within a second when their grant ends, whoever ended it and wherever."""

import asyncio
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from proxy.core.errors import StoreUnavailable
from proxy.core.grant import Grant
from proxy.core.ports import Clock, Store

TICK_SECONDS = 0.25
log = structlog.get_logger("streams")


class Streams:
    """The connections that are being written to, by grant."""

    def __init__(self) -> None:
        self._open: dict[str, dict[asyncio.Transport, int]] = {}

    @contextmanager
    def writing(self, grant: Grant, transport: asyncio.Transport | None) -> Iterator[None]:
        """Count a connection as being written to, until its grant's end at the latest."""
        if transport is None:
            raise ConnectionResetError("the client has gone")
        held = self._open.setdefault(grant.id, {})
        held[transport] = grant.expires_at
        try:
            yield
        finally:
            held.pop(transport, None)
            if not held:
                self._open.pop(grant.id, None)

    def cut(self, grant_id: str) -> None:
        """Abort all connections of a grant: queued bytes are dropped, here and in the kernel."""
        for transport in list(self._open.get(grant_id, {})):
            abort(transport)

    def cut_expired(self, now: int) -> None:
        """Abort the connections whose grant's time is over."""
        for grant_id, held in list(self._open.items()):
            if any(now >= expires_at for expires_at in held.values()):
                self.cut(grant_id)

    def cut_all(self) -> None:
        """Abort everything: the store can't tell any more who may go on."""
        for grant_id in list(self._open):
            self.cut(grant_id)


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
