"""Notes in Nightscout's treatments, for the owner to pick from: each with its day and its text.

Rules of this file: pure, and forgiving: what is no text is no note. A note is known again by a hash over its row's id,
its moment and its text, so that a note that was changed in the meantime is another one, and is not picked unseen.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from proxy.core.plaintext import plain
from proxy.core.remarks import LONGEST_PICKED, Picked

MOST_FOUND: Final = 200


@dataclass(frozen=True, slots=True)
class FoundNote:
    """A note as it may be picked."""

    picked: Picked
    at: int
    """Epoch milliseconds of its row; 0 if the row tells none."""

    @property
    def is_too_long(self) -> bool:
        """Whether it can't be picked: no note is cut short."""
        return len(self.picked.words) > LONGEST_PICKED


def found_notes(rows: Iterable[Mapping[str, Any]], zone: str) -> list[FoundNote]:
    """Give the notes of treatments, newest first, at most MOST_FOUND. Rows that were deleted have none."""
    where = ZoneInfo(zone)
    found = [note for row in rows if row.get("isValid") is not False and (note := _note(row, where))]
    return sorted(found, key=lambda each: (-each.at, each.picked.key))[:MOST_FOUND]


def _note(row: Mapping[str, Any], where: ZoneInfo) -> FoundNote | None:
    text = row.get("notes")
    words = plain(text) if isinstance(text, str) else ""
    at = _moment(row.get("created_at"))
    if not words or at is None:
        return None
    day = datetime.fromtimestamp(at / 1000, where).date().isoformat()
    return FoundNote(Picked(_key(row, words), day, words), at)


def _moment(value: object) -> int | None:
    try:
        told = datetime.fromisoformat(value) if isinstance(value, str) else None
        if told is None:
            return None
        aware = told if told.tzinfo else told.replace(tzinfo=UTC)
        return round(aware.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def _key(row: Mapping[str, Any], words: str) -> str:
    known = [str(row.get("_id", "")), str(row.get("created_at", "")), words]
    return hashlib.sha256(msgspec.json.encode(known)).hexdigest()[:32]
