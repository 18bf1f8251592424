"""What is seen through a lens: named fields of named rows, in an order of our own, and nothing else."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.core.errors import UpstreamError
from tests.core.looking import (
    NOW,
    a_view,
    body,
    look,
    look_at,
)

VIEW = a_view()
ISO = "2026-11-23T12:00:00.000Z"
ID = "5f5f5f5f5f5f5f5f5f5f5f5f"
SGV: dict[str, Any] = {"_id": ID, "type": "sgv", "date": NOW, "sgv": 110, "direction": "Flat"}
DOSE: dict[str, Any] = {"_id": ID, "eventType": "SMB", "created_at": ISO, "insulin": 0.5}


def without_id(row: dict[str, Any] | None) -> dict[str, Any] | None:
    return row and {name: value for name, value in row.items() if name != "_id"}


def test_named_fields_come_through_and_no_other() -> None:
    seen = look_at(
        VIEW, "entries", SGV | {"device": "x", "notes": "CANARY", "_v": 1, "sysTime": ISO, "utcOffset": 60}
    )
    assert without_id(seen) == {"type": "sgv", "date": NOW, "sgv": 110, "direction": "Flat"}


def test_every_id_is_a_pseudonym() -> None:
    seen = look_at(VIEW, "entries", SGV | {"identifier": "2f7b0a34-0001-4002-8003-0000000000aa"})
    assert seen is not None
    assert seen["_id"] == VIEW.lenses["entries"].pseudonyms.one(ID) != ID
    assert seen["identifier"] == VIEW.lenses["entries"].pseudonyms.one("2f7b0a34-0001-4002-8003-0000000000aa")


@pytest.mark.parametrize(
    "kind", ["rawbg", "note", "SGV", "", None, 7, ["sgv"], {"type": "sgv"}, "sgv ", True]
)
def test_a_row_of_another_type_is_withheld(kind: Any) -> None:
    assert look(VIEW, "entries", [SGV | {"type": kind}]) == []
    assert look(VIEW, "treatments", [DOSE | {"eventType": kind}]) == []


def test_a_row_without_a_type_is_withheld() -> None:
    assert look(VIEW, "treatments", [{"created_at": ISO, "insulin": 1}]) == []


def test_a_type_that_is_named_shows_a_row_of_which_nothing_else_is() -> None:
    bare = {"created_at": ISO, "eventType": "Note"}
    assert look(VIEW, "treatments", [bare]) == [bare]


@pytest.mark.parametrize("mark", [False, 0, 1, "false", "true", [], {}, "", 0.0, "x"])
def test_a_row_that_is_not_plainly_valid_is_withheld(mark: Any) -> None:
    for collection, row in (("entries", SGV), ("treatments", DOSE)):
        assert look(VIEW, collection, [row | {"isValid": mark}]) == []
    assert look(VIEW, "devicestatus", [{"created_at": ISO, "uploaderBattery": 5, "isValid": mark}]) == []


@pytest.mark.parametrize("mark", [True, None])
def test_a_valid_row_is_shown_without_its_mark(mark: Any) -> None:
    assert look(VIEW, "entries", [SGV | {"isValid": mark}]) == look(VIEW, "entries", [SGV])


@pytest.mark.parametrize("mark", [b" true ", b"\ttrue\n", b" null"])
def test_spaces_around_the_mark_of_validity_change_nothing(mark: bytes) -> None:
    raw = b'[{"type":"sgv","date":1795435200000,"sgv":1,"isValid":' + mark + b"}]"
    assert len(look(VIEW, "entries", raw)) == 1


@pytest.mark.parametrize("mark", [b" false ", b"false", b'"false"'])
def test_an_invalid_row_is_withheld_beside_odd_rows_too(mark: bytes) -> None:
    raw = b'[{"type":"sgv","date":1795435200000,"sgv":"x"},{"type":"sgv","date":5,"isValid":' + mark + b"}]"
    assert [row["date"] for row in look(VIEW, "entries", raw)] == [NOW]


@pytest.mark.parametrize(
    "date", [None, "", "soon", "2026-02-30T00:00:00Z", [], {}, True, "10000-01-01T00:00:00Z"]
)
def test_a_row_without_a_date_is_withheld(date: Any) -> None:
    assert look(VIEW, "treatments", [DOSE | {"created_at": date}]) == []
    assert look(VIEW, "entries", [SGV | {"date": date}]) == []


def test_a_row_that_has_no_date_at_all_is_withheld() -> None:
    assert look(VIEW, "entries", [{"type": "sgv", "sgv": 100, "dateString": ISO}]) == []
    assert look(VIEW, "profile", [{"store": {"a": {"dia": 5}}, "created_at": ISO}]) == []


def test_foods_need_no_date() -> None:
    assert look(VIEW, "food", [{"name": "Bread", "carbs": 50}]) == [{"name": "Bread", "carbs": 50}]


@pytest.mark.parametrize(
    ("collection", "row"),
    [
        (
            "devicestatus",
            {"device": "loop://x", "pump": {"pumpID": "9", "serial": "9"}, "configuration": {"aps": "x"}},
        ),
        ("devicestatus", {"pump": {}, "openaps": {"suggested": {}, "iob": []}, "uploader": {"name": "x"}}),
        ("devicestatus", {"date": NOW, "mills": NOW}),
        ("activity", {"notes": "ran home", "device": "x"}),
        ("profile", {"enteredBy": "Ines", "store": {}, "loopSettings": {"deviceToken": "x"}}),
        ("profile", {"store": {"Ines": {"timezone": "Europe/Berlin"}}}),
    ],
)
def test_a_row_that_would_say_nothing_but_when_is_withheld(collection: str, row: dict[str, Any]) -> None:
    dated = row | {"_id": ID, "created_at": ISO, "startDate": ISO}
    assert look(VIEW, collection, [dated]) == []


def test_an_object_of_which_all_is_hidden_leaves_no_trace() -> None:
    plain = {"created_at": ISO, "uploaderBattery": 80}
    hidden = plain | {
        "pump": {"pumpID": "1"},
        "loop": {"failureReason": "x", "rileylinks": [{"name": "x"}]},
        "uploader": {},
    }
    assert look(VIEW, "devicestatus", [hidden]) == look(VIEW, "devicestatus", [plain]) == [plain]


def test_objects_in_objects_that_end_up_empty_leave_no_trace() -> None:
    nested = {
        "created_at": ISO,
        "uploaderBattery": 80,
        "openaps": {"suggested": {"predBGs": {"COB": None}, "reason": "x"}},
    }
    assert look(VIEW, "devicestatus", [nested]) == [{"created_at": ISO, "uploaderBattery": 80}]


def test_empty_elements_of_an_array_leave_no_trace() -> None:
    row = {"created_at": ISO, "openaps": {"iob": [{}, {"iob": 1.5}, {"device": "x"}, None]}}
    assert look(VIEW, "devicestatus", [row]) == [{"created_at": ISO, "openaps": {"iob": [{"iob": 1.5}]}}]


def test_the_names_of_profiles_are_not_kept_nor_their_order() -> None:
    slow, fast = {"dia": 7}, {"dia": 5}
    told = [
        look(VIEW, "profile", [{"startDate": ISO, "store": store}])
        for store in (
            {"Ines at night": slow, "7": fast},
            {"7": slow, "Sport": fast},
            {"b": fast, "a": slow, "hidden": {"timezone": "UTC"}},
        )
    ]
    assert (
        told[0] == told[1] == told[2] == [{"startDate": ISO, "store": {"Profile 1": fast, "Profile 2": slow}}]
    )


def test_rows_come_newest_first_and_ties_by_what_is_visible() -> None:
    rows = [
        SGV | {"_id": None, "date": NOW - age, "sgv": sgv}
        for age, sgv in ((2, 1), (0, 9), (1, 3), (1, 2), (0, 8))
    ]
    expected = [(NOW, 8), (NOW, 9), (NOW - 1, 2), (NOW - 1, 3), (NOW - 2, 1)]
    for order in (rows, rows[::-1], sorted(rows, key=lambda row: row["sgv"])):
        assert [(row["date"], row["sgv"]) for row in look(VIEW, "entries", order)] == expected


def test_hidden_content_does_not_break_a_tie() -> None:
    one, other = SGV | {"_id": None, "sgv": 1}, SGV | {"_id": None, "sgv": 2}
    first = look(VIEW, "entries", [one | {"notes": "a"}, other | {"notes": "b"}])
    assert first == look(VIEW, "entries", [other | {"notes": "a"}, one | {"notes": "b"}])


@given(st.permutations(range(8)), st.lists(st.integers(0, 2), min_size=8, max_size=8))
@settings(max_examples=40)
def test_the_order_of_nightscout_does_not_show(order: list[int], ages: list[int]) -> None:
    rows = [SGV | {"_id": f"{at:024x}", "date": NOW - age, "sgv": at % 3} for at, age in enumerate(ages)]
    assert look(VIEW, "entries", [rows[at] for at in order]) == look(VIEW, "entries", rows)


def test_moments_with_offsets_are_sorted_as_moments() -> None:
    texts = ["2026-11-23T10:00:00Z", "2026-11-23T12:30:00+02:00", "2026-11-23T06:00:00-05:00"]
    seen = look(VIEW, "treatments", [DOSE | {"created_at": text} for text in texts])
    assert [row["created_at"][11:16] for row in seen] == ["11:00", "10:30", "10:00"]


def test_a_batch_counts_every_document_and_tells_how_far_it_reached() -> None:
    rows = [
        SGV,
        SGV | {"date": NOW - 9, "type": "rawbg"},
        SGV | {"date": NOW - 5, "isValid": False},
        7,
        None,
        "x",
        [],
    ]
    batch = VIEW.lenses["entries"].read(body(rows))
    assert (len(batch.rows), batch.documents, batch.oldest) == (1, 7, NOW - 9)
    empty = VIEW.lenses["entries"].read(b"[]")
    assert (empty.rows, empty.documents, empty.oldest) == ([], 0, 0)


@pytest.mark.parametrize("document", [7, None, "x", [], [SGV], True, 1.5])
def test_what_is_no_document_hides_no_other(document: Any) -> None:
    assert look(VIEW, "entries", [document, SGV, document]) == look(VIEW, "entries", [SGV])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"{}",
        b'{"status":401}',
        b'"x"',
        b"<html>",
        b"[",
        b"[{]",
        b'[{"type":"sgv"}',
        b"[{}] trailing",
        b"[{}],[{}]",
        b"\xef\xbb\xbf[{}]",
        b"[NaN]",
        b'[{"sgv":NaN}]',
        b"[" * 100_000,
        b'[{"a":' + b"[" * 100_000,
    ],
    ids=lambda raw: raw[:20].decode(errors="replace") + f" {len(raw)}",
)
def test_what_is_no_list_of_documents_is_an_error_that_quotes_nothing(raw: bytes) -> None:
    with pytest.raises(UpstreamError) as caught:
        VIEW.lenses["entries"].read(raw)
    assert str(caught.value) == "Nightscout sent something that can't be read."
    assert caught.value.upstream_reason == "upstream_unreadable"


def test_of_a_key_that_stands_twice_the_last_counts_on_both_ways() -> None:
    plain = b'{"type":"sgv","date":1795435200000,"sgv":1,"sgv":2}'
    odd = b'{"type":"sgv","date":1795435100000,"sgv":"x"}'
    hidden = b'{"type":"sgv","date":1795435200000,"sgv":1,"type":"rawbg"}'
    assert [row["sgv"] for row in look(VIEW, "entries", b"[" + plain + b"]")] == [2]
    assert [row.get("sgv") for row in look(VIEW, "entries", b"[" + plain + b"," + odd + b"]")] == [2, None]
    assert look(VIEW, "entries", b"[" + hidden + b"," + odd + b"]") == look(
        VIEW, "entries", b"[" + odd + b"]"
    )


@pytest.mark.parametrize(
    "hidden",
    [
        b"1e999",
        b"-" + b"9" * 400,
        b'"\\ud83d"',
        b'"\xff"',
        b"[" * 90 + b"]" * 90,
        b'{"":{"":[]}}',
        b'"\\u0000"',
    ],
    ids=lambda hidden: f"{hidden[:10]!r}",
)
def test_a_hidden_value_changes_nothing_whatever_it_is(hidden: bytes) -> None:
    row = body([SGV])
    for also in (row, b'[{"type":"sgv","date":1,"sgv":"x"},' + row[1:]):
        raw = also.replace(b'"sgv":110', b'"notes":' + hidden + b',"sgv":110,"unknown":' + hidden)
        assert raw != also
        assert look(VIEW, "entries", raw) == look(VIEW, "entries", also)


def test_one_document_is_read_alone() -> None:
    lens = VIEW.lenses["entries"]
    row = lens.read_one(body(SGV))  # type: ignore[arg-type]  # one document is JSON as well
    assert row is not None
    assert (row.sgv, lens.type_of(row)) == (110, "sgv")
    withheld: tuple[Any, ...] = (SGV | {"type": "rawbg"}, SGV | {"isValid": False}, None, [])
    for hidden in withheld:
        assert lens.read_one(body(hidden)) is None


def test_two_documents_are_not_one() -> None:
    assert VIEW.lenses["entries"].read_one(body(SGV) + b"," + body(SGV)) is None  # type: ignore[arg-type]  # as above


def test_a_lens_of_rows_without_types_tells_none() -> None:
    lens = VIEW.lenses["devicestatus"]
    [(_, row)] = lens.read(body([{"created_at": ISO, "uploaderBattery": 5}])).rows
    assert lens.type_of(row) is None
