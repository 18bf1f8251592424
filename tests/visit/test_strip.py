"""The strip's words: in the reader's language, and all that its script asks for."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from proxy.locale.reader import Reader, as_before, read_by
from proxy.visit.pages import files
from proxy.visit.strip import strip_words
from proxy.visit.visit import Shared

PARTS = Path(__file__).parents[2] / "proxy/visit/static/strip"
SHARED = Shared(
    title="CGM only",
    whose="",
    shown=("Glucose",),
    withheld=("Notes and messages",),
    live=True,
    parts=("treatments",),
)


def test_every_word_that_the_script_asks_for_is_there_and_no_other() -> None:
    text = "".join(part.read_text() for part in PARTS.iterdir())
    asked = set(re.findall(r"\bwords\.(\w+)", text))
    assert asked == set(strip_words(SHARED, "Dr Grey", days=7, preview=False))


async def test_the_script_is_one_file_of_all_its_parts_and_shares_nothing_with_the_page() -> None:
    app = web.Application()
    app.add_routes(files())
    async with TestClient(TestServer(app)) as client, client.get("/visit/strip.js") as response:
        text = await response.text()
        assert response.content_type == "text/javascript"
    assert text.startswith("(function () {\nvar strip = {};\n// On which of Nightscout's pages")
    assert text.endswith("})(strip);\n})();\n")
    for part in PARTS.iterdir():
        assert text.count(part.read_text()) == 1, part.name


def test_the_title_says_who_shares_with_whom_as_far_as_that_is_told() -> None:
    assert strip_words(SHARED, "Dr Grey", days=7, preview=False)["title"] == "Shared with Dr Grey"
    assert strip_words(SHARED, "Dr Grey", days=7, preview=True)["title"] == "Preview, only for you"


def test_a_german_browser_gets_german_words_and_dates() -> None:
    before = read_by(Reader("de"))
    try:
        words = strip_words(SHARED, "Dr Grey", days=7, preview=False)
    finally:
        as_before(before)
    assert (words["locale"], words["title"]) == ("de", "Geteilt mit Dr Grey")
    assert words["not_live"].startswith("Nicht live")
    assert words["days"] == "7 Tage gezeigt"


def test_how_far_back_it_reaches_is_said_where_reports_can_ask_for_more() -> None:
    words = strip_words(SHARED, "Dr Grey", days=14, preview=False)
    assert words["days"] == "14 days shown"
    assert "Only the last 14 days before the opening are shared" in words["not_shared"]
    assert "Only the last day before" in strip_words(SHARED, "Dr Grey", days=1, preview=False)["not_shared"]


@pytest.mark.parametrize(
    ("parts", "is_told"),
    [
        (("treatments",), False),
        (("profile", "treatments"), True),
        (("profile", "switches", "treatments"), False),
    ],
)
def test_totals_after_a_switch_to_a_nameless_profile_are_explained(
    parts: tuple[str, ...], is_told: bool
) -> None:
    words = strip_words(replace(SHARED, parts=parts), "Dr Grey", days=14, preview=False)
    assert ("after a switch of profiles" in words["not_shared"]) is is_told
