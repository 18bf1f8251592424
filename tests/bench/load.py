"""A small load generator: keep-alive connections on loopback, bounded in time and in number."""

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import nan
from statistics import quantiles
from typing import cast

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_MOST = 200_000

Questions = Iterator[bytes]
"""Whole requests, in turn."""


@dataclass
class Sample:
    """What was seen: seconds each answer took, how long the run was, bytes, and answers that were not 200."""

    took: list[float] = field(default_factory=list)
    seconds: float = 0.0
    bytes: int = 0
    failed: int = 0

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.took) / self.seconds

    def percentile(self, percent: int) -> float:
        """Milliseconds; not a number if nothing was answered."""
        if len(self.took) < 2:
            return self.took[0] * 1e3 if self.took else nan
        return quantiles(self.took, n=100, method="inclusive")[percent - 1] * 1e3


class Connection(asyncio.Protocol):
    """One connection: a question at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._port = 0
        self._done: asyncio.Future[tuple[int, int]] | None = None
        self._head = b""
        self._tail = b""
        self._length: int | None = None
        self._got = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance
        self._port = int(transport.get_extra_info("peername")[1])

    async def ask(self, question: bytes) -> tuple[int, int]:
        """Give status and size of the answer."""
        assert self._transport is not None
        self._done = asyncio.get_running_loop().create_future()
        self._head, self._tail, self._length, self._got = b"", b"", None, -1
        self._transport.write(question)
        return await self._done

    async def again(self) -> None:
        """Connect once more after a connection was cut."""
        await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", self._port)

    def close(self) -> None:
        assert self._transport is not None
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._got < 0:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            data, self._head = self._head[end + 4 :], self._head[:end]
            length = _LENGTH.search(self._head)
            self._length, self._got = int(length[1]) if length else None, 0
        self._got += len(data)
        self._tail = (self._tail + data)[-5:]
        complete = self._tail == b"0\r\n\r\n" if self._length is None else self._got >= self._length
        if complete and self._done is not None and not self._done.done():
            self._done.set_result((int(self._head[9:12]), self._got))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(exc or ConnectionError("closed in the middle of an answer"))


async def connected(port: int, count: int) -> list[Connection]:
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(Connection, "127.0.0.1", port) for _ in range(count)]
    return [connection for _, connection in made]


async def saturate(port: int, questions: Questions, *, connections: int, seconds: float) -> Sample:
    """Ask as fast as the answers come."""
    sample, start = Sample(), time.perf_counter()

    async def keep_asking(connection: Connection) -> None:
        while time.perf_counter() - start < seconds and len(sample.took) < _MOST:
            await _timed(connection, next(questions), sample, time.perf_counter())

    await _on_all(await connected(port, connections), keep_asking)
    sample.seconds = time.perf_counter() - start
    return sample


async def paced(port: int, questions: Questions, *, connections: int, seconds: float, rate: float) -> Sample:
    """Ask so many times a second, whatever comes; waiting for a free connection counts as waiting."""
    sample, start = Sample(), time.perf_counter()
    due = iter(range(min(_MOST, int(seconds * rate))))

    async def keep_pace(connection: Connection) -> None:
        for number in due:
            at = start + number / rate
            if (early := at - time.perf_counter()) > 0:
                await asyncio.sleep(early)
                # A timer rings up to a millisecond late: that is not the answer's fault.
                at = time.perf_counter()
            await _timed(connection, next(questions), sample, at)

    await _on_all(await connected(port, connections), keep_pace)
    sample.seconds = time.perf_counter() - start
    return sample


async def _timed(connection: Connection, question: bytes, sample: Sample, since: float) -> None:
    try:
        status, size = await connection.ask(question)
    except ConnectionError:  # such as Chaperone's, when a busy disk was out of reach for a second
        sample.failed += 1
        await connection.again()
        return
    sample.took.append(time.perf_counter() - since)
    sample.bytes += size
    sample.failed += status != 200


async def _on_all(connections: list[Connection], work: Callable[[Connection], object]) -> None:
    try:
        async with asyncio.timeout(120), asyncio.TaskGroup() as tasks:
            for connection in connections:
                tasks.create_task(work(connection))  # type: ignore[arg-type]  # both are coroutines
    finally:
        for connection in connections:
            connection.close()
