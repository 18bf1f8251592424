"""The summary as a PDF: one page, then the rest; tagged, and the same bytes for the same summary. As a picture, page one.

Words go in as JSON, as one text literal before the template, and are set as they are, so nothing that a person wrote is
taken for markup. Fonts are those inside typst: no file is read but the template, which is part of the code.
"""

import re
from collections import deque
from datetime import UTC, datetime
from importlib.resources import files
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import msgspec

from proxy.core.tongue import say
from proxy.report.booklet import Booklet, booklet_of
from proxy.report.cover import Cover
from proxy.report.glossary import explained
from proxy.report.letters import printable, without_shape
from proxy.report.model import Summary

if TYPE_CHECKING:
    import typst

PICTURE_PPI: Final = 144
MOST_PRINTED: Final = 4
"""So many files are kept, a quarter of a megabyte each: who takes one often takes it twice, locked and not."""
_SAID: Final = re.compile(r'\bsay\("([^"\\]+)"')
_PAGE_FONT: Final = 'font-family="system-ui, sans-serif"'
_PRINT_FONT: Final = 'font-family="Libertinus Serif"'


class Press:
    """Sets reports, and remembers how: what is the same in the next one is not set again. Asked from several threads."""

    def __init__(self) -> None:
        self._compiler: typst.Compiler | None = None
        self._turn = Lock()
        self._printed: deque[tuple[Summary, Cover, bytes]] = deque(maxlen=MOST_PRINTED)

    def pdf(self, summary: Summary, cover: Cover) -> bytes:
        """Set the report as PDF/UA-1, plain; `locked_pdf` encrypts it. The same summary and cover are not set twice."""
        with self._turn:
            for one, its_cover, printed in self._printed:
                if one is summary and its_cover == cover:
                    return printed
            made = datetime.fromtimestamp(summary.now_ms // 1000, UTC)
            body = self._set(summary, cover, format="pdf", pdf_standards=["ua-1"], timestamp=made)
            self._printed.append((summary, cover, body))
            return body

    def picture(self, summary: Summary, cover: Cover, *, ppi: float = PICTURE_PPI) -> bytes:
        """Draw page one as PNG."""
        with self._turn:
            return self._set(summary, cover, only_first=True, format="png", ppi=ppi)

    def _set(self, summary: Summary, cover: Cover, *, only_first: bool = False, **how: Any) -> bytes:
        import typst  # noqa: PLC0415 - 80 MB, and only who asks for a file needs it

        # One compiler for all: it compares what it is given with what it set before. As an input of the system the
        # data would be a part of everything, and nothing would be the same.
        if self._compiler is None:
            self._compiler = typst.Compiler(ignore_system_fonts=True)
        given, lacking = _data(summary, cover), frozenset[str]()
        first = f"\n#let only-first = {str(only_first).lower()}\n"
        while True:
            head = f"#let d = json(bytes({_literal(_written(printable(given, lacking)))})){first}"
            try:
                # A list, if the first page runs over, whatever the types of typst say.
                told: object = self._compiler.compile(head.encode() + _template(), **how)
            except typst.TypstError as error:
                more = without_shape(str(error)) - lacking
                if not more:
                    raise
                lacking |= more
            else:
                body = told[0] if isinstance(told, list) else told
                assert isinstance(body, bytes)
                return body


def _literal(text: str) -> str:
    """Write a text for typst: JSON has no control characters, so two signs are all that could end it or mean more."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def sentences_in(template: str) -> list[str]:
    """List the fixed sentences of the template: what it hands to its own `say`, in quotes."""
    return sorted(set(_SAID.findall(template)))


def _template() -> bytes:
    return files("proxy.report").joinpath("templates/summary.typ").read_bytes()


def _data(summary: Summary, cover: Cover) -> dict[str, Any]:
    fixed = {**explained(), "words": {one: say(one) for one in sentences_in(_template().decode())}}
    booklet: Booklet = booklet_of(summary, cover)
    given = {name: getattr(booklet, name) for name in Booklet.__slots__}
    told: dict[str, Any] = msgspec.to_builtins(given | fixed)
    return told


def _written(data: object) -> str:
    return (
        msgspec.json.encode(data)
        .decode()
        .replace(
            msgspec.json.encode(_PAGE_FONT).decode()[1:-1], msgspec.json.encode(_PRINT_FONT).decode()[1:-1]
        )
    )
