"""Who reads: by choice, else as the browser says; and the way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.locale.catalogues import LANGUAGES
from proxy.locale.figures import number
from proxy.locale.reader import Reader, accepted, as_before, read_by, reader, reader_of, safe_back


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("fr;q=1, de;q=0.4, en;q=0.3", "de"),
        ("de;q=0, en", "en"),
        ("fr, es", "en"),
        ("DE", "de"),
        ("de;q=7", "en"),
        (";;;,,,=", "en"),
    ],
)
def test_a_browser_says_which_language_it_wants(header: str, language: str) -> None:
    assert accepted(header) == language


@given(st.text(max_size=400))
def test_any_header_leads_to_a_language_that_is_there(header: str) -> None:
    assert accepted(header) in LANGUAGES


def test_a_choice_counts_more_than_the_browser() -> None:
    assert reader_of(kept="en", accepts="de", method="GET", address="/").language == "en"
    assert reader_of(kept="xx", accepts="de", method="GET", address="/").language == "de"


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:x",
        "/a\n",
        "",
        "/" + "a" * 400,
    ],
)
def test_no_way_back_leads_to_another_site(address: str) -> None:
    assert safe_back(address) == "/"


@pytest.mark.parametrize("address", ["/", "/visit", "/access/0f", "/sign-in?next=%2Fpair%2Fab"])
def test_a_page_of_ours_is_a_way_back(address: str) -> None:
    assert safe_back(address) == address


def test_a_page_that_cannot_be_asked_for_again_offers_no_other_language() -> None:
    assert reader_of(kept=None, accepts="", method="POST", address="/visit").others == ()
    assert reader_of(kept=None, accepts="", method="GET", address="/visit").others == (("de", "Deutsch"),)


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert (number(12960), number(7.5)) == ("12,960", "7.5")
    token = read_by(Reader("de"))
    try:
        assert (number(12960), number(7.5)) == ("12.960", "7,5")
    finally:
        as_before(token)
    assert reader() == Reader()
