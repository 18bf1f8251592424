"""“My notes for this visit”: what the owner wrote for one clinician, and single notes of Nightscout that they picked.

Rules of this file: pure. Words are the owner's own and are shown as given. The record tells that they changed by a
hash, which nobody can search for short words: a salt that is kept beside them is part of it.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

import msgspec

from proxy.core.days import span_words
from proxy.core.errors import StoreUnavailable
from proxy.core.ports import Document
from proxy.core.record import Value

REMARKS: Final = "remarks"
"""Documents by the id of the grant that they go with."""
DRAFT: Final = "remarks-draft"
"""The kind of the one document with what is to go with the next share."""
NEXT: Final = "next"

MOST_REMARKS: Final = 10
MOST_QUESTIONS: Final = 3
MOST_PICKED: Final = 20
LONGEST: Final = 300
"""Letters of a remark or question."""
LONGEST_PICKED: Final = 1_000
"""Letters of a note of Nightscout: a longer one can't be picked, because none is cut short."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that happened, and when, if that was said: ISO days."""

    words: str
    first: str = ""
    last: str = ""

    @property
    def when(self) -> str:
        """The days in words; empty if none were named."""
        return span_words(self.first, self.last)


@dataclass(frozen=True, slots=True)
class Picked:
    """A note of Nightscout: its text and its day, and nothing else of its row."""

    key: str
    """By which its row is known again on the owner's side; goes to no clinician."""
    day: str
    """ISO, in the owner's zone."""
    words: str

    @property
    def when(self) -> str:
        """The day in words."""
        return span_words(self.day, self.day)


@dataclass(frozen=True, slots=True)
class Remarks:
    """What goes with one share."""

    questions: tuple[str, ...] = ()
    dated: tuple[Remark, ...] = ()
    picked: tuple[Picked, ...] = ()
    salt: str = ""
    """Hex; new with every change."""

    def __bool__(self) -> bool:
        return bool(self.questions or self.dated or self.picked)


def read_remarks(found: Document | None) -> Remarks:
    """Read what is kept, or give that there is none. Raises StoreUnavailable if it can't be read."""
    if found is None:
        return Remarks()
    try:
        return msgspec.json.decode(found.body, type=Remarks)
    except msgspec.DecodeError:
        # Without its cause: a decoder's words could quote what is kept.
        raise StoreUnavailable("The data can't be read: restore a backup.") from None


def digest(remarks: Remarks) -> str:
    """Give the hash by which the record knows these words: hex SHA-256 of their JSON with sorted keys, salt included."""
    return hashlib.sha256(msgspec.json.encode(remarks, order="sorted")).hexdigest()


def recorded(remarks: Remarks) -> dict[str, Value]:
    """Give what a record tells of remarks: how many, and their hash; not a word of them."""
    return {
        "questions": len(remarks.questions),
        "remarks": len(remarks.dated),
        "picked": len(remarks.picked),
        "words_hash": digest(remarks),
    }
