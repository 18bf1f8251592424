"""Every sentence of the pages: from templates, from marked Python, and from the tables of words that pages show."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file

from proxy.core import adjusted, ask, days, identity, inventory_told, labels, logterms
from proxy.report import figure, pdf, targets, words_lists, words_tables
from proxy.report import words as report_words
from proxy.visit import arrived, files_offered, summary, summary_page

HOUSE: Final = Path(__file__).parent.parent.parent / "proxy"
KEYWORDS: Final[Mapping[str, Any]] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "say": None,
    "say_number": (1, 2),
    "_in_days": (1, 2),
}
_OF_CORE: Final = (
    "days",
    "diffterms",
    "identity",
    "lens",
    "logcheck",
    "logstory",
    "logwords",
    "mint",
    "query",
)
_TEMPLATE_OPTIONS: Final = {
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "silent": "false",
    "newstyle_gettext": "true",
}


def _keywords(path: Path) -> Mapping[str, Any]:
    """Give the functions that take sentences: in the report's tables, a line takes its label."""
    return {**KEYWORDS, "line": None} if path.name == "words_tables.py" else KEYWORDS


def templates() -> list[Path]:
    """List the templates whose sentences are in the catalogues."""
    return sorted(
        path
        for room in ("gate", "visit", "owner", "report")
        for path in (HOUSE / room / "templates").glob("*.html")
    )


def modules() -> list[Path]:
    """List the Python files that may mark sentences."""
    rooms = [path for room in ("gate", "visit", "owner", "report") for path in (HOUSE / room).glob("*.py")]
    return sorted([*rooms, *(HOUSE / "core" / f"{name}.py" for name in _OF_CORE), HOUSE / "stores/folder.py"])


def _of_the_log() -> Iterator[str]:
    yield from (words for _, words in logterms.COLLECTIONS)
    for table in (
        logterms.PAGES,
        logterms.LIVE,
        logterms.LIVE_ASKED,
        logterms.BY,
        logterms.OUTCOMES,
        logterms.ENDINGS,
        logterms.COPIES,
        logterms.STATES,
        logterms.FILES,
        logterms.DEVICES,
    ):
        yield from table.values()
    yield from logterms.REASONS.values()
    for deed in logterms.DEEDS.values():
        yield from (deed, logterms.done_by_somebody(deed))


def _inventory_words() -> Iterator[str]:
    told = inventory_told
    for table in (told.SORT_WORDS, told.COLLECTION_WORDS, told.CLASS_WORDS, told.KIND_WORDS):
        yield from table.values()
    yield from (told.UNKNOWN, told.RENAMED)


def tables() -> Iterator[tuple[str, str]]:
    """Give words that pages show by `|said` or `_()` from a table, and where the table stands."""
    printed = (HOUSE / "report/templates/summary.typ").read_text(encoding="utf-8")
    yield from (("proxy/report/templates/summary.typ", words) for words in pdf.sentences_in(printed))
    yield from (("proxy/core/inventory_told.py", words) for words in _inventory_words())
    yield from (("proxy/core/labels.py", words) for _, words in labels._CLASSES)
    yield from (("proxy/core/labels.py", words) for words in labels._DETAIL.values())
    yield from (("proxy/core/adjusted.py", switch.words) for switch in adjusted.SWITCHES)
    yield from (("proxy/core/ask.py", words) for words in ask.WORDS.values())
    yield from (("proxy/core/logterms.py", words) for words in _of_the_log())
    yield from (("proxy/core/days.py", month) for month in days._MONTHS)
    yield from (("proxy/report/figure.py", text) for text in figure.WORDS.values())
    yield from (("proxy/report/words_text.py", reason.replace("_", " ")) for reason in figure.WORDS)
    for table in (
        report_words.MODE_WORDS,
        report_words.EPISODE_WORDS,
        report_words.BAND_WORDS,
        report_words.EVENT_WORDS,
    ):
        yield from (("proxy/report/words.py", text) for text in table.values())
    yield from (("proxy/report/words_tables.py", text) for text in words_tables._CHANGED.values())
    yield from (
        ("proxy/report/words_lists.py", text) for text in (*words_lists._WEEKDAYS, *words_lists._MONTHS)
    )
    for one in targets.TARGETS.values():
        yield from (("proxy/report/targets.py", text) for text in (one.title, one.title.lower()))
    yield from (
        ("proxy/report/glucose.py", f"from averages of {minutes} minutes") for minutes in (15, 60, 1440)
    )
    yield "proxy/report/gaps.py", "sensor change"
    yield "proxy/report/summary.py", "There are no glucose readings to judge."
    yield "proxy/report/automation.py", "more than one system"
    yield "proxy/report/automation.py", "OpenAPS, AAPS, Trio or iAPS"
    yield from (("proxy/visit/summary.py", text) for text in summary.TARGET_NAMES.values())
    said = (arrived.LATE, arrived.FAILED, summary_page._ZONE_UNKNOWN)
    yield from (("proxy/visit/summary_page.py", text) for text in said)
    for _kind, label, hint in files_offered._PRINTED:
        yield from (("proxy/visit/files_offered.py", text) for text in (label, hint))
    yield from (("proxy/visit/files_offered.py", label) for _kind, label in files_offered._CSV.values())
    yield "proxy/visit/files_offered.py", "Figures for programs (JSON)"
    yield from (("proxy/core/identity.py", words.lower()) for words, _, _ in identity._EQUIPMENT)
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
        for _line, message, _comments, _context in extract_from_file(
            kind, path, _keywords(path), (), options
        ):
            if message:
                found.add(message, locations=[(path.relative_to(HOUSE.parent).as_posix(), 0)])
    for place, words in tables():
        found.add(words, locations=[(place, 0)])
    return found
