"""Forms as both sides take them: from their own pages only, of a bounded size, in bounded time, and read one way only.

What stands in the address is no part of a form: addresses are kept in histories and logs.
"""

import asyncio
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import parse_qsl

from aiohttp import web

Reason = Literal["foreign_origin", "not_a_form", "too_slow", "too_large", "unreadable"]
STATUS: Final[dict[Reason, int]] = {
    "foreign_origin": 403,
    "not_a_form": 415,
    "too_slow": 408,
    "too_large": 413,
    "unreadable": 400,
}
_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Why a form is not taken; each side has its own words for it."""

    reason: Reason

    @property
    def status(self) -> int:
        """The HTTP status that goes with it."""
        return STATUS[self.reason]


async def read_pairs(
    request: web.Request, *, origin: str, largest: int, most: int, seconds: float = _SECONDS
) -> list[tuple[str, str]] | NotTaken:
    """Read a form of up to `largest` bytes (after any content encoding) and `most` fields, in their order."""
    if request.headers.getall("Origin", []) != [origin]:
        return NotTaken("foreign_origin")
    if request.content_type != "application/x-www-form-urlencoded":
        return NotTaken("not_a_form")
    try:
        async with asyncio.timeout(seconds):
            body = await _read_capped(request, largest)
    except TimeoutError:
        return NotTaken("too_slow")
    return NotTaken("too_large") if body is None else _parse(body, most)


async def _read_capped(request: web.Request, largest: int) -> bytes | None:
    body = bytearray()
    while chunk := await request.content.read(largest + 1 - len(body)):
        body += chunk
        if len(body) > largest:
            return None
    return bytes(body)


def _parse(body: bytes, most: int) -> list[tuple[str, str]] | NotTaken:
    try:
        return parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=most,
        )
    except ValueError:
        return NotTaken("unreadable")
