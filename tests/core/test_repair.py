"""An odd value is lost, and nothing else is: not its row, not its neighbours, not the other rows."""

from typing import Any

import msgspec
import pytest

from proxy.core.repair import mended
from tests.core.looking import NOW, a_view, everything, look, look_at

VIEW = a_view()
WHOLE = a_view(*everything())
ISO = "2026-11-23T12:00:00.000Z"
SGV: dict[str, Any] = {"type": "sgv", "date": NOW, "sgv": 110, "direction": "Flat", "noise": 1}
DOSE: dict[str, Any] = {"eventType": "SMB", "created_at": ISO, "insulin": 0.5, "carbs": 12}
STATUS: dict[str, Any] = {"created_at": ISO, "uploaderBattery": 80}


def without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


ODD: tuple[Any, ...] = (
    "x",
    "",
    "NaN",
    "1e3",
    "0x1F",
    "١٢",
    "1,5",
    " 5",
    "5 ",
    "--5",
    True,
    False,
    [],
    [5],
    {},
    {"$gt": 1},
    None,
    10**30,
    -(10**9),
    1e308,
)


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_an_odd_number_is_lost_alone(odd: Any) -> None:
    assert look_at(VIEW, "entries", SGV | {"sgv": odd}) == without(SGV, "sgv")
    assert look_at(VIEW, "treatments", DOSE | {"insulin": odd}) == without(DOSE, "insulin")


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_an_odd_row_does_not_change_the_next(odd: Any) -> None:
    other = SGV | {"date": NOW - 1}
    assert look(VIEW, "entries", [SGV | {"sgv": odd}, other]) == [without(SGV, "sgv"), other]


@pytest.mark.parametrize(
    ("odd", "read"),
    [
        ("115", 115),
        ("115.0", 115),
        ("0", 0),
        ("115.04", 115),
        ("115.06", 115.1),
        (115.0, 115),
        (115.5, 115.5),
    ],
)
def test_a_number_in_the_dress_of_text_is_read(odd: Any, read: float) -> None:
    assert look_at(VIEW, "entries", SGV | {"sgv": odd}) == SGV | {"sgv": read}


@pytest.mark.parametrize(("odd", "read"), [("2", 2), (2.0, 2), ("2.4", 2), (2.4, 2)])
def test_a_whole_number_is_made_of_what_should_be_one(odd: Any, read: int) -> None:
    seen = look_at(VIEW, "entries", SGV | {"noise": odd})
    assert seen == SGV | {"noise": read}
    assert seen is not None
    assert type(seen["noise"]) is int


@pytest.mark.parametrize(
    ("value", "kept"), [(0, True), (1000, True), (-1, False), (1001, False), ("1001", False), (1000.5, False)]
)
def test_a_number_out_of_range_is_lost(value: Any, kept: bool) -> None:
    seen = look_at(VIEW, "entries", SGV | {"sgv": value})
    assert seen == (SGV | {"sgv": value} if kept else without(SGV, "sgv"))


@pytest.mark.parametrize("odd", ["flat", "FLAT", " Flat", "Flat ", "<b>", 1, None, [], {}, "SingleUp|Flat"])
def test_a_word_that_is_not_in_the_list_is_lost(odd: Any) -> None:
    assert look_at(VIEW, "entries", SGV | {"direction": odd}) == without(SGV, "direction")


@pytest.mark.parametrize("odd", ["true", "false", 0, 1, "", [], {}, None])
def test_what_is_not_plainly_yes_or_no_is_lost(odd: Any) -> None:
    assert look_at(VIEW, "treatments", DOSE | {"isSMB": odd}) == DOSE


@pytest.mark.parametrize(
    ("date", "read"), [(NOW + 0.4, NOW), (NOW + 0.6, NOW + 1), (float(NOW), NOW), (str(NOW), NOW)]
)
def test_a_double_or_a_text_as_a_date_is_read_to_the_millisecond(date: Any, read: int) -> None:
    seen = look_at(VIEW, "entries", SGV | {"date": date})
    assert seen == SGV | {"date": read}
    assert seen is not None
    assert type(seen["date"]) is int


