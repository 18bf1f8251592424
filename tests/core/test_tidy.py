"""Values are written anew: moments in UTC, words without anything that could act on a page."""

# ruff: noqa: RUF001 - what looks like another character is the point here

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.core.tidy import harmless, milliseconds, written
from tests.core.looking import NOW, a_view, look, look_at

VIEW = a_view()
ISO = "2026-11-23T12:00:00.000Z"
NOTE: dict[str, Any] = {"eventType": "Note", "created_at": ISO}
LATEST = 4_102_444_800_000

TIMES = [
    ("2026-11-23T12:00:00.000Z", ISO),
    ("2026-11-23T12:00:00Z", ISO),
    ("2026-11-23T12:00:00", ISO),
    ("2026-11-23 12:00:00", ISO),
    ("2026-11-23T12:00", ISO),
    ("2026-11-23", "2026-11-23T00:00:00.000Z"),
    ("20261123T120000Z", ISO),
    ("2026-11-23T13:00:00+01:00", ISO),
    ("2026-11-23T13:00:00+0100", ISO),
    ("2026-11-23T07:00:00.000-05:00", ISO),
    ("2026-11-23T17:45:00+05:45", ISO),
    ("2026-11-24T00:00:00+12:00", ISO),
    ("2026-11-23T12:00:00.0004Z", ISO),
    ("2026-11-23T12:00:00.5Z", "2026-11-23T12:00:00.500Z"),
    ("2026-11-23T12:00:00.123456Z", "2026-11-23T12:00:00.123Z"),
    ("2026-11-23T12:00:00,5Z", "2026-11-23T12:00:00.500Z"),
    ("2026-W48-1T12:00:00Z", ISO),
    ("2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000Z"),
    ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
    ("1999-12-31T23:59:59.999Z", "1999-12-31T23:59:59.999Z"),
    ("2100-01-01T00:00:00.000Z", "2100-01-01T00:00:00.000Z"),
]
NO_TIMES = [
    "",
    "Z",
    "soon",
    "2026",
    "2026-11",
    "2026-02-30T00:00:00.000Z",
    "2026-02-29T00:00:00.000Z",
    "2026-13-01T00:00:00.000Z",
    "2026-00-10T00:00:00.000Z",
    "2026-11-00T00:00:00.000Z",
    "2026-11-23T25:00:00.000Z",
    "2026-11-23T12:60:00.000Z",
    "2026-12-31T23:59:60.000Z",
    "2026-11-23T12:00:00+24:00",
    "2026-11-23T12:00:00+99:99",
    "2026-W54-1",
    "2026-W48-8",
    "10000-01-01T00:00:00.000Z",
    "+010000-01-01T00:00:00.000Z",
    "-000001-01-01T00:00:00.000Z",
    "0000-01-01T00:00:00.000Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999Z",
    "9999-12-31T23:59:59-14:00",
    "2100-01-01T00:00:00.001Z",
    "1969-12-31T23:59:59.999Z",
    "1970-01-01T00:00:00+00:01",
    "２０２６-11-23T12:00:00.000Z",
    "2026-11-23T12:00:00.000Z\n",
    " 2026-11-23T12:00:00.000Z",
    "Mon Nov 23 2026",
    "1795435200000",
    "2026-11-23T12:00:00.000Z" + "0" * 30,
]


@pytest.mark.parametrize(("text", "anew"), TIMES)
def test_a_moment_is_written_anew_in_utc(text: str, anew: str) -> None:
    at = milliseconds(text)
    assert at is not None
    assert written(at) == anew


@pytest.mark.parametrize(("text", "anew"), TIMES)
def test_a_column_of_moments_is_written_anew_as_each_alone(text: str, anew: str) -> None:
    rows = [
        NOTE | {"notes": "a", "timestamp": text},
        NOTE | {"notes": "b", "timestamp": ISO},
        NOTE | {"notes": "c"},
    ]
    seen = {row["notes"]: row.get("timestamp") for row in look(VIEW, "treatments", rows)}
    assert seen == {"a": anew, "b": ISO, "c": None}
    assert [row["created_at"] for row in look(VIEW, "treatments", [NOTE | {"created_at": text}])] == [anew]


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_moment_is_lost_alone(text: str) -> None:
    assert milliseconds(text) is None
    rows = [NOTE | {"notes": "a", "timestamp": text}, NOTE | {"notes": "b", "timestamp": ISO}]
    assert look(VIEW, "treatments", rows) == [NOTE | {"notes": "a"}, NOTE | {"notes": "b", "timestamp": ISO}]
    assert look(VIEW, "treatments", [NOTE | {"created_at": text}]) == []


def test_a_moment_may_be_a_number_where_either_is_written() -> None:
    rows = [
        NOTE | {"notes": "a", "timestamp": NOW + 0.6},
        NOTE | {"notes": "b", "timestamp": ISO},
        NOTE | {"notes": "c", "timestamp": NOW},
    ]
    seen = {row["notes"]: row["timestamp"] for row in look(VIEW, "treatments", rows)}
    assert seen == {"a": NOW + 1, "b": ISO, "c": NOW}
    assert look_at(VIEW, "treatments", NOTE | {"timestamp": -1}) == NOTE
    assert look_at(VIEW, "treatments", NOTE | {"timestamp": LATEST + 1}) == NOTE


