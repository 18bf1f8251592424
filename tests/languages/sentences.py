"""Every sentence of the pages: from templates, from marked Python, and from the tables of words that pages show."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file

from proxy.core import adjusted, ask, labels
from proxy.visit.pages import IN_ENGLISH

HOUSE: Final = Path(__file__).parent.parent.parent / "proxy"
ONLY_IN_ENGLISH: Final = IN_ENGLISH | {
    "summary_files.html",
    "summary_glossary.html",
    "summary_remarks.html",
    "summary_text.html",
}
"""Templates of the clinicians' pages that no German page shows: the English pages, and what only they include."""
KEYWORDS: Final[Mapping[str, Any]] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "say": None,
    "say_number": (1, 2),
}
_TEMPLATE_OPTIONS: Final = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}


def templates() -> list[Path]:
    """List the templates whose sentences are in the catalogues."""
    visit = [path for path in (HOUSE / "visit/templates").glob("*.html") if path.name not in ONLY_IN_ENGLISH]
    return sorted([*visit, *(HOUSE / "owner/templates").glob("*.html")])


def modules() -> list[Path]:
    """List the Python files that may mark sentences."""
    return sorted(path for room in ("visit", "owner") for path in (HOUSE / room).glob("*.py"))


def tables() -> Iterator[tuple[str, str]]:
    """Give words that pages show by `|said` or `_()` from a table, and where the table stands."""
    yield from (("proxy/core/labels.py", words) for _, words in labels._CLASSES)
    yield from (("proxy/core/labels.py", words) for words in labels._DETAIL.values())
    yield from (("proxy/core/adjusted.py", switch.words) for switch in adjusted.SWITCHES)
    yield from (("proxy/core/ask.py", words) for words in ask.WORDS.values())
    for path in sorted((HOUSE.parent / "policies").glob("*.yaml")):
        titles = re.findall(r"^title: (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        yield from ((f"policies/{path.name}", words) for words in titles)


def collected() -> Catalog:
    """Collect all sentences, as a catalogue without translations."""
    found = Catalog(project="nightscout-chaperone", fuzzy=False)
    for path, method in [
        *((each, "jinja2") for each in templates()),
        *((each, "python") for each in modules()),
    ]:
        options = _TEMPLATE_OPTIONS if method == "jinja2" else {}
        kind = "jinja2.ext:babel_extract" if method == "jinja2" else method
        for _line, message, _comments, _context in extract_from_file(kind, path, KEYWORDS, (), options):
            if message:
                found.add(message, locations=[(path.relative_to(HOUSE.parent).as_posix(), 0)])
    for place, words in tables():
        found.add(words, locations=[(place, 0)])
    return found
