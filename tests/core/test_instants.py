"""A column of timestamps that is in Nightscout's form is left as it is; every other is parsed, and written anew."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.core.instants import dated, instants, milliseconds, moment_of, written

NOON = "2026-11-23T12:00:00.000Z"
DAYS = [datetime(2000, 1, 1, 23, 59, 59, 999_000, UTC) + timedelta(days) for days in range(0, 36_525, 1)]


def is_kept(text: str) -> bool:
    column = [NOON, text, NOON]
    return instants(column) is column


def test_every_day_of_the_century_is_kept_as_it_is() -> None:
    column = [f"{day:%Y-%m-%dT%H:%M:%S}.999Z" for day in DAYS]
    assert instants(column) is column
    assert [moment_of(text) for text in column[:400]] == [milliseconds(text) for text in column[:400]]


@pytest.mark.parametrize("year", [2000, 2024, 2026, 2099])
def test_a_day_that_there_is_not_is_no_date(year: int) -> None:
    for month in range(14):
        for day in range(34):
            text = f"{year}-{month:02d}-{day:02d}T12:00:00.000Z"
            try:
                real = bool(datetime(year, month, day, tzinfo=UTC))
            except ValueError:
                real = False
            assert is_kept(text) is real
            assert (instants([NOON, text])[1] == text) is real


@pytest.mark.parametrize("number", range(100))
def test_an_hour_a_minute_or_a_second_that_there_is_not_is_not_kept(number: int) -> None:
    assert is_kept(f"2026-01-31T{number:02d}:00:00.000Z") is (number < 24)
    assert is_kept(f"2026-01-31T00:{number:02d}:00.000Z") is (number < 60)
    assert is_kept(f"2026-01-31T00:00:{number:02d}.000Z") is (number < 60)


@pytest.mark.parametrize(
    "text",
    [
        "1999-12-31T00:00:00.000Z",
        "2100-01-01T00:00:00.000Z",
        "3026-11-23T12:00:00.000Z",
        "2026-11-23t12:00:00.000Z",
        "2026-11-23T12:00:00.000z",
        "2026-11-23T12:00:00.00Z",
        "2026-11-23T12:00:00.0000Z",
        "2026-11-23T12:00:00.000Z ",
        "٢026-11-23T12:00:00.000Z",
        "",
        f"{NOON}\n{NOON}",
    ],
)
def test_another_form_is_written_anew(text: str) -> None:
    at = milliseconds(text)
    assert not is_kept(text)
    assert instants([NOON, text]) == [NOON, None if at is None else written(at)]


@settings(max_examples=60)
@given(st.lists(st.integers(0, 4_102_444_800_000), min_size=1, max_size=20), st.integers(0, 23), st.data())
def test_what_is_kept_is_what_would_be_written(moments: list[int], place: int, data: st.DataObject) -> None:
    column = [written(at) for at in moments]
    letter = data.draw(st.sampled_from("0123456789TZ:-. \n"))
    column[0] = column[0][:place] + letter + column[0][place + 1 :]
    parsed = [milliseconds(text) for text in column]
    assert instants(column) == [None if at is None else written(at) for at in parsed]


def test_a_column_is_ordered_by_its_texts_or_by_its_moments() -> None:
    assert dated([NOON]) == ([NOON], [NOON])
    assert dated([5, 7]) == ([5, 7], [5, 7])
    mixed = [NOON, 5, None, "soon", 7.6]
    assert dated(mixed) == ([NOON, 5, None, None, 8], [milliseconds(NOON), 5, None, None, 8])
