"""PDF: tagged, reproducible, small, nothing in it that was not given; locked, it opens by its passphrase only."""

import io
import os
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdf
import pytest

from proxy.locale import catalogues
from proxy.report import cover
from proxy.report.cover import Cover, file_name, made_on
from proxy.report.passwords import WORDS, locked_pdf, passphrase, plain, word_list
from proxy.report.pdf import Press
from tests.report.papers import COVER, nothing, summary

PASSPHRASE = "acorn-badge-cabin-dawn-eagle-fabric"


@pytest.fixture(scope="module")
def body() -> bytes:
    return Press().pdf(summary(), COVER)


def words_of(body: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(body)).pages]


def test_page_one_is_the_summary_and_each_page_says_for_whom_when_and_to_shred_it(body: bytes) -> None:
    pages = words_of(body)
    assert len(pages) > 2
    for title in ("Glucose summary", "Typical day", "Insulin and carbs", "Automation", "Episodes"):
        assert title in pages[0]
    assert "Not shared: Names" in pages[0]
    for page in pages:
        assert "Made for Diabetes clinic · visit 1a2b3c4d · Mon 23 Nov 2026 · Please shred it" in page
    rest = " ".join(pages[1:])
    for title in (
        "Days",
        "Events and gaps",
        "Glossary",
        "How this system works",
        "How each figure is computed",
    ):
        assert title in rest


def test_it_is_tagged_and_says_so(body: bytes) -> None:
    with pikepdf.open(io.BytesIO(body)) as pdf:
        root = pdf.Root
        assert bool(root.MarkInfo.Marked)
        assert "/StructTreeRoot" in root
        assert str(root.Lang) == "en-GB"
        assert b"<pdfuaid:part>1</pdfuaid:part>" in root.Metadata.read_bytes()
        figures = [tag for tag in _tags(root.StructTreeRoot) if tag.get("/S") == "/Figure"]
        assert len(figures) >= 10
        assert all(str(tag.get("/Alt", "")) for tag in figures)
        assert [tag for tag in _tags(root.StructTreeRoot) if tag.get("/S") == "/TH"]


def _tags(tag: pikepdf.Object) -> list[pikepdf.Dictionary]:
    kids = tag.get("/K")
    if kids is None:
        return []
    inside = [
        kid
        for kid in (kids if isinstance(kids, pikepdf.Array) else [kids])
        if isinstance(kid, pikepdf.Dictionary)
    ]
    return [*inside, *(each for kid in inside for each in _tags(kid))]


def test_words_of_people_are_words_and_no_markup(body: bytes) -> None:
    text = " ".join(words_of(body))
    assert "Why do I go low at five? #panic() $x$ *bold*" in text
    assert "<script>alert(1)</script>" in text


def test_the_same_summary_gives_the_same_bytes_and_less_than_a_megabyte(body: bytes) -> None:
    assert Press().pdf(summary(), COVER) == body
    assert len(body) < 1_000_000


def test_metadata_tell_what_and_when_and_nothing_else(body: bytes) -> None:
    with pikepdf.open(io.BytesIO(body)) as pdf:
        assert set(pdf.docinfo.keys()) == {"/CreationDate", "/Creator", "/ModDate", "/Title"}
        assert str(pdf.docinfo.Title) == "Glucose summary"
        metadata = pdf.Root.Metadata.read_bytes()
        assert str(pdf.docinfo.Creator).startswith("Typst")
    for told in (b"Diabetes clinic", b"1a2b3c4d", b"/home", os.uname().nodename.encode(), b"work/main"):
        assert told not in metadata
    assert str(Path.cwd()).encode() not in body


def test_locked_it_opens_by_its_passphrase_only_and_keeps_its_tags(body: bytes) -> None:
    locked = locked_pdf(body, PASSPHRASE)
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(locked), password=PASSPHRASE.replace("acorn", "acorns"))
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(locked))
    with pikepdf.open(io.BytesIO(locked), password=PASSPHRASE) as pdf:
        assert (pdf.encryption.R, pdf.encryption.bits) == (6, 256)
        assert "/StructTreeRoot" in pdf.Root
        assert len(pdf.pages) == len(words_of(body))
    assert b"Glucose summary" not in locked


def test_page_one_as_a_picture() -> None:
    drawn = Press().picture(summary(), COVER, ppi=40)
    assert drawn.startswith(b"\x89PNG\r\n")
    assert b"tEXt" not in drawn


def test_a_report_is_not_set_twice_and_another_cover_makes_another() -> None:
    press = Press()
    first = press.pdf(summary(), COVER)
    assert press.pdf(summary(), COVER) is first
    other = press.pdf(summary(), replace(COVER, recipient="Eye clinic"))
    assert "Made for Eye clinic" in words_of(other)[0]
    assert press.pdf(summary(), COVER) == first


def test_what_a_press_set_before_changes_nothing(body: bytes) -> None:
    press = Press()
    press.pdf(nothing(), replace(COVER, recipient="Eye clinic"))
    press.picture(summary(), COVER, ppi=20)
    assert press.pdf(summary(), COVER) == body


@pytest.mark.parametrize(
    "words", ['a"b', "a\\b", 'a\\"b', "a\nb", "a\\u{41}b", '")) #panic("', "\\", '"', "a\u2028b", "a\x7fb"]
)
def test_no_sign_ends_the_text_that_holds_the_words(words: str) -> None:
    text = " ".join(
        words_of(Press().pdf(nothing(), replace(COVER, questions=(), remarks=(("", f"|{words}|"),))))
    )
    shown = " ".join(words.replace("\x7f", "").split())
    assert "".join(f"|{shown}|".split()) in "".join(text.replace("\x7f", "").split())


def test_an_empty_site_makes_a_report_of_labelled_holes() -> None:
    pages = words_of(Press().pdf(nothing(), COVER))
    assert "There are no glucose readings to judge" in pages[0]
    assert "Mean glucose Not available: no data in this period" in pages[0]
    assert " 0 %" not in pages[0]


def test_removed_identifiers_say_what_that_is_and_is_not() -> None:
    cover = Cover("", "", "", "Without names", (), (), "mmol/L", unnamed=True, zone_shared=False)
    text = " ".join(words_of(Press().pdf(summary(), cover)))
    assert "This is not anonymous" in text
    assert "HIPAA" in text
    assert "GDPR" in text
    assert "mmol/L" in text


def test_a_file_is_named_by_what_and_when() -> None:
    assert file_name(made_on(summary()), "pdf") == "glucose-2026-11-23.pdf"
    assert (
        file_name(made_on(replace(summary(), zone="Pacific/Auckland")), "csv", "hour")
        == "glucose-2026-11-24-hour.csv"
    )


def test_passphrases_are_six_words_of_a_list_of_2048_and_forgiven_in_form() -> None:
    words = word_list()
    assert len(set(words)) == len(words) == 2048
    assert all(word.isascii() and word.islower() and 3 <= len(word) <= 8 for word in words)
    first = passphrase(bytes)
    assert first == "-".join([words[0]] * WORDS)
    last = passphrase(lambda count: b"\xff" * count)
    assert last == "-".join([words[-1]] * WORDS)
    assert passphrase(os.urandom) != passphrase(os.urandom)
    assert plain("  Acorn badge\tCABIN–dawn-eagle , fabric\n") == PASSPHRASE  # noqa: RUF001 - a dash that phones write


def test_a_report_can_be_made_in_every_language_that_there_is() -> None:
    assert set(cover.LANGUAGES) == set(catalogues.LANGUAGES)
