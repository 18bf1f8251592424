"""Forms: read strictly, of a bounded size, and only from our own pages."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web

from proxy.owner.words import Said, _

LARGEST: Final = 131_072
"""Bytes of a form."""
_MOST_FIELDS: Final = 400
_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that was not taken: status, and a sentence for the owner."""

    status: int
    said: Said


@dataclass(frozen=True, slots=True)
class Form:
    """What a page sent: names and values in their order."""

    fields: Sequence[tuple[str, str]] = field(default=(), repr=False)

    def get(self, name: str, default: str = "") -> str:
        """Give the first value of a name, without the spaces around it."""
        return next((value.strip() for key, value in self.fields if key == name), default)

    def raw(self, name: str) -> str:
        """Give the first value of a name exactly as it was typed."""
        return next((value for key, value in self.fields if key == name), "")

    def all(self, name: str) -> Sequence[str]:
        """Give all values of a name: of boxes that were ticked."""
        return [value for key, value in self.fields if key == name]

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _value in self.fields)


async def read_form(request: web.Request, *, origin: str, largest: int = LARGEST) -> Form | Fault:
    """Read a form of up to `largest` bytes that one of our own pages sent. What stands in the address is no part of it."""
    if request.headers.getall("Origin", []) != [origin]:
        return Fault(403, Said(_("This was not sent from this site's own page. Open the page again.")))
    if request.content_type != "application/x-www-form-urlencoded":
        return Fault(415, Said(_("This page takes only its own form.")))
    try:
        async with asyncio.timeout(_SECONDS):
            body = await _read_capped(request, largest)
    except TimeoutError:
        return Fault(408, Said(_("The form took too long to arrive. Please try again.")))
    if body is None:
        return Fault(413, Said(_("That is more text than this page takes.")))
    return _parse(body) or Fault(400, Said(_("The form could not be read. Go back and try again.")))


async def _read_capped(request: web.Request, largest: int) -> bytes | None:
    body = bytearray()
    while chunk := await request.content.read(largest + 1 - len(body)):
        body += chunk
        if len(body) > largest:
            return None
    return bytes(body)


def _parse(body: bytes) -> Form | None:
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        return None
    # Browsers send every line break as two characters.
    return Form([(name, value.replace("\r\n", "\n")) for name, value in pairs])
