"""Files from figures: one function for all kinds, the same for a clinician's download and an owner's export."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import cast

from proxy.report.bins import Granularity, bins
from proxy.report.cover import Cover, file_name, made_on
from proxy.report.csvfile import bin_rows, csv_file, day_rows
from proxy.report.facts import Material
from proxy.report.jsonfile import json_file
from proxy.report.lessened import without_words
from proxy.report.model import Summary
from proxy.report.passwords import locked_pdf
from proxy.report.pdf import Press
from proxy.report.visitfile import visit_file
from proxy.visit.files_offered import Kind


@dataclass(frozen=True, slots=True)
class Making:
    """What a file is made of."""

    material: Material
    summary: Summary
    cover: Cover
    press: Press = field(default_factory=Press)

    def unnamed(self) -> "Making":
        """Leave out what people wrote."""
        events = tuple(replace(event, words="") for event in self.material.events)
        material = replace(self.material, events=events)
        return replace(self, material=material, summary=without_words(self.summary))


def name_of(summary: Summary, kind: Kind) -> str:
    """Name a file."""
    ending, _, detail = kind.partition("-")
    return file_name(made_on(summary), ending, detail)


def body_of(making: Making, kind: Kind, words: str, random: Callable[[int], bytes]) -> bytes:
    """Make a file, whole; `words` lock it, if it is of a kind that is locked."""
    summary, cover = making.summary, making.cover
    if kind == "json":
        return json_file(summary, cover)
    if kind == "png":
        return making.press.picture(summary, cover)
    if kind == "html":
        return visit_file(summary, cover, words, random=random)
    if kind == "pdf":
        return making.press.pdf(summary, cover)
    if kind == "pdf-locked":
        return locked_pdf(making.press.pdf(summary, cover), words)
    return b"".join(table_of(making, cast("Granularity", kind.removeprefix("csv-"))))


def table_of(making: Making, granularity: Granularity) -> Iterator[bytes]:
    """Write a table, row by row."""
    summary, units = making.summary, making.cover.units
    start, end, zone = summary.period.start_ms, summary.period.end_ms, summary.zone
    found = bins(making.material, granularity, start_ms=start, end_ms=end, zone=zone, now_ms=summary.now_ms)
    if granularity == "day":
        return csv_file(day_rows(summary.days, found, summary, units=units))
    return csv_file(bin_rows(found, summary.shared, units=units, zone=zone, start_ms=start, end_ms=end))
