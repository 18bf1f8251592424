"""A fast upstream: prebuilt rows on loopback, cut by date and count with one copy, so that it is never the bottleneck.

Run as a process of its own: `python -m tests.bench.upstream PORT FOLDER`. The folder holds, per collection, a file
of rows (`entries.rows`, one JSON document a line, newest first) and one of their moments (`entries.moments`, 64-bit).
"""

from __future__ import annotations  # array is not generic while running, before Python 3.12

import asyncio
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs

import uvloop

from proxy.core.tidy import milliseconds
from tests.bench.bodies import COLLECTIONS

DEFAULT_COUNT = 10


def save(folder: Path, rows: Mapping[str, list[tuple[int, bytes]]]) -> None:
    """Write what the server reads."""
    for name, pairs in rows.items():
        (folder / f"{name}.rows").write_bytes(b"\n".join(text for _, text in pairs))
        (folder / f"{name}.moments").write_bytes(array("q", [at for at, _ in pairs]).tobytes())


@dataclass(frozen=True)
class Shelf:
    """One collection: its rows joined, where each begins, and their moments, negated so that they rise."""

    text: bytes
    starts: array[int]
    falling: array[int]

    def cut(self, since: int, until: int, count: int) -> bytes:
        first = bisect_right(self.falling, -until)
        last = min(bisect_left(self.falling, -since + 1), first + count)
        return b"[" + self.text[self.starts[first] : self.starts[last] - 1] + b"]" if last > first else b"[]"


def load(folder: Path, name: str) -> Shelf:
    lines = (folder / f"{name}.rows").read_bytes().split(b"\n")
    moments = array("q", (folder / f"{name}.moments").read_bytes())
    starts, at = array("q", [0]), 0
    for line in lines:
        at += len(line) + 1
        starts.append(at)
    return Shelf(b",".join(lines) + b",", starts, array("q", [-at for at in moments]))


class Server(asyncio.Protocol):
    def __init__(self, shelves: Mapping[str, Shelf]) -> None:
        self._shelves = shelves
        self._held = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            target = self._held.split(b" ", 2)[1].decode()
            self._held = self._held[end + 4 :]
            body = self._answer(target)
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            assert self._transport is not None
            self._transport.writelines([head.encode(), body])

    def _answer(self, target: str) -> bytes:
        path, _, question = target.partition("?")
        shelf = self._shelves.get(path.removeprefix("/api/v1/").removesuffix(".json"))
        if shelf is None:
            return b"[]"
        asked = {name: values[0] for name, values in parse_qs(question).items()}
        bounds = {name[-5:]: value for name, value in asked.items() if name.startswith("find[")}
        since, until = _moment(bounds.get("$gte]", "0")), _moment(bounds.get("[$lt]", str(1 << 50)))
        return shelf.cut(since, until, int(asked.get("count", DEFAULT_COUNT)))


def _moment(text: str) -> int:
    return int(text) if text.isdigit() else milliseconds(text) or 0


async def main() -> None:
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    shelves = {name: load(folder, name) for name in COLLECTIONS}
    server = await asyncio.get_running_loop().create_server(lambda: Server(shelves), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
