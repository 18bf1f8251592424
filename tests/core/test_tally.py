"""Counting the owner's rows."""

from typing import Any

import pytest

from proxy.core.errors import UpstreamError
from proxy.core.tally import NEVER, PARTS, read_rows, tally


def test_each_row_is_counted_for_what_it_holds() -> None:
    rows: list[dict[str, Any]] = [
        {"eventType": "Meal Bolus", "insulin": 4.5, "carbs": 40, "notes": "pizza"},
        {"eventType": "Temp Basal", "absolute": 0.4},
        {"eventType": "Site Change"},
        {"eventType": "Temporary Target", "notes": "  "},
        {"eventType": "BG Check", "glucose": 104},
        {"eventType": "Note", "notes": "tired"},
    ]
    counted = {"doses": 1, "meals": 1, "notes": 2, "rates": 1, "changes": 1, "targets": 1, "checks": 1}
    assert dict(tally("treatments", rows)) == counted


def test_entries_are_readings_and_finger_pricks() -> None:
    rows: list[dict[str, Any]] = [{"type": "sgv"}, {"type": "sgv"}, {"type": "mbg"}, {"type": "cal"}, {}]
    assert dict(tally("entries", rows)) == {"readings": 2, "checks": 1}


def test_profiles_are_counted_whole() -> None:
    assert dict(tally("profile", [{}, {}])) == {"profiles": 2}


def test_what_is_odd_or_deleted_counts_as_nothing() -> None:
    odd: list[dict[str, Any]] = [
        {"insulin": "4", "carbs": True, "glucose": None, "notes": None, "eventType": ["x"]},
        {"eventType": "SMB", "insulin": 1, "isValid": False},
        {"insulin": float("nan"), "carbs": -3},
    ]
    assert dict(tally("treatments", odd)) == {}
    assert dict(tally("food", [{"carbs": 3}])) == {}


def test_what_is_counted_belongs_to_one_switch() -> None:
    words = [word for parts in PARTS.values() for word in parts]
    assert len(words) == len(set(words))
    assert not set(words) & set(NEVER)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 5000])
def test_what_cannot_be_read_says_so(body: bytes) -> None:
    with pytest.raises(UpstreamError):
        read_rows(body)


def test_only_rows_are_rows() -> None:
    assert read_rows(b'[{"a":1}, 3, null]') == [{"a": 1}]
    assert read_rows(b'{"a":1}') == []