def test_whole_milliseconds_leave_as_they_came_and_doubles_are_made_whole() -> None:
    row = {"type": "sgv", "date": NOW, "mills": NOW + 0.25, "sgv": 1}
    seen = look_at(VIEW, "entries", row)
    assert seen == row | {"mills": NOW}
    assert seen is not None
    assert (type(seen["date"]), type(seen["mills"])) == (int, int)


@given(st.integers(0, LATEST))
@settings(max_examples=60)
def test_what_is_written_is_read_as_it_was(at: int) -> None:
    text = written(at)
    assert milliseconds(text) == at
    assert len(text) == 24
    assert text.endswith("Z")


@given(st.text(max_size=40))
@settings(max_examples=60)
def test_any_text_is_a_moment_or_none(text: str) -> None:
    at = milliseconds(text)
    assert at is None or 0 <= at <= LATEST


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("ran 5 km, felt fine", "ran 5 km, felt fine"),
        ("é ü 日本 \U0001f600", "é ü 日本 \U0001f600"),
        ("<script>alert(1)</script>", "‹script›alert(1)‹/script›"),
        ('" onload="x', "” onload=”x"),
        ("it's `x` & y", "it’s ’x’ ＆ y"),
        ("&lt;b&gt;", "＆lt;b＆gt;"),
        ("a\u202eb\u2066c\u2069d\u200ee\u061cf\ufeffg", "abcdefg"),
        ("a\x00b\x1bc\nd\te\x7ff\x85g\x9fh", "a b c d e f g h"),
        ("\ud83d half", "half"),
        ("  spaces  ", "spaces"),
        ("\x00\x01", ""),
        ("", ""),
    ],
    ids=ascii,
)
def test_words_can_not_act_on_a_page(text: str, left: str) -> None:
    assert harmless(text) == left


@given(st.text(st.characters(exclude_categories=()), max_size=60))
@settings(max_examples=60)
def test_no_words_hold_markup_control_or_direction_and_twice_is_once(text: str) -> None:
    left = harmless(text)
    assert not set(left) & set(
        "<>&\"'`\r\n\t\x00\x7f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
    )
    assert left.isprintable() or not any(ord(one) < 32 or 127 <= ord(one) < 160 for one in left)
    assert not any(0xD800 <= ord(one) < 0xE000 for one in left)
    assert harmless(left) == left


def test_named_words_are_made_harmless_wherever_they_stand() -> None:
    assert look_at(VIEW, "treatments", NOTE | {"notes": "<img src=x>\u202e"}) == NOTE | {
        "notes": "‹img src=x›"
    }
    assert look_at(VIEW, "food", {"name": "<b>'Bread'"}) == {"name": "‹b›’Bread’"}
    nested = a_view("treatments: {event_types: [Note], fields: [boluscalc.notes, 'boluscalc.foods[].name']}")
    row = NOTE | {"boluscalc": {"notes": "<a>", "foods": [{"name": "<b>"}, {"name": 7}]}}
    assert look_at(nested, "treatments", row) == NOTE | {
        "boluscalc": {"notes": "‹a›", "foods": [{"name": "‹b›"}]}
    }


def test_words_in_an_array_are_made_harmless_one_by_one() -> None:
    status = a_view("devicestatus: {fields: ['openaps.suggested.consoleLog[]']}")
    row = {"created_at": ISO, "openaps": {"suggested": {"consoleLog": ["<a>", "b\u202e"]}}}
    assert look_at(status, "devicestatus", row) == {
        "created_at": ISO,
        "openaps": {"suggested": {"consoleLog": ["‹a›", "b"]}},
    }


def test_ids_are_turned_wherever_they_stand() -> None:
    ids = a_view(
        "treatments: {event_types: [Note], fields: [syncIdentifier, bolus.id, 'boluscalc.foods[]._id']}"
    )
    turn = ids.lenses["treatments"].pseudonyms.one
    row = NOTE | {
        "syncIdentifier": "s",
        "bolus": {"id": "b"},
        "boluscalc": {"foods": [{"_id": "f"}, {"_id": "g"}]},
    }
    assert look_at(ids, "treatments", row) == NOTE | {
        "syncIdentifier": turn("s"),
        "bolus": {"id": turn("b")},
        "boluscalc": {"foods": [{"_id": turn("f")}, {"_id": turn("g")}]},
    }


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 300])
def test_many_rows_are_written_anew_as_each_alone(count: int) -> None:
    rows = [
        {
            "type": "sgv",
            "date": NOW - at,
            "sgv": 100,
            "dateString": ISO if at % 3 else "2026-11-23T13:00:00+01:00",
        }
        | ({"_id": f"{at:024x}"} if at % 5 else {})
        for at in range(count)
    ]
    assert look(VIEW, "entries", rows) == [look_at(VIEW, "entries", row) for row in rows]
