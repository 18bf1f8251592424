"""“About me”: what the owner says once of whose data it is, and how much of that a policy tells.

Rules of this file: pure, and from what the owner typed alone, never from Nightscout. Who it is follows the policy's
`identity`. What somebody uses is told where something of who it is may be told, for a pump beside a loop can give a
person away, and where its class is shown: nobody is told of a pump where pumps are not shared.
"""

import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import msgspec

from proxy.core.days import day_words
from proxy.core.errors import StoreUnavailable
from proxy.core.policy import Identity
from proxy.core.ports import Document
from proxy.core.prepared import Paper
from proxy.core.tongue import say

ABOUT_ME: Final = "about-me"
"""The kind of the one document that holds it."""
ME: Final = "me"
LONGEST: Final = 80
"""Letters of a field."""
OLDEST: Final = 130
"""Years: a birth date before that was mistyped."""

Units = Literal["", "mg/dL", "mmol/L"]


@dataclass(frozen=True, slots=True)
class AboutMe:
    """What the owner said. Empty texts were not said."""

    name: str = ""
    birth_date: str = ""
    """ISO, without a time."""
    clinic_number: str = ""
    """The number under which a clinic knows the patient."""
    pump: str = ""
    sensor: str = ""
    loop_system: str = ""
    insulin: str = ""
    zone: str = ""
    """IANA name: in it the days of the owner's own notes are told."""
    units: Units = ""
    paper: Paper = "a4"
    """On which the owner prints."""


_EQUIPMENT: Final = (
    ("Pump", "pump", "device"),
    ("Sensor", "sensor", "device"),
    ("Loop system", "loop_system", "device"),
    ("Insulin", "insulin", "insulin"),
)
"""Words, the field, and the privacy class with which it is shown."""


def read_about_me(found: Document | None) -> AboutMe:
    """Read what is kept, or give that nothing was said. Raises StoreUnavailable if it can't be read."""
    if found is None:
        return AboutMe()
    try:
        return msgspec.json.decode(found.body, type=AboutMe)
    except msgspec.DecodeError:
        # Without its cause: a decoder's words could quote what is kept.
        raise StoreUnavailable("The data can't be read: restore a backup.") from None


def whose(level: Identity, about: AboutMe) -> str:
    """Say whose data it is, as far as a policy tells; empty if it tells nothing, or the owner gave no name."""
    match level:
        case "nothing":
            return ""
        case "initials":
            return initials(about.name)
        case "name":
            return about.name
        case "name and birth date":
            return ", ".join(_in_full(about))


def _in_full(about: AboutMe) -> Iterator[str]:
    if about.name:
        yield about.name
    if about.birth_date:
        yield say("born %(day)s", day=day_words(about.birth_date))
    if about.clinic_number:
        yield say("clinic number %(number)s", number=about.clinic_number)


def initials(name: str) -> str:
    """Give the first letter of each word of a name, with its marks: `Ana María de Óbidos` is `A. M. d. Ó.`."""
    return " ".join(f"{letter}." for word in name.split() if (letter := _first_letter(word)))


def _first_letter(word: str) -> str:
    begin = next((at for at, letter in enumerate(word) if letter.isalpha()), None)
    if begin is None:
        return ""
    end = begin + 1
    while end < len(word) and unicodedata.category(word[end]) in ("Mn", "Mc"):
        end += 1
    return word[begin:end]


def equipment(level: Identity, about: AboutMe, classes: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Give what the owner uses, in their own words, as far as a policy tells it that shows these privacy classes."""
    if level == "nothing":
        return ()
    said = ((words, str(getattr(about, field)), privacy) for words, field, privacy in _EQUIPMENT)
    return tuple((words, value) for words, value, privacy in said if value and privacy in classes)


def read_birth_date(text: str, today: date) -> str | None:
    """Give a birth date as it is kept, ISO; None for a text that is none."""
    try:
        born = date.fromisoformat(text)
    except ValueError:
        return None
    return born.isoformat() if today.year - OLDEST <= born.year and born <= today else None
