"""Plain words for what was asked: the same at the terminal and in the console."""

import pytest

from proxy.core.logwords import answered_whole, came_by, topic


@pytest.mark.parametrize(
    ("door", "query", "words"),
    [
        ("summary", "page days=14 mg/dl", "the summary (14 days)"),
        ("summary", "text days=1", "the summary as text (1 day)"),
        ("summary", "day 2026-11-21", "one day of the summary (2026-11-21)"),
        ("socket /dataUpdate", "live, changes", "the live view"),
        ("/api/v3/treatments/history", "", "treatments"),
        ("/", "", "Nightscout's own page"),
        ("/clock/{face}", "", "Nightscout's clock"),
        ("/api/{v}/status", "", ""),
        ("", "", ""),
    ],
)
def test_an_answer_is_named_by_what_it_was_about(door: str, query: str, words: str) -> None:
    assert topic({"kind": "answer", "door": door, "query": query}) == words


def test_a_way_in_that_is_not_known_is_not_guessed() -> None:
    assert came_by({"by": "code"}) == "with the visit code"
    assert came_by({"by": "carrier pigeon"}) == ""
    assert came_by({}) == ""


def test_only_long_answers_with_an_end_are_whole() -> None:
    records = [
        {"kind": "begun", "request_id": "a"},
        {"kind": "cut", "request_id": "b"},
        {"kind": "sent", "request_id": "c"},
    ]
    assert answered_whole(records) == {"b", "c"}
