"""The reader of one answer: their language, chosen on a page or told by their browser, and the words in it.

A language is the reader's choice and nothing of anybody's data: it comes from the request alone. It is kept for the
one request that is being answered, in a context of its own, so that each page need not hand it on.
"""

import re
from contextvars import ContextVar, Token
from dataclasses import dataclass
from typing import Final

from proxy.core.tongue import ENGLISH, Tongue, speak_in
from proxy.locale.catalogues import LANGUAGES, SOURCE, catalogue

YEAR: Final = 31_536_000
"""Seconds for which a browser keeps a choice."""
VISIT_COOKIE: Final = "visit-language"
"""Keeps what was chosen on a clinician's page: a word such as `de`, no data of anybody, and not that of the console."""
_LONGEST: Final = 300
_BACK: Final = re.compile(r"/(?:[A-Za-z0-9][A-Za-z0-9_./-]*)?(?:\?[A-Za-z0-9=&%/_.~+-]*)?", re.ASCII)
_WANTED: Final = re.compile(
    r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]{1,20})?\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?)\s*)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Reader:
    """In which language an answer is written, and to which page of ours it leads back."""

    language: str = SOURCE
    back: str = ""
    """Empty where a page can't be asked for again: then it offers no other language."""

    @property
    def others(self) -> tuple[tuple[str, str], ...]:
        """Give the languages that can be chosen instead, and their names."""
        return tuple(each for each in LANGUAGES.items() if each[0] != self.language) if self.back else ()


_READER: Final[ContextVar[Reader]] = ContextVar("reader", default=Reader())  # noqa: B039 - it is frozen


def reader_of(*, kept: str | None, accepts: str, method: str, address: str) -> Reader:
    """Find out who reads: `kept` is their choice in a cookie, `accepts` the Accept-Language of their browser."""
    language = kept if kept and kept in LANGUAGES else accepted(accepts)
    return Reader(language, address if method == "GET" and safe_back(address) == address else "")


def accepted(header: str) -> str:
    """Choose from an Accept-Language header, which may be anything; English if it wants nothing that we have."""
    wanted = []
    for place, part in enumerate(header[:_LONGEST].split(",")):
        found = _WANTED.fullmatch(part)
        if found and found[1].lower() in LANGUAGES and float(found[2] or 1) > 0:
            wanted.append((-float(found[2] or 1), place, found[1].lower()))
    return min(wanted)[2] if wanted else SOURCE


def safe_back(address: str) -> str:
    """Give an address of ours to go back to: `/` for anything that a browser could read as another site."""
    return address if len(address) <= _LONGEST and _BACK.fullmatch(address) else "/"


def read_by(reader: Reader) -> Token[Reader]:
    """Write from here on for this reader; what comes back undoes it by `as_before`."""
    token = _READER.set(reader)
    speak_in(_tongue(reader.language))
    return token


def as_before(token: Token[Reader]) -> None:
    """Write again for who was there before."""
    _READER.reset(token)
    speak_in(_tongue(reader().language))


def _tongue(language: str) -> Tongue:
    if language == SOURCE:
        return ENGLISH
    from babel.numbers import get_decimal_symbol  # noqa: PLC0415 - loaded for who reads another language

    return Tongue(say, say_number, get_decimal_symbol(language))


def reader() -> Reader:
    """Give the reader of the answer that is being written."""
    return _READER.get()


def say(text: str) -> str:
    """Put a sentence of ours into the reader's language; as it is, if the catalogue does not have it."""
    return catalogue(reader().language).gettext(text) if text else text


def say_number(one: str, many: str, number: int) -> str:
    """Put a sentence with a number into the reader's language, in the form that goes with the number."""
    return catalogue(reader().language).ngettext(one, many, number)
