"""The ticket of a browser session: what Nightscout's pages carry where Nightscout would give them its token.

Rules of this file: pure. A ticket is worth nothing without the cookie of the session that it is bound to.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass

LIFE = 15 * 60_000
"""Milliseconds."""
RENEWED_AFTER = 10 * 60_000
_ASKS_BEFORE_THE_END = 15 * 60_000
"""Nightscout's client renews this long before the end that it was told (15.0.7, its client/index.js)."""
_FORM = re.compile(r"ticket\.([0-9]{1,13})\.[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket, and the two moments that a page is told, in epoch milliseconds."""

    text: str
    issued_at: int
    told_end: int
    """Later than the true end, so that a page asks for the next one a few minutes before the true end."""


def ticket_key(entry_key: bytes) -> bytes:
    """Derive the key of all tickets of an installation."""
    return hmac.digest(entry_key, b"chaperone/ticket", hashlib.sha256)


def new_ticket(key: bytes, session_key: str, *, now: int) -> Ticket:
    """Give a ticket for a session (by the store's key of it)."""
    ends = now + LIFE
    text = f"ticket.{ends}.{_seal(key, session_key, ends)}"
    return Ticket(text, now, now + RENEWED_AFTER + _ASKS_BEFORE_THE_END)


def is_ticket(text: str) -> bool:
    """Tell a ticket from a token, by its form alone."""
    return _FORM.fullmatch(text) is not None


def fits(key: bytes, session_key: str, text: str, *, now: int) -> bool:
    """Say whether a ticket is of this session and still good."""
    found = _FORM.fullmatch(text)
    if found is None:
        return False
    ends = int(found[1])
    expected = f"ticket.{ends}.{_seal(key, session_key, ends)}"
    return hmac.compare_digest(expected.encode(), text.encode()) and now < ends


def _seal(key: bytes, session_key: str, ends: int) -> str:
    return hmac.digest(key, f"{session_key}\0{ends}".encode(), hashlib.sha256).hex()
