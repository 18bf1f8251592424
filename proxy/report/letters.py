"""Letters on paper: what the fonts of a report can show, and what stands for the rest.

Rules of this file: a report never fails for what somebody wrote. PDF/UA allows no letter without a shape; a file in
which one is missing would not be made at all. Emoji are told by their name, letters that the fonts lack by a box, and
signs without a shape of their own, which could turn words around or hide them, are left out.
"""

import re
import unicodedata
from collections.abc import Collection
from typing import Any, Final

BOX: Final = "\N{WHITE SQUARE}"
_ODD: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u0700-\u109f\u1100-\u1cff\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u2e80-\ufaff\ufe00-\ufe0f\ufeff-\U0010ffff]"
)
"""What may have no shape: control signs, scripts that the fonts lack, emoji."""


def printable(told: Any, lacking: Collection[str] = ()) -> Any:
    """Give texts, or whatever holds texts, as they can be printed; `lacking` are letters that turned out to have no shape."""
    if isinstance(told, str):
        return _text(told, lacking)
    if isinstance(told, dict):
        return {name: printable(one, lacking) for name, one in told.items()}
    if isinstance(told, list | tuple):
        return [printable(one, lacking) for one in told]
    return told


def _text(text: str, lacking: Collection[str]) -> str:
    found = text if text.isascii() and text.isprintable() else _ODD.sub(_stand_in, text)
    return found if not lacking else "".join(BOX if one in lacking else one for one in found)


def _stand_in(found: re.Match[str]) -> str:
    sign = found[0]
    match unicodedata.category(sign):
        case "Cc" | "Zl" | "Zp":
            return " "
        case "Cf" | "Mn" | "Me":
            return ""
        case "So" | "Sk":
            return f"[{unicodedata.name(sign, 'sign').lower()}]"
        case _:
            return BOX


def without_shape(fault: str) -> frozenset[str]:
    """Read from a fault of typst which letters have no shape; none if it is about something else."""
    found = re.search(r'the text `"(.*)"` could not be displayed', fault)
    if found is None:
        return frozenset()
    return frozenset(re.sub(r"\\u\{([0-9a-f]+)\}", lambda code: chr(int(code[1], 16)), found[1]))
