"""Letters on paper: a report is made whatever somebody wrote."""

import io
from dataclasses import replace

import pypdf
import pytest

from proxy.report.letters import BOX, printable, without_shape
from proxy.report.pdf import Press
from tests.report.papers import COVER, summary
from tests.report.test_pdf import words_of


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("plain, Ärger, “quoted” שלום", "plain, Ärger, “quoted” שלום"),
        ("low 😀!", "low [grinning face]!"),
        ("👩\u200d👧 ❤\ufe0f", "[woman][girl] ❤"),
        ("漢字", BOX * 2),
        ("a\u202eb\u2066c\ufeffd\u200be", "abcde"),
        ("a\x00b\x1bc\x85d", "a b c d"),
    ],
)
def test_what_has_no_shape_is_named_boxed_or_left_out(written: str, told: str) -> None:
    assert printable({"one": [written], "number": 1}) == {"one": [told], "number": 1}


def test_letters_that_turn_out_to_have_no_shape_become_boxes() -> None:
    fault = 'PDF/UA-1 error: the text `"\\u{531}x"` could not be displayed with font `"Libertinus Serif"`'
    assert without_shape(fault) == {"Ա", "x"}
    assert without_shape("expected block") == frozenset()
    assert printable("Աb", {"Ա"}) == f"{BOX}b"


def test_a_report_with_emoji_and_letters_of_far_scripts_is_made() -> None:
    cover = replace(COVER, questions=("Why 😀 漢字 Ա ᐁ ⵣ ꙮ?",))
    text = " ".join(words_of(Press().pdf(summary(), cover)))
    assert "Why [grinning face]" in text


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("us-letter", (612, 792))])
def test_paper_is_a4_or_letter_and_page_one_is_one_page_on_both(paper: str, size: tuple[int, int]) -> None:

    reader = pypdf.PdfReader(io.BytesIO(Press().pdf(summary(), replace(COVER, paper=paper))))  # type: ignore[arg-type]  # by name
    box = reader.pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) == size
    first, second = (page.extract_text() for page in reader.pages[:2])
    assert "Not shared:" in first
    assert "Questions and remarks of the patient" in second.splitlines()[0]
