"""Files that an owner prepares for a visit: made on the clinicians' side, handed over in the console."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from proxy.core.grant import Grant


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """A file for the owner to send on or take along."""

    kind: str
    """As in the record: `pdf-locked` or `html`."""
    name: str
    media: str
    query: str
    """What the record says of it: kind, days, units."""
    body: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """Give the digest that the record names, in hex."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Prepared:
    """Files of one look at the data, which the same six words open; no files if the policy makes none."""

    words: str = field(repr=False)
    files: tuple[PreparedFile, ...]


Paper = Literal["a4", "us-letter"]
Prepare = Callable[[Grant, Paper], Awaitable[Prepared]]


async def prepare_nothing(_grant: Grant, _paper: Paper) -> Prepared:
    """Stand in for a clinicians' side that makes files."""
    return Prepared("", ())
