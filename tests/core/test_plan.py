"""The request to Nightscout is built from the question, and from nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.core.catalog import COLLECTIONS
from proxy.core.plan import PATHS, SLICE, Fetch, slices
from tests.core.looking import DAY, HOUR, NOW


def test_every_collection_is_read_through_a_path_of_v1() -> None:
    assert PATHS.keys() == COLLECTIONS.keys()
    assert all(path.startswith("/api/v1/") for path in PATHS.values())


def test_entries_are_asked_for_by_number_and_type() -> None:
    fetch = Fetch("entries", 1000, 2000, ("mbg", "sgv"), 74)
    assert fetch.path == "/api/v1/entries.json"
    assert fetch.parameters == [
        ("find[date][$gte]", "1000"),
        ("find[date][$lt]", "2000"),
        ("count", "74"),
        ("find[type][$in][]", "mbg"),
        ("find[type][$in][]", "sgv"),
    ]


@pytest.mark.parametrize(
    ("collection", "date"),
    [
        ("treatments", "created_at"),
        ("devicestatus", "created_at"),
        ("activity", "created_at"),
        ("profile", "startDate"),
    ],
)
def test_texts_are_asked_for_by_whole_seconds_around_the_span(collection: str, date: str) -> None:
    asked = dict(Fetch(collection, NOW + 999, NOW + 1001, None, 5).parameters)
    assert asked[f"find[{date}][$gte]"] == "2026-11-23T12:00:00.000Z"
    assert asked[f"find[{date}][$lt]"] == "2026-11-23T12:00:02.000Z"
    exact = dict(Fetch(collection, NOW, NOW + 1000, None, 5).parameters)
    assert exact[f"find[{date}][$lt]"] == "2026-11-23T12:00:01.000Z"


def test_foods_are_asked_for_as_a_whole() -> None:
    assert Fetch("food", 0, NOW, None, 5).parameters == []


def test_types_are_named_only_where_rows_have_one() -> None:
    assert ("find[eventType][$in][]", "SMB") in Fetch("treatments", 0, 1, ("SMB",), 1).parameters
    assert len(Fetch("devicestatus", 0, 1, ("SMB",), 1).parameters) == 3
    assert len(Fetch("treatments", 0, 1, None, 1).parameters) == 3


@given(
    collection=st.sampled_from(sorted(PATHS)),
    since=st.integers(NOW - 400 * DAY, NOW),
    length=st.integers(-DAY, 100 * DAY),
)
def test_slices_fill_the_span_without_gap_or_overlap(collection: str, since: int, length: int) -> None:
    parts = slices(collection, since, since + length, newest_first=True)
    assert parts == slices(collection, since, since + length, newest_first=False)[::-1]
    if length <= 0:
        assert parts == []
        return
    assert (parts[-1][0], parts[0][1]) == (since, since + length)
    assert [older[1] for older in parts[1:]] == [newer[0] for newer in parts[:-1]]
    assert all(0 < end - start <= SLICE.get(collection, length) for start, end in parts)


def test_device_status_is_fetched_day_by_day() -> None:
    parts = slices("devicestatus", NOW - 2 * DAY - HOUR, NOW, newest_first=True)
    assert parts == [(NOW - DAY, NOW), (NOW - 2 * DAY, NOW - DAY), (NOW - 2 * DAY - HOUR, NOW - 2 * DAY)]
