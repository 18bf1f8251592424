"""How a clinician's connection goes from one process to another of this machine: the connection itself, not its bytes.

The process that gets it sees the address at the other end, cuts it when a grant ends, and has its own buffers: nothing
is relayed, so nothing can stay behind. What was read of the request goes with it and is read again there by the same
rules. So nobody need be believed: who reaches the inner door can do no more than who reaches the outer one.
"""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, cast

import structlog
from aiohttp import web

from proxy.live.engine import read_body
from proxy.live.refused import bad_request

LONGEST: Final = 256 * 1024
"""Bytes of a request with its head; both ends hold a request to less."""
_BACKLOG: Final = 1024
_LENGTH: Final = 4
_SECONDS: Final = 10
_SHORT_OF_FILES_SECONDS: Final = 0.1
_PATH_LIMIT: Final = 100
"""Addresses of Unix sockets have at most 103 (macOS) or 107 bytes (Linux)."""
_OF_THIS_HOP: Final = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"upgrade",
        b"expect",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"content-length",
        b"content-encoding",
    }
)
_ENDS: Final = (b"\r", b"\n", b"\0")
log = structlog.get_logger("live")


async def written(request: web.Request) -> bytes:
    """Read a request to its end and write it down anew. Raises Refused or Malformed.

    Its answer is to be the connection's last: else, one by one, all connections of a front proxy would end up in one
    process.
    """
    if request.method not in ("GET", "POST") or (request.method == "GET" and request.body_exists):
        raise bad_request()
    lines = [
        b" ".join((request.method.encode(), request.raw_path.encode(errors="surrogateescape"), b"HTTP/1.1"))
    ]
    lines += [name + b": " + value for name, value in request.raw_headers if name.lower() not in _OF_THIS_HOP]
    body = b""
    if request.method == "POST":
        # One byte too many goes along: whoever answers sees that it is too much, and ends the connection.
        body = await read_body(request)
        lines.append(f"Content-Length: {len(body)}".encode())
    is_websocket = request.headers.get("Upgrade", "").lower() == "websocket"
    lines.append(b"Connection: Upgrade\r\nUpgrade: websocket" if is_websocket else b"Connection: close")
    if any(end in line for line in lines[:-1] for end in _ENDS):
        raise bad_request()
    return b"\r\n".join([*lines, b"", b""]) + body


@contextmanager
def address(path: Path) -> Iterator[str]:
    """Give a path as the address of a socket: where it is too long, by its folder's descriptor (Linux)."""
    if len(os.fsencode(path)) <= _PATH_LIMIT or not Path("/proc/self/fd").is_dir():
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def connected(path: Path) -> socket.socket:
    """Knock at the inner door. Raises OSError at once if nobody is behind it, or too many wait."""
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        door.setblocking(False)
        with address(path) as where:
            door.connect(where)
    except BaseException:
        door.close()
        raise
    return door


async def send(door: socket.socket, transport: asyncio.Transport, text: bytes) -> None:
    """Hand a connection over, and let go of it here. Raises OSError while it is still ours to answer."""
    transport.pause_reading()
    try:
        socket.send_fds(door, [len(text).to_bytes(_LENGTH)], [transport.get_extra_info("socket").fileno()])
    except BaseException:
        transport.resume_reading()
        raise
    # From here on the other process may answer, so this one must not.
    try:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(_SECONDS):
                await asyncio.get_running_loop().sock_sendall(door, text)
    finally:
        transport.abort()


@contextmanager
def inner_door(path: Path) -> Iterator[socket.socket]:
    """Open the inner door for the length of the block; who was there before is gone. Raises OSError."""
    path.unlink(missing_ok=True)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        door.setblocking(False)
        with address(path) as where:
            door.bind(where)
        path.chmod(0o600)
        door.listen(_BACKLOG)
        try:
            yield door
        finally:
            path.unlink(missing_ok=True)  # ours still: only who has the lock comes here
    finally:
        door.close()


async def receive(door: socket.socket, serve: Callable[[], asyncio.Protocol]) -> None:
    """Take connections in; each is served by a protocol that `serve` makes. Never returns."""
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as tasks:
        while True:
            try:
                giver, _ = await loop.sock_accept(door)
            except (
                OSError
            ) as error:  # no more files may be open: those who wait at the door are told so there
                log.warning("inner_door", error=type(error).__name__)
                await asyncio.sleep(_SHORT_OF_FILES_SECONDS)
                continue
            tasks.create_task(_take_in(giver, serve))


async def _take_in(giver: socket.socket, serve: Callable[[], asyncio.Protocol]) -> None:
    with giver, suppress(OSError, TimeoutError, ValueError):
        giver.setblocking(False)
        async with asyncio.timeout(_SECONDS):
            length, taken = await _descriptor(giver)
            try:
                text = await _exactly(giver, length)
                taken.setblocking(False)
                await asyncio.get_running_loop().connect_accepted_socket(
                    lambda: _Resumed(serve(), text), taken
                )
            except BaseException:
                taken.close()
                raise


async def _descriptor(giver: socket.socket) -> tuple[int, socket.socket]:
    """Take the length of what was read of the request, and the connection."""
    await _readable(giver)
    head, descriptors, _, _ = socket.recv_fds(giver, _LENGTH, 1)
    if not descriptors:
        raise ValueError("no connection")
    taken = socket.socket(fileno=descriptors[0])
    os.set_inheritable(descriptors[0], False)
    length = int.from_bytes(head)
    if len(head) != _LENGTH or length > LONGEST:
        taken.close()
        raise ValueError("no request")
    return length, taken


async def _readable(sock: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(sock, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(sock)


async def _exactly(giver: socket.socket, length: int) -> bytes:
    text = bytearray()
    while len(text) < length:
        piece = await asyncio.get_running_loop().sock_recv(giver, length - len(text))
        if not piece:
            raise ValueError("the request is not whole")
        text += piece
    return bytes(text)


class _Resumed(asyncio.Protocol):
    """Lets a protocol begin with what another process has read, before anything that comes after it."""

    def __init__(self, inner: asyncio.Protocol, text: bytes) -> None:
        self._inner = inner
        self._text = text

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).set_protocol(self._inner)
        self._inner.connection_made(transport)
        self._inner.data_received(self._text)
