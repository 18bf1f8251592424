"""Plain words for what was asked: the same at the terminal and in the console."""

import pytest

from proxy.core.logwords import answered_whole, came_by, copies_said, deed, happened, topic
from proxy.locale.reader import Reader, as_before, read_by


@pytest.mark.parametrize(
    ("door", "query", "words"),
    [
        ("summary", "page days=14 mg/dl", "the summary (14 days)"),
        ("summary", "text days=1", "the summary as text (1 day)"),
        ("summary", "day 2026-11-21", "one day of the summary (21 November 2026)"),
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


def test_a_file_says_who_made_it_and_of_how_many_days() -> None:
    taken = {"kind": "answer", "n": 1, "at": 0, "door": "summary", "query": "file csv-day days=90"}
    assert happened(taken, frozenset(), str) == "Took a file (CSV, daily): 90 days"
    assert happened({**taken, "by": "owner"}, frozenset(), str) == "You made a file (CSV, daily): 90 days"
    assert happened({**taken, "query": "page days=1"}, frozenset(), str) == "Looked at the summary: 1 day"
    assert (
        happened({**taken, "query": "page days=odd"}, frozenset(), str) == "Looked at the summary: odd days"
    )


def test_a_deed_is_told_with_its_doers_name_and_one_that_is_not_known_as_it_is_recorded() -> None:
    fields = {"kind": "owner", "did": "extend", "who": "Ada %(x)s", "grant_of": "g1"}
    assert deed(fields) == "Ada %(x)s gave more time: g1"
    assert deed(fields, about="") == "Ada %(x)s gave more time:"
    assert deed({"did": "100 % new", "who": "Ada"}) == "100 % new (Ada)"
    assert deed({"did": "extend"}) == "You gave more time"


def test_what_was_ticked_at_the_end_is_told() -> None:
    both = {"kind": "ended", "ending": "finished", "copies_deleted": True, "copies_filed": True}
    assert copies_said(both) == "copies are deleted and copies are filed in the record"
    assert copies_said({**both, "copies_filed": "yes"}) == "copies are deleted"
    assert copies_said({"kind": "ended"}) == ""


def test_the_same_words_come_in_the_readers_language() -> None:
    token = read_by(Reader("de"))
    try:
        refusal = {"kind": "refusal", "n": 1, "at": 0, "reason": "not_shared", "door": "/api/{v}/food"}
        assert happened(refusal, frozenset(), str) == "Abgelehnt (nicht geteilt): Lebensmittel"
        amount = {"kind": "answer", "n": 1, "at": 0, "door": "/api/{v}/entries", "rows": 1, "bytes": 12960}
        assert happened(amount, frozenset(), str) == "Gelesen: Glukosewerte, 1 Zeile, 12.960 Byte"
    finally:
        as_before(token)
