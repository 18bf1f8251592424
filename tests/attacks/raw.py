"""Bytes to a server as an attacker would send them, past what a client library allows."""

import asyncio
import re
from contextlib import suppress

from tests.living import Access, Living


async def send(house: Living, data: bytes, *, seconds: float = 2) -> bytes:
    """Send bytes on a new connection and give all that comes until it is closed, or nothing more comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.url.port)
    with suppress(ConnectionError):
        writer.write(data)
        await writer.drain()
    answer = b""
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(seconds):
            while chunk := await reader.read(65536):
                answer += chunk
    writer.transport.abort()
    return answer


def request(
    house: Living, target: str, access: Access | None, *lines: str, method: str = "GET", close: bool = True
) -> bytes:
    """Write a request: the target as it is given, further header lines as they are given."""
    head = [f"{method} {target} HTTP/1.1"]
    if not any(line.lower().startswith("host:") for line in lines):
        head.append(f"Host: 127.0.0.1:{house.url.port}")
    if access is not None:
        head.append(f"Authorization: Bearer {access.token}")
    head += [*lines, *(["Connection: close"] if close else [])]
    return ("\r\n".join(head) + "\r\n\r\n").encode()


def statuses(answer: bytes) -> list[int]:
    """Give the status of each answer in what came."""
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] ([0-9]{3})", answer)]
