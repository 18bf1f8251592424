"""Forms of the console: what a page sent, by name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from proxy.forms import NotTaken, Reason, read_pairs
from proxy.owner.words import Said, _

LARGEST: Final = 131_072
"""Bytes of a form."""
_MOST_FIELDS: Final = 400
_WORDS: Final[dict[Reason, str]] = {
    "foreign_origin": _("This was not sent from this site's own page. Open the page again."),
    "not_a_form": _("This page takes only its own form."),
    "too_slow": _("The form took too long to arrive. Please try again."),
    "too_large": _("That is more text than this page takes."),
    "unreadable": _("The form could not be read. Go back and try again."),
}


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
    """Read a form of up to `largest` bytes that one of our own pages sent."""
    pairs = await read_pairs(request, origin=origin, largest=largest, most=_MOST_FIELDS)
    if isinstance(pairs, NotTaken):
        return Fault(pairs.status, Said(_WORDS[pairs.reason]))
    # Browsers send every line break as two characters.
    return Form([(name, value.replace("\r\n", "\n")) for name, value in pairs])
