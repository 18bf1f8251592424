"""Hostile words in every file: they stand there as they were written, and nothing of them runs."""

import csv
import io
import json
import os
import re
from dataclasses import replace
from html.parser import HTMLParser

import pypdf
import pytest

from proxy.report.bins import bins
from proxy.report.csvfile import bin_rows, csv_file
from proxy.report.jsonfile import json_file
from proxy.report.pdf import Press
from proxy.report.visitfile import visit_file
from tests.living import NOW
from tests.report.hostile import ODD, PLAIN, hostile_cover, hostile_summary
from tests.report.papers import START, ZONE, material
from tests.report.test_visitfile import FEW, WORDS, opened


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u00ad-]+", "", text)


@pytest.fixture(scope="module")
def paper() -> str:
    reader = pypdf.PdfReader(io.BytesIO(Press().pdf(hostile_summary(), hostile_cover())))
    return squeezed("".join(page.extract_text() for page in reader.pages))


@pytest.mark.parametrize("words", PLAIN)
def test_on_paper_words_arrive_letter_by_letter(words: str, paper: str) -> None:
    # As a question, as a remark and as a note.
    assert paper.count(squeezed(words)) >= 3


class Elements(HTMLParser):
    """Lists the elements and attributes of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_in_the_visit_file_words_are_text_and_make_no_element() -> None:
    page = visit_file(hostile_summary(), hostile_cover(), WORDS, random=os.urandom, rounds=FEW).decode()
    outside, inside = Elements(page), Elements(opened(page))
    assert not {"script", "iframe", "img", "object", "embed", "base", "link"} & inside.names
    assert [name for name in inside.attributes if name.startswith("on")] == []
    assert page.count("<script") == 2
    assert not {name for name in outside.attributes if name.startswith("on")}
    for words in (*PLAIN, *ODD[:1], *ODD[2:]):
        assert words in inside.texts, words


def test_in_json_words_are_what_they_were() -> None:
    told = json.loads(json_file(hostile_summary(), hostile_cover()))
    assert [event["words"] for event in told["events"]] == [*PLAIN, *ODD]


def test_in_csv_words_stay_in_their_cell() -> None:
    made = replace(material(), events=hostile_summary().notes.events)
    found = bins(made, "hour", start_ms=START, end_ms=NOW, zone=ZONE, now_ms=NOW)
    body = b"".join(
        csv_file(bin_rows(found, made.shared, units="mg/dL", zone=ZONE, start_ms=START, end_ms=NOW))
    ).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(body, newline="")))
    assert len(rows) == 192
    assert {len(row) for row in rows} == {12}
    said = " ".join(row["comments"] for row in rows)
    assert all(" ".join(words.split()) in said for words in PLAIN)
