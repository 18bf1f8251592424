"""Notes found in Nightscout: text and day, and of the rest of the row nothing."""

from typing import Any

import msgspec
import pytest

from proxy.core.found_notes import MOST_FOUND, found_notes

ROW = {
    "_id": "65f0c0ffee65f0c0ffee0001",
    "eventType": "Meal Bolus",
    "created_at": "2026-03-03T23:30:00.000Z",
    "enteredBy": "Mum's phone",
    "insulin": 4.5,
    "carbs": 61,
    "notes": "pizza & \u202eice cream",
}


def test_a_note_is_its_text_and_its_day_in_the_owners_zone_and_nothing_else() -> None:
    [note] = found_notes([ROW], "Europe/Berlin")
    assert (note.picked.day, note.picked.words) == ("2026-03-04", "pizza & ice cream")
    kept = msgspec.json.encode(note.picked).decode()
    for other in ("Meal", "Mum", "4.5", "61", "c0ffee", "23:30"):
        assert other not in kept


@pytest.mark.parametrize(
    "changed",
    [
        {"notes": "   "},
        {"notes": None},
        {"notes": {"$ne": 1}},
        {"notes": "\u202e\x00"},
        {"created_at": "yesterday"},
        {"created_at": 5},
        {"isValid": False},
    ],
)
def test_what_is_no_note_is_not_offered(changed: dict[str, Any]) -> None:
    assert found_notes([{**ROW, **changed}], "UTC") == []


def test_a_note_that_was_changed_is_another_one() -> None:
    keys = {found_notes([{**ROW, "notes": text}], "UTC")[0].picked.key for text in ("pizza", "Pizza")}
    assert len(keys) == 2
    assert len({found_notes([ROW], zone)[0].picked.key for zone in ("UTC", "Asia/Tokyo")}) == 1


def test_the_newest_come_first_and_there_is_an_end() -> None:
    rows = [
        {**ROW, "_id": str(n), "created_at": f"2026-03-{n % 28 + 1:02d}T10:00:00Z"}
        for n in range(MOST_FOUND + 9)
    ]
    found = found_notes(rows, "UTC")
    assert len(found) == MOST_FOUND
    assert found == sorted(found, key=lambda each: -each.at)
    assert found[0].picked.day == "2026-03-28"


def test_a_note_of_any_length_is_found_but_a_very_long_one_is_not_for_picking() -> None:
    [short], [long] = (found_notes([{**ROW, "notes": "x" * n}], "UTC") for n in (1_000, 1_001))
    assert (short.is_too_long, long.is_too_long) == (False, True)
