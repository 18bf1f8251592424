"""The summary as a PDF: one page, then the rest; tagged, and the same bytes for the same summary. As a picture, page one.

Words go in as JSON and are set as they are, so nothing that a person wrote is taken for markup. Fonts are those
inside typst: no file is read but the template, which is part of the code.
"""

from dataclasses import asdict
from datetime import UTC, datetime
from importlib.resources import files
from typing import Final

import msgspec

from proxy.report.booklet import DAY_HEADS, Booklet, booklet_of
from proxy.report.cover import Cover
from proxy.report.glossary import AUTOMATIC, COMPUTED, GLOSSARY, OVERVIEW, PARTS, SOURCES
from proxy.report.model import Summary

PICTURE_PPI: Final = 144
_PAGE_FONT: Final = 'font-family="system-ui, sans-serif"'
_PRINT_FONT: Final = 'font-family="Libertinus Serif"'


def pdf_file(summary: Summary, cover: Cover) -> bytes:
    """Set the report as PDF/UA-1, plain; `locked` encrypts it."""
    import typst  # noqa: PLC0415 - 80 MB, and only who asks for a file needs it

    made = datetime.fromtimestamp(summary.now_ms // 1000, UTC)
    body = typst.compile(
        _template(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"booklet": _data(summary, cover)},
        pdf_standards=["ua-1"],
        timestamp=made,
    )
    assert isinstance(body, bytes)
    return body


def picture_file(summary: Summary, cover: Cover, *, ppi: float = PICTURE_PPI) -> bytes:
    """Draw page one as PNG."""
    import typst  # noqa: PLC0415 - as above

    # A list, if the first page runs over, whatever the types of typst say.
    body: object = typst.compile(
        _template(),
        format="png",
        ppi=ppi,
        ignore_system_fonts=True,
        sys_inputs={"booklet": _data(summary, cover), "first-page-only": "yes"},
    )
    first = body[0] if isinstance(body, list) else body
    assert isinstance(first, bytes)
    return first


def _template() -> bytes:
    return files("proxy.report").joinpath("templates/summary.typ").read_bytes()


def _data(summary: Summary, cover: Cover) -> str:
    fixed = {
        "day_heads": DAY_HEADS,
        "parts": PARTS,
        "overview": OVERVIEW,
        "automatic": AUTOMATIC,
        "computed": COMPUTED,
        "glossary": GLOSSARY,
        "sources": SOURCES,
    }
    booklet: Booklet = booklet_of(summary, cover)
    return (
        msgspec.json.encode(asdict(booklet) | fixed)
        .decode()
        .replace(
            msgspec.json.encode(_PAGE_FONT).decode()[1:-1], msgspec.json.encode(_PRINT_FONT).decode()[1:-1]
        )
    )
