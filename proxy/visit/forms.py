"""Forms: read small and strictly, and only from our own pages."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web

from proxy.locale.marked import _

LARGEST: Final = 4096
"""Bytes of a form, after any content encoding."""
_MOST_FIELDS: Final = 8
_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Fault:
    """A form that is not taken: status, reason for machines, sentence for people."""

    status: int
    reason: str
    message: str


async def read_form(request: web.Request, *, origin: str) -> Mapping[str, str] | Fault:
    """Read a form that one of our own pages sent; each field once.

    What stands in the address is no part of it: addresses are kept in histories and logs.
    """
    if request.headers.getall("Origin", []) != [origin]:
        return Fault(
            403, "foreign_origin", _("This was not sent from this site's own page. Open the link again.")
        )
    if request.content_type != "application/x-www-form-urlencoded":
        return Fault(415, "not_a_form", _("This page takes only its own form."))
    try:
        async with asyncio.timeout(_SECONDS):
            body = await _read_capped(request)
    except TimeoutError:
        return Fault(408, "too_slow", _("The form took too long to arrive. Please try again."))
    if body is None:
        return Fault(413, "too_large", _("That is more text than this page takes."))
    return _parse(body) or Fault(400, "not_a_form", _("The form could not be read. Go back and try again."))


async def _read_capped(request: web.Request) -> bytes | None:
    body = b""
    while chunk := await request.content.read(LARGEST + 1 - len(body)):
        body += chunk
        if len(body) > LARGEST:
            return None
    return body


def _parse(body: bytes) -> Mapping[str, str] | None:
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
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else None
