"""The sharing receipt as a PDF: tagged, one page where the words allow it, the same bytes for the same receipt.

Rules of this file: texts of people go in as data and never as markup. Nothing is fetched, and no clock is asked.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on it, in the reader's language."""

    title: str
    lead: str
    facts: Sequence[tuple[str, str]]
    """Name and text, in their order."""
    check_title: str
    check_words: str
    check_number: str
    statement: str
    """What is signed, and the signature: the exact text that the square code holds too."""
    qr: str
    """The square code as SVG."""
    qr_words: str
    language: str = "en"


_SOURCE: Final = """
#let sheet = json(bytes(sys.inputs.sheet))
#set document(title: sheet.title, date: none)
#set page(paper: "a4", margin: (x: 22mm, y: 20mm), footer: context align(right, text(9pt, fill: rgb("#52605d"))[
  #sheet.title · #counter(page).display("1 / 1", both: true)
]))
#set text(size: 10.5pt, lang: sheet.language, fill: rgb("#17211f"), fallback: true)
#set par(leading: 0.6em)
#show heading.where(level: 1): set text(20pt)
#show heading.where(level: 2): set text(13pt)
#show raw: set text(9pt)
= #sheet.title
#text(fill: rgb("#52605d"), sheet.lead)
#v(3mm)
#for (name, words) in sheet.facts [
  #block(breakable: false, below: 0.75em)[
    #grid(columns: (38mm, 1fr), gutter: 4mm, text(fill: rgb("#52605d"), name), words)
  ]
]
#v(2mm)
== #sheet.check_title
#grid(columns: (1fr, 40mm), gutter: 8mm,
  [#sheet.check_words #v(2mm) #raw(sheet.check_number)],
  image(bytes(sheet.qr), format: "svg", width: 40mm, alt: sheet.qr_words),
)
#raw(sheet.statement, block: true)
"""


def receipt_pdf(sheet: Sheet) -> bytes:
    """Set the receipt. Takes some ten milliseconds: not for the event loop."""
    import typst  # noqa: PLC0415 - only who takes a receipt as a PDF loads it

    values = {name: getattr(sheet, name) for name in sheet.__slots__}
    inputs = {"sheet": json.dumps({**values, "facts": [list(each) for each in sheet.facts]})}
    try:
        # The fonts that the compiler brings: the same on every machine.
        return bytes(
            typst.compile(
                _SOURCE.encode(),
                format="pdf",
                sys_inputs=inputs,
                ignore_system_fonts=True,
                pdf_standards=["ua-1"],
            )
        )
    except typst.TypstError:
        # A script that those fonts lack: with this machine's fonts, and no promise that every letter is there.
        return bytes(typst.compile(_SOURCE.encode(), format="pdf", sys_inputs=inputs))
