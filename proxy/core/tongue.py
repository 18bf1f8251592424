"""In which language words and figures are written: English, unless whoever answers says otherwise for that one answer.

Rules of this file: pure. It knows no language but English; another one is given, with its words, for as long as one
answer is written. What goes into files, logs and answers for programs is written without one.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language: its word for ours, and its decimal sign."""

    say: Callable[[str], str] = str
    """Gives a sentence in it; as it is, if it is not known."""
    say_number: Callable[[str, str, int], str] = lambda one, many, number: one if number == 1 else many
    decimal: str = "."


ENGLISH: Final = Tongue()
_TONGUE: Final[ContextVar[Tongue]] = ContextVar("tongue", default=ENGLISH)


def _(text: str) -> str:
    """Mark a sentence for the catalogues, and give it as it is: it is put into a language where it is shown."""
    return text


def speak_in(tongue: Tongue) -> None:
    """Write in this language from here on, in this answer."""
    _TONGUE.set(tongue)


def say(text: str, /, **values: object) -> str:
    """Give a sentence of ours, with what varies put in by name: `say("above %(value)s", value="180")`."""
    found = _TONGUE.get().say(text) if text else text
    return found % values if values else found


def say_number(one: str, many: str, count: int, /, **values: object) -> str:
    """Give a sentence in the form that goes with a number, which it may name as `%(count)s`."""
    return _TONGUE.get().say_number(one, many, count) % {"count": count, **values}


def figure_text(text: str) -> str:
    """Write a number that was written with a point, such as `7.5`, with the sign of the language."""
    return text.replace(".", _TONGUE.get().decimal)


def grouped(number: int) -> str:
    """Write a whole number with the separators of the language: 12,960 or 12.960."""
    text = f"{number:,}"
    return text.replace(",", ".") if _TONGUE.get().decimal == "," else text
