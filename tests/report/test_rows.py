"""Rows in columns: of dicts and of a view's structs alike, whatever is missing in some of them."""

from typing import Any

import msgspec
import pytest

from proxy.report.rows import batches, column, get, moments


class Pump(msgspec.Struct):
    reservoir: float | None = None


class Row(msgspec.Struct):
    at: int
    pump: Pump | None = None


class Other(msgspec.Struct):
    at: int


ROWS: list[Any] = [
    Row(1, Pump(7.5)),
    Row(2),
    Other(3),
    {"at": 4, "pump": {"reservoir": 1}},
    {"pump": [{"reservoir": 2}, {"reservoir": 3}]},
    {"pump": "?"},
    None,
]


@pytest.mark.parametrize("rows", [ROWS, ROWS[:2], ROWS[2:3], ROWS[3:4], []])
def test_a_column_holds_of_each_row_what_the_row_holds(rows: list[Any]) -> None:
    assert column(rows, "at") == [None if row is None else get(row, "at") for row in rows]
    assert column(rows, "nothing") == [None] * len(rows)


def test_a_column_reaches_into_rows_and_takes_the_first_of_a_list() -> None:
    assert column(ROWS, "pump", "reservoir") == [7.5, None, None, 1, 2, None, None]


def test_moments_are_the_first_field_that_holds_one() -> None:
    rows = [
        {"created_at": "1970-01-01T00:00:01Z", "date": 5},
        {"created_at": "?", "date": 5},
        {"mills": "7"},
        {"date": 0},
    ]
    assert moments(rows, "created_at", "date", "mills") == [1000, 5, 7, None]


def test_a_stream_is_cut_into_lists_without_losing_any() -> None:
    parts = list(batches(iter(range(1300))))
    assert len(parts) > 1
    assert [row for part in parts for row in part] == list(range(1300))
    assert list(batches([])) == []
