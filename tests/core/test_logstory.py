"""A log as a story: runs of requests become sentences, and nothing is left out silently."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from proxy.core.logstory import Files, files_of, story, ways_in
from proxy.locale.reader import Reader, as_before, read_by

PC = {"device": "Windows PC", "address": "10.1.2.0/24"}
MINUTE = 60_000


def chain(*records: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"at": 0, **fields, "n": number} for number, fields in enumerate(records, 1)]


def words(*records: dict[str, Any]) -> Sequence[str]:
    return [each.words for each in story(chain(*records), str)]


def answer(at: int, **fields: Any) -> dict[str, Any]:
    return {"kind": "answer", "at": at * MINUTE, "door": "summary", "query": "page days=14", **PC, **fields}


def test_coming_in_for_the_first_time_is_one_sentence() -> None:
    entered = {"kind": "sign_in", "by": "link", "outcome": "entered", **PC}
    assert words(entered, {"kind": "opened", "by": "link", **PC}) == [
        "Opened for the first time on a Windows PC, with the link"
    ]
    assert words(entered) == ["Opened again on a Windows PC, with the link"]


def test_a_tool_is_named_once() -> None:
    tool = {"device": "tool", "address": "10.1.2.0/24"}
    assert words({"kind": "opened", "by": "token", **tool}) == ["Opened for the first time with a tool"]
    assert words({"kind": "opened", "by": "code", **tool}) == [
        "Opened for the first time with a tool, with the visit code"
    ]
    assert words(answer(0, door="/api/{v}/entries", **tool)) == [
        "Looked at glucose readings with a tool (1 request)"
    ]


def test_requests_that_follow_one_another_become_one_sentence() -> None:
    told = story(
        chain(
            answer(0),
            answer(1, door="socket /dataUpdate"),
            answer(2, door="/api/{v}/entries"),
            answer(3, door="/api/{v}/status"),
            {"kind": "refusal", "at": 4 * MINUTE, "door": "/pebble", "reason": "not_shared", **PC},
        ),
        str,
    )
    assert [each.words for each in told] == [
        (
            "Looked at the summary (14 days), the live view, glucose readings on a Windows PC (4 requests); "
            "1 request refused (not shared)"
        )
    ]
    assert (told[0].at, told[0].until, told[0].first, told[0].last) == (0, 4 * MINUTE, 1, 5)


def test_what_was_taken_away_is_told_apart_from_what_was_looked_at() -> None:
    assert words(answer(0), answer(1, query="file pdf days=14"), answer(2, query="text days=7")) == [
        (
            "Looked at the summary (14 days) and took a file (PDF) (14 days), the summary as text (7 days) "
            "on a Windows PC (3 requests)"
        )
    ]
    assert words(answer(0, door="/api/{v}/status")) == [
        "Looked at what pages ask of their own accord on a Windows PC (1 request)"
    ]


def test_a_pause_another_device_or_another_address_begins_a_new_sentence() -> None:
    assert len(words(answer(0), answer(4), answer(10))) == 2
    assert len(words(answer(0), answer(1, device="iPhone"))) == 2
    assert len(words(answer(0), answer(1, address="10.9.9.0/24"))) == 2


def test_wrong_pins_are_counted_together() -> None:
    wrong = {"kind": "sign_in", "by": "code", "outcome": "wrong_pin", **PC}
    told = story(chain({**wrong, "tries_left": 9}, {**wrong, "tries_left": 8}), str)
    assert [(each.words, each.tone) for each in told] == [
        ("2 wrong PINs from a Windows PC; 8 tries left", "wrong")
    ]
    assert words({**wrong, "tries_left": 1}) == ["A wrong PIN from a Windows PC; 1 try left"]


def test_what_was_only_refused_stands_out() -> None:
    refusal = {"kind": "refusal", "door": "/pebble", "reason": "not_shared", **PC}
    (told,) = story(chain(refusal, refusal), str)
    assert (told.words, told.tone) == ("2 requests refused (not shared)", "wrong")


def test_a_long_answer_is_one_request_and_says_when_it_broke_off() -> None:
    begun = {"kind": "begun", "door": "/api/{v}/devicestatus", "request_id": "r1", **PC}
    part, sent, cut = ({**begun, "kind": kind} for kind in ("part", "sent", "cut"))
    whole = "Looked at pump and loop status on a Windows PC (1 request)"
    assert words(begun, part, sent) == [whole]
    assert words(begun, part, cut) == [f"{whole}; 1 of them broke off"]
    assert words(begun, part) == [f"{whole}; 1 of them broke off"]


def test_the_owners_own_deeds_and_the_end_have_their_lines() -> None:
    told = story(chain({"kind": "extended", "expires_at": 7}, {"kind": "ended", "ending": "finished"}), str)
    assert [(each.words, each.tone) for each in told] == [
        ("You gave more time: until 7", "plain"),
        ("Access ended by the clinician, who was done", "end"),
    ]


def test_files_that_the_owner_made_are_nobodys_taking() -> None:
    made = {"by": "owner", "query": "file html days=14 units=mmol"}
    told = words(answer(0), answer(1, **made), answer(2, **made | {"query": "text days=1"}), answer(3))
    assert told[1:3] == [
        "You made a file (locked visit file): 14 days",
        "You made the summary as text: 1 day",
    ]
    assert len(told) == 4


def test_a_browser_that_was_closed_is_told_apart_from_the_end() -> None:
    told = story(chain(answer(0), {"kind": "closed", "at": MINUTE, **PC}, answer(2)), str)
    assert [each.words for each in told][1] == "Closed on a Windows PC; the access goes on"
    assert (len(told), told[1].tone) == (3, "plain")


def test_the_story_comes_in_the_readers_language() -> None:
    token = read_by(Reader("de"))
    try:
        wrong = {"kind": "sign_in", "by": "code", "outcome": "wrong_pin", "tries_left": 8, **PC}
        refused = {"kind": "refusal", "at": MINUTE, "door": "/pebble", "reason": "not_shared", **PC}
        told = story(chain(wrong, answer(0), answer(1, query="file pdf days=14"), refused), str)
    finally:
        as_before(token)
    assert [each.words for each in told] == [
        "Eine falsche PIN von einem Windows-PC; noch 8 Versuche",
        (
            "Angesehen: die Zusammenfassung (14 Tage); mitgenommen: eine Datei (PDF) (14 Tage) auf einem Windows-PC "
            "(2 Abfragen); 1 Abfrage abgelehnt (nicht geteilt)"
        ),
    ]


def test_files_and_ways_in_are_named_once() -> None:
    records = chain(
        {"kind": "opened", "by": "code"},
        {"kind": "sign_in", "by": "token", "outcome": "entered"},
        {"kind": "sign_in", "by": "link", "outcome": "wrong_pin"},
        answer(0, query="text days=7 mg/dl"),
        answer(1, query="text days=7 mg/dl"),
        answer(2, door="file", file="report.pdf"),
        answer(3, query="file csv-day days=90"),
    )
    assert files_of(records) == Files(
        ["the summary as text (7 days), 2 times", "report.pdf", "a file (CSV, daily) (90 days)"], []
    )
    assert ways_in(records) == ["with the visit code", "by a tool"]


def test_what_the_owner_made_of_a_share_is_not_among_what_its_clinician_took() -> None:
    records = chain(
        {"kind": "opened", "by": "code"},
        answer(0, query="file pdf days=14", by="owner"),
        answer(1, query="file pdf days=14"),
        answer(2, query="file html days=14", by="owner"),
        answer(3, query="file html days=14", by="owner"),
        answer(4, query="page days=14"),
    )
    made = ["a file (PDF) (14 days)", "a file (locked visit file) (14 days), 2 times"]
    assert files_of(records) == Files(["a file (PDF) (14 days)"], made)


KINDS = [
    "consent",
    "closed",
    "opened",
    "sign_in",
    "answer",
    "refusal",
    "begun",
    "part",
    "sent",
    "cut",
    "extended",
    "ended",
    "x",
]


@given(
    st.lists(
        st.tuples(st.sampled_from(KINDS), st.integers(0, 20), st.sampled_from(["Mac", "", "tool"])),
        max_size=40,
    )
)
def test_every_record_is_told_by_exactly_one_sentence(drawn: list[tuple[str, int, str]]) -> None:
    records, at = [], 0
    for kind, minutes, device in drawn:
        at += minutes * MINUTE
        records.append({"kind": kind, "at": at, "device": device, "expires_at": 0, "outcome": "entered"})
    told = story(chain(*records), str)
    covered = [number for each in told for number in range(each.first, each.last + 1)]
    assert covered == list(range(1, len(records) + 1))
    assert all(each.words for each in told)
