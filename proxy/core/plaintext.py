"""A person's own words as they are kept: every letter stays, what nobody can see goes.

Rules of this file: pure. Markup is left as it was typed: whoever puts words on a page or into a file escapes them there.
"""

import unicodedata
from typing import Final

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Control, direction and other invisible marks, halves of characters, private ones, odd line breaks."""
_JOINERS: Final = "\u200c\u200d"
"""Invisible, but some scripts can't write a word without them, and some emoji neither."""


def plain(text: str) -> str:
    """Give words on one line: composed, without what can't be seen, with single spaces."""
    seen = (letter if _is_seen(letter) else _instead(letter) for letter in unicodedata.normalize("NFC", text))
    return " ".join("".join(seen).split())


def _is_seen(letter: str) -> bool:
    return letter in _JOINERS or unicodedata.category(letter) not in _UNSEEN


def _instead(letter: str) -> str:
    """Put a space where a line ends or a tab stands, so that words are not glued together; else nothing."""
    return " " if letter.isspace() else ""