@pytest.mark.parametrize("date", [-1, 4_102_444_800_001, 10**18, "-5", "soon", 1e300])
def test_a_date_out_of_range_hides_its_row(date: Any) -> None:
    assert look(VIEW, "entries", [SGV | {"date": date}]) == []


def test_an_id_that_is_none_is_lost_alone() -> None:
    odd: Any
    for odd in (7, [], {"$oid": "5f5f5f5f5f5f5f5f5f5f5f5f"}, "x" * 201, True):
        assert look_at(VIEW, "entries", SGV | {"_id": odd}) == SGV


def test_a_text_that_is_too_long_is_lost_alone() -> None:
    note = {"eventType": "Note", "created_at": ISO}
    assert look_at(VIEW, "treatments", note | {"notes": "x" * 4001}) == note
    assert look_at(VIEW, "treatments", note | {"notes": "x" * 4000}) == note | {"notes": "x" * 4000}


@pytest.mark.parametrize("odd", ["words", 7, None, True, [], [[]], [1], "{}"])
def test_what_is_no_object_is_lost_alone(odd: Any) -> None:
    row = STATUS | {"openaps": odd, "pump": {"reservoir": 90, "battery": odd}}
    assert look_at(VIEW, "devicestatus", row) == STATUS | {"pump": {"reservoir": 90}}


def test_odd_values_deep_inside_are_lost_alone() -> None:
    row = STATUS | {
        "openaps": {
            "suggested": {
                "eventualBG": "high",
                "insulinReq": 0.2,
                "predBGs": {"IOB": [100, 90], "COB": 5, "UAM": ["x"]},
            },
            "iob": [{"iob": "?", "activity": 0.01}, 7, {"iob": 1.5}],
        },
        "pump": {"clock": "soon", "reservoir": 90},
    }
    assert look_at(VIEW, "devicestatus", row) == STATUS | {
        "openaps": {
            "suggested": {"insulinReq": 0.2, "predBGs": {"IOB": [100, 90]}},
            "iob": [{"activity": 0.01}, {"iob": 1.5}],
        },
        "pump": {"reservoir": 90},
    }


@pytest.mark.parametrize("iob", [{"iob": 1}, [{"iob": 1}]])
def test_an_object_or_an_array_of_them_is_kept_as_it_came(iob: Any) -> None:
    for more in ({}, {"uploaderBattery": "odd"}):
        row = {"created_at": ISO, "openaps": {"iob": iob}} | more
        assert look_at(VIEW, "devicestatus", row) == {"created_at": ISO, "openaps": {"iob": iob}}


@pytest.mark.parametrize(
    "curve", [[1, None, 3], [1, "x", 3], [1, [2], 3], [1, 10**9, 3], "123", {"0": 1}, [[1, 2]], None]
)
def test_a_curve_with_a_hole_is_lost_as_a_whole(curve: Any) -> None:
    row = STATUS | {"loop": {"predicted": {"values": curve, "startDate": ISO}}}
    assert look_at(VIEW, "devicestatus", row) == STATUS | {"loop": {"predicted": {"startDate": ISO}}}


def test_a_curve_of_numbers_in_the_dress_of_text_is_read() -> None:
    row = STATUS | {"loop": {"predicted": {"values": ["100", 90.5, 80]}}}
    assert look_at(VIEW, "devicestatus", row) == STATUS | {"loop": {"predicted": {"values": [100, 90.5, 80]}}}


def test_settings_that_the_profile_editor_writes_as_text_are_read() -> None:
    store = {
        "Ines": {
            "dia": "4",
            "basal": [{"time": "00:00", "value": "0.8", "timeAsSeconds": "0"}],
            "sens": "none",
        }
    }
    assert look_at(VIEW, "profile", {"startDate": ISO, "store": store}) == {
        "startDate": ISO,
        "store": {"Profile 1": {"dia": 4, "basal": [{"time": "00:00", "value": 0.8, "timeAsSeconds": 0}]}},
    }


