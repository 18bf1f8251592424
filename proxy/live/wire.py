"""One Engine.IO connection of a clinician: what waits to be sent, and the transports that carry it.

The queue is short on purpose: who does not read is let go, and what an ended grant has not fetched is dropped.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from proxy.live.packets import Malformed
from proxy.live.parcel import Parcel

MOST_QUEUED: Final = 8 * 1024 * 1024
MOST_PACKETS: Final = 200
PING_SECONDS: Final = 25.0
PONG_SECONDS: Final = 60.0
"""Longer than Nightscout's own 20 s: a page that draws a report of ninety days answers nothing meanwhile, and one that is
cut for that forgets what was chosen on it."""
MOST_HEARD: Final = 1_000
"""Packets of a client in a minute: it has a handful to say, and asks for next to nothing."""
_MINUTE: Final = 60.0
PING: Final = Parcel("2")
Abort = Callable[[asyncio.Transport], None]


class Wire:
    """A connection by long polling or websocket. Times are the event loop's, in seconds."""

    def __init__(self, sid: str, *, now: float, abort: Abort) -> None:
        self.sid = sid
        self.opened = now
        self.closed = False
        self.left = False
        """The client itself said goodbye."""
        self.polling = self.posting = False
        self._abort = abort
        self._queue: list[Parcel] = []
        self._size = 0
        self._filled = asyncio.Event()
        self._transports: set[asyncio.Transport] = set()
        self._straight: asyncio.Transport | None = None
        self._ping_at = now + PING_SECONDS
        self._pong_by: float | None = None
        self._heard, self._counts_from = 0, now

    def send(self, parcel: Parcel) -> None:
        """Send an Engine.IO packet, or queue it for the next poll. What is not fetched closes the connection in the end."""
        if self.closed:
            return
        if self._straight is not None:
            self._write(self._straight, parcel)
            return
        self._queue.append(parcel)
        self._size += len(parcel)
        self._filled.set()
        if self._size > MOST_QUEUED or len(self._queue) > MOST_PACKETS:
            self.close()

    def _write(self, transport: asyncio.Transport, parcel: Parcel) -> None:
        if not transport.is_closing():
            transport.write(parcel.message)
        if transport.is_closing() or transport.get_write_buffer_size() > MOST_QUEUED:
            self.close()

    async def take(self) -> list[Parcel]:
        """Wait for packets and take them; nothing means that the connection is closed."""
        await self._filled.wait()
        taken, self._queue, self._size = self._queue, [], 0
        if not self.closed:
            self._filled.clear()
        return taken

    def goes_straight(self, transport: asyncio.Transport | None) -> None:
        """Write all that is sent from now on as messages of a websocket: nobody need be woken for it."""
        self._straight = transport
        self.carried_by(transport)
        if transport is None:  # gone before it began
            self.close()

    def carried_by(self, transport: asyncio.Transport | None) -> None:
        """Note a transport on which something of this connection may be on its way."""
        self._transports = {known for known in self._transports if not known.is_closing()}
        if transport is not None:
            self._transports.add(transport)

    def let_go(self, transport: asyncio.Transport | None) -> None:
        """Note that a transport carries nothing of this connection any more."""
        if transport is not None:
            self._transports.discard(transport)

    def close(self) -> None:
        """Drop what is queued and abort what is under way; a client that said goodbye gets its open question answered."""
        self.closed = True
        self._queue, self._size = [], 0
        self._filled.set()
        for transport in () if self.left else self._transports:
            self._abort(transport)
        self._transports.clear()

    def hears(self, now: float) -> None:
        """Count a packet of the client. Raises Malformed if there is no end of them."""
        if now - self._counts_from > _MINUTE:
            self._heard, self._counts_from = 0, now
        self._heard += 1
        if self._heard > MOST_HEARD:
            raise Malformed("This is too much at once.")

    def ponged(self, now: float) -> None:
        """Note that the client is there."""
        self._pong_by = None
        self._ping_at = now + PING_SECONDS

    def tick(self, now: float) -> None:
        """Ping when it is time; close if the last ping stayed without an answer, or a poll was given up."""
        if self._transports and all(known.is_closing() for known in self._transports):
            self.close()
        elif self._pong_by is not None:
            if now > self._pong_by:
                self.close()
        elif now >= self._ping_at:
            self._pong_by = now + PONG_SECONDS
            self.send(PING)
