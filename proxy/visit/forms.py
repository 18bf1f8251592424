"""Forms of the clinicians' pages: small, and each field once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from proxy.forms import STATUS, NotTaken, Reason, read_pairs
from proxy.locale.marked import _

LARGEST: Final = 4096
"""Bytes of a form, after any content encoding."""
_MOST_FIELDS: Final = 8
_WORDS: Final[dict[Reason, str]] = {
    "foreign_origin": _("This was not sent from this site's own page. Open the link again."),
    "not_a_form": _("This page takes only its own form."),
    "too_slow": _("The form took too long to arrive. Please try again."),
    "too_large": _("That is more text than this page takes."),
    "unreadable": _("The form could not be read. Go back and try again."),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A form that is not taken: status, reason for machines, sentence for people."""

    status: int
    reason: str
    message: str


async def read_form(request: web.Request, *, origin: str) -> Mapping[str, str] | Fault:
    """Read a form that one of our own pages sent; each field once, and at least one."""
    pairs = await read_pairs(request, origin=origin, largest=LARGEST, most=_MOST_FIELDS)
    if isinstance(pairs, NotTaken):
        return _fault(pairs.reason)
    fields = dict(pairs)
    return fields if fields and len(fields) == len(pairs) else _fault("unreadable")


def _fault(reason: Reason) -> Fault:
    return Fault(STATUS[reason], "not_a_form" if reason == "unreadable" else reason, _WORDS[reason])