@pytest.mark.parametrize("odd", ["words", 7, None, True, []])
def test_an_odd_profile_among_others_is_lost_alone(odd: Any) -> None:
    row = {"startDate": ISO, "store": {"a": odd, "b": {"dia": 5}}}
    assert look_at(VIEW, "profile", row) == {"startDate": ISO, "store": {"Profile 1": {"dia": 5}}}


@pytest.mark.parametrize(
    "time", ["25:00", "6:30", "06:60", "06:30\n", "06:30:00:00", "٠٦:30", 630, None, "x"]
)
def test_what_is_no_time_of_day_is_lost(time: Any) -> None:
    row = {"startDate": ISO, "store": {"a": {"basal": [{"time": time, "value": 1}]}}}
    assert look_at(VIEW, "profile", row) == {
        "startDate": ISO,
        "store": {"Profile 1": {"basal": [{"value": 1}]}},
    }


def test_the_same_rows_are_seen_with_and_without_an_odd_one_among_them() -> None:
    rows = [SGV | {"_id": f"{age:024x}", "date": NOW - age, "sgv": 100 + age} for age in range(200)]
    plain = look(VIEW, "entries", rows)
    odd = {"type": "sgv", "date": NOW - 900, "sgv": "x"}
    for place in (0, 63, 64, 100, 200):
        seen = look(VIEW, "entries", [*rows[:place], odd, *rows[place:]])
        assert seen == [*plain, {"type": "sgv", "date": NOW - 900}]


def test_every_field_may_be_odd_at_once() -> None:
    for odd in ODD:
        document = dict.fromkeys(
            ("pump", "openaps", "loop", "store", "override", "uploader", "boluscalc", "notes"), odd
        )
        for collection in WHOLE.lenses:
            row = document | {
                "type": "sgv",
                "eventType": "SMB",
                "date": NOW,
                "created_at": ISO,
                "startDate": ISO,
            }
            seen = look_at(WHOLE, collection, row) or {}
            assert seen.keys() <= {"type", "eventType", "date", "created_at", "startDate", "notes"}


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (rb'"half \ud83d"', "half \ufffd"),
        (rb'"half \uDE00 other"', "half \ufffd other"),
        (rb'"two \ude00\ud83d"', "two \ufffd\ufffd"),
        (rb'"whole \ud83d\ude00"', "whole \U0001f600"),
        (rb'"whole \ud83d\ud83d\ude00"', "whole \ufffd\U0001f600"),
        (rb'"plain \\ud83d"', r"plain \ud83d"),
        (rb'"\\\ud83d"', "\\\ufffd"),
        (b'"caf\xc3\xa9 \xff"', "café \ufffd"),
        (b'"\xed\xa0\xbd"', "\ufffd\ufffd\ufffd"),
        (rb'"\n\t\"\/"', '\n\t"/'),
    ],
)
def test_halves_of_characters_are_replaced_and_whole_ones_kept(written: bytes, text: str) -> None:
    assert msgspec.json.decode(mended(written)) == text


@pytest.mark.parametrize("half", [rb'"end \ud83d"', b'"end \xff"'])
def test_a_note_that_ends_in_half_a_character_is_shown(half: bytes) -> None:
    raw = b'[{"eventType":"Note","created_at":"2026-11-23T12:00:00.000Z","notes":' + half + b"}]"
    assert look(VIEW, "treatments", raw) == [{"eventType": "Note", "created_at": ISO, "notes": "end \ufffd"}]


@pytest.mark.parametrize("half", [rb'"end \ud83d"', rb'"\ude00"'])
def test_half_a_character_beside_an_odd_value_hides_nothing(half: bytes) -> None:
    odd = b'{"eventType":"SMB","created_at":"2026-11-23T12:00:01.000Z","insulin":"?"}'
    note = b'{"eventType":"Note","created_at":"2026-11-23T12:00:00.000Z","notes":' + half + b"}"
    for raw in (b"[" + odd + b"," + note + b"]", b"[" + note + b"," + odd + b"]"):
        assert [row["eventType"] for row in look(VIEW, "treatments", raw)] == ["SMB", "Note"]
