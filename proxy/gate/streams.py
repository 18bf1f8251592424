"""Connections that carry answers: those with bytes still on their way are cut when their grant ends.

Whoever ended it, and wherever: another worker, another node, or the clock. A connection that has delivered
everything is left alone, so that the page which says "this access has ended" can arrive on it.
"""

import asyncio
import fcntl
import socket
import struct
import termios
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from proxy.core.errors import StoreUnavailable
from proxy.core.grant import Grant
from proxy.core.ports import Clock, Store

TICK_SECONDS: Final = 0.25
STALLED_SECONDS: Final = 60
"""A reader that takes nothing for so long is let go."""
log = structlog.get_logger("streams")


@dataclass(slots=True)
class _Carrying:
    """What a connection carries now."""

    grant: str
    expires_at: int
    under_way: bool


class Streams:
    """The connections, and for whom each has carried an answer last."""

    def __init__(self) -> None:
        self._carrying: dict[asyncio.Transport, _Carrying] = {}

    def carry(self, grant: Grant, transport: asyncio.Transport | None, *, under_way: bool) -> None:
        """Note an answer; `under_way` if more of it is still to be written."""
        if transport is not None:
            self._carrying[transport] = _Carrying(grant.id, grant.expires_at, under_way)

    def cut(self, grant_id: str) -> None:
        """Abort the connections on which something of this grant is still on its way."""
        for transport, carried in list(self._carrying.items()):
            if carried.grant == grant_id:
                self._let_go(transport, carried)

    def cut_all(self) -> None:
        """Abort everything: the store can't tell any more who may go on."""
        for transport, carried in list(self._carrying.items()):
            self._let_go(transport, carried)

    def expired(self, now: int) -> set[str]:
        """Forget closed connections; give the grants whose time was to be over by now."""
        # One that is closing may still be delivering: it counts until it holds nothing more.
        done = [each for each in self._carrying if each.is_closing() and not each.get_write_buffer_size()]
        for transport in done:
            del self._carrying[transport]
        return {carried.grant for carried in self._carrying.values() if now >= carried.expires_at}

    def extended(self, grant: Grant) -> None:
        """Note that a grant goes on."""
        for carried in self._carrying.values():
            if carried.grant == grant.id:
                carried.expires_at = grant.expires_at

    def _let_go(self, transport: asyncio.Transport, carried: _Carrying) -> None:
        del self._carrying[transport]
        if carried.under_way or transport.get_write_buffer_size() or unsent(transport):
            abort(transport)


def unsent(transport: asyncio.Transport) -> int:
    """Give how many bytes the kernel has not delivered yet; 1 where it can't be asked, 0 once it is closed."""
    sock: socket.socket | None = transport.get_extra_info("socket")
    if sock is None or sock.fileno() < 0:
        # Closed since: there is nothing left here to take back.
        return 0
    try:
        return int(struct.unpack("i", fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(4)))[0])
    except OSError:
        return 1


def abort(transport: asyncio.Transport) -> None:
    """Close a connection at once, so that what is queued is never sent."""
    sock: socket.socket | None = transport.get_extra_info("socket")
    if sock is not None and sock.fileno() >= 0:
        # Lingering for zero seconds makes the kernel drop what it holds and reset the connection.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class Cuttable(Protocol):
    """Something else that carries what a grant shows."""

    def cut(self, grant_id: str) -> None: ...

    def cut_all(self) -> None: ...


async def watch(streams: Streams, store: Store, clock: Clock, *, also: Cuttable | None = None) -> None:
    """Cut what must be cut, for as long as the server runs; with it `also`, such as the sockets."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_watch_endings(store, [streams] if also is None else [streams, also]))
        tasks.create_task(_watch_clock(streams, store, clock))


async def _watch_endings(store: Store, carriers: Sequence[Cuttable]) -> None:
    while True:
        try:
            async for grant_id in store.endings():
                for carrier in carriers:
                    carrier.cut(grant_id)
        except StoreUnavailable:
            log.warning("store_out_of_reach")
            for carrier in carriers:
                carrier.cut_all()
        await asyncio.sleep(TICK_SECONDS)


async def _watch_clock(streams: Streams, store: Store, clock: Clock) -> None:
    while True:
        for grant_id in streams.expired(clock()):
            try:
                grant = await store.grant(grant_id)
            except StoreUnavailable:
                grant = None
            if grant is None or grant.state(clock()) == "ended":
                streams.cut(grant_id)
            else:
                streams.extended(grant)
        await asyncio.sleep(TICK_SECONDS)
