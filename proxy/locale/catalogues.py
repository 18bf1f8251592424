"""Catalogues: read from `<language>/LC_MESSAGES/chaperone.po` when first asked for, and kept in memory.

Nothing is compiled beforehand, so what stands in a catalogue is what is shown.
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Final

SOURCE: Final = "en"
LANGUAGES: Final = MappingProxyType({SOURCE: "English", "de": "Deutsch"})
"""Languages of the pages, each by its own name."""
_ROOM: Final = Path(__file__).parent


def path_of(language: str) -> Path:
    """Give the file of a language's catalogue."""
    return _ROOM / language / "LC_MESSAGES" / "chaperone.po"


@cache
def catalogue(language: str) -> NullTranslations:
    """Give a language's catalogue; the source needs none. An entry that is marked as fuzzy counts as missing."""
    if language == SOURCE:
        return NullTranslations()
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - loaded for who reads another language
    from babel.messages.pofile import read_po  # noqa: PLC0415 - as above

    with path_of(language).open("rb") as source:
        read = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return GNUTranslations(compiled)
