"""Detail as a grid: bins fixed by local midnight, whole and closed, whatever is asked."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.core.detail import grid_of
from proxy.core.policy import Detail
from proxy.core.query import Query
from proxy.core.view import View
from tests.core.grids import GRIDS, LENGTHS, dose, entry, grid, utc
from tests.core.looking import DAY, ENTRIES, HOUR, TREATMENTS, a_view, body


def asked(since: int, until: int, **more: Any) -> Query:
    return Query("entries", since, until, ("mbg", "sgv"), 1000, **more)


@pytest.mark.parametrize("detail", ["full", "summary"])
def test_only_the_levels_between_have_a_grid(detail: Detail) -> None:
    assert grid_of(detail, "UTC") is None


@pytest.mark.parametrize(
    ("zone", "begins", "ends"),
    [
        ("UTC", "2026-03-29T00:00", "2026-03-30T00:00"),
        ("Europe/Berlin", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("Europe/Berlin", "2026-10-24T22:00", "2026-10-25T23:00"),
        ("Asia/Kathmandu", "2026-03-28T18:15", "2026-03-29T18:15"),
        ("Pacific/Apia", "2026-03-28T11:00", "2026-03-29T11:00"),
        ("Pacific/Apia", "2011-12-29T10:00", "2011-12-30T10:00"),
        ("America/Sao_Paulo", "2018-11-04T03:00", "2018-11-05T02:00"),
        ("America/Sao_Paulo", "2018-02-17T02:00", "2018-02-18T03:00"),
        ("Africa/Cairo", "2026-04-23T22:00", "2026-04-24T21:00"),
        ("America/Havana", "2026-11-01T04:00", "2026-11-02T05:00"),
        ("Australia/Lord_Howe", "2026-10-03T13:30", "2026-10-04T13:00"),
    ],
)
@pytest.mark.parametrize("detail", GRIDS)
def test_a_day_is_cut_from_midnight_to_midnight_without_gap_or_overlap(
    detail: Detail, zone: str, begins: str, ends: str
) -> None:
    start, end = utc(begins), utc(ends)
    bins = list(grid(detail, zone).bins(start, end))
    assert (bins[0][0], bins[-1][1]) == (start, end)
    assert [one[1] for one in bins[:-1]] == [one[0] for one in bins[1:]]
    lengths = {end - start for start, end in bins[:-1]}
    assert lengths <= {LENGTHS[detail]}
    assert detail != "daily" or len(bins) == 1
    # Neither neighbour of the day has a part in it.
    assert list(grid(detail, zone).bins(start - 1, end + 1))[1:-1] == bins


@pytest.mark.parametrize("detail", GRIDS)
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia"])
@given(shift=st.integers(0, 4 * DAY), length=st.integers(1, 3 * DAY))
@settings(max_examples=15)
def test_a_bin_is_the_same_from_wherever_it_is_looked_at(
    zone: str, detail: Detail, shift: int, length: int
) -> None:
    begins = {"Europe/Berlin": "2026-10-23", "America/Sao_Paulo": "2018-11-02", "Pacific/Apia": "2011-12-28"}
    since = utc(begins[zone]) + shift
    known = set(grid(detail, zone).bins(utc(begins[zone]) - 2 * DAY, utc(begins[zone]) + 9 * DAY))
    found = list(grid(detail, zone).bins(since, since + length))
    assert set(found) <= known
    assert found[0][0] <= since
    assert found[-1][1] >= since + length
    assert found == sorted(one for one in known if one[1] > since and one[0] < since + length)


@pytest.mark.parametrize(
    ("since", "until", "begins", "ends"),
    [
        ("2026-11-20T10:20", "2026-11-20T10:40", "2026-11-20T10:00", "2026-11-20T11:00"),
        ("2026-11-20T10:00", "2026-11-20T11:00", "2026-11-20T10:00", "2026-11-20T11:00"),
        ("2026-11-20T10:59:59.999", "2026-11-20T11:00:00.001", "2026-11-20T10:00", "2026-11-20T12:00"),
        ("2026-11-20T10:20", "2026-11-23T12:00", "2026-11-20T10:00", "2026-11-23T11:00"),
        ("2026-11-10T00:00", "2026-11-18T02:30", "2026-11-16T00:00", "2026-11-18T03:00"),
    ],
)
def test_a_question_is_widened_to_whole_bins_that_are_over_and_in_the_window(
    since: str, until: str, begins: str, ends: str
) -> None:
    whole = grid("hourly").widen(
        asked(utc(since), utc(until)), floor=utc("2026-11-16"), close=utc("2026-11-23T11:59")
    )
    assert (whole.since, whole.until) == (utc(begins), utc(ends))


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-11-23T11:10", "2026-11-23T11:50"),
        ("2026-11-20T10:00", "2026-11-20T10:00"),
        ("2026-11-21T10:00", "2026-11-20T10:00"),
        ("2026-11-10T10:00", "2026-11-15T23:59"),
    ],
)
def test_a_bin_that_is_not_over_an_empty_span_and_what_is_outside_the_window_give_nothing(
    since: str, until: str
) -> None:
    query = asked(utc(since), utc(until))
    whole = grid("hourly").widen(query, floor=utc("2026-11-16"), close=utc("2026-11-23T11:59"))
    assert whole.since == whole.until
    assert grid("hourly").days(whole) == []


def test_a_bin_is_over_with_its_last_moment() -> None:
    query = asked(utc("2026-11-23T10:00"), utc("2026-11-23T12:00"))
    for close, ends in (
        (utc("2026-11-23T11:00"), "2026-11-23T11:00"),
        (utc("2026-11-23T11:00") - 1, "2026-11-23T10:00"),
    ):
        assert grid("hourly").widen(query, floor=0, close=close).until == utc(ends)


def test_a_long_question_is_cut_into_local_days_in_its_order() -> None:
    query = asked(utc("2026-10-23T22:00"), utc("2026-10-26T05:00"))
    days = [
        ("2026-10-23T22:00", "2026-10-24T22:00"),
        ("2026-10-24T22:00", "2026-10-25T23:00"),
        ("2026-10-25T23:00", "2026-10-26T05:00"),
    ]
    expected = [(utc(since), utc(until)) for since, until in days]
    berlin = grid("hourly", "Europe/Berlin")
    assert berlin.days(query) == expected[::-1]
    assert berlin.days(asked(query.since, query.until, newest_first=False)) == expected


NOON = utc("2026-11-20T12:00")


def binned(
    view: View, collection: str, documents: Sequence[Any], since: int, until: int
) -> list[dict[str, Any]]:
    lens = view.lenses[collection]
    made = grid(view.policy.detail, view.zone).rows(lens, lens.read(body(documents)).rows, since, until)
    assert [at for at, _ in made] == sorted((at for at, _ in made), reverse=True)
    rows: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode([row for _, row in made]))
    return rows


def test_a_glucose_bin_holds_a_mean_and_a_number_and_nothing_else() -> None:
    view = a_view(ENTRIES, detail="hourly")
    documents = [entry(NOON + 5, 100), entry(NOON + HOUR - 1, 105), entry(NOON, 100), entry(NOON + HOUR, 300)]
    later, first = binned(view, "entries", documents, NOON, NOON + 2 * HOUR)
    assert {name: value for name, value in first.items() if name != "_id"} == {
        "type": "sgv",
        "date": NOON,
        "dateString": "2026-11-20T12:00:00.000Z",
        "n": 3,
        "sgv": 101.7,
    }
    assert (later["date"], later["n"], later["sgv"]) == (NOON + HOUR, 1, 300)
    assert later["_id"] != first["_id"]


def test_meter_readings_have_a_bin_of_their_own_and_calibrations_none() -> None:
    documents = [
        entry(NOON, 100),
        entry(NOON + 1, 90, "mbg"),
        entry(NOON + 2, 95, "mbg"),
        entry(NOON, 1, "cal"),
    ]
    rows = binned(a_view(ENTRIES, detail="hourly"), "entries", documents, NOON, NOON + HOUR)
    assert sorted((row["type"], row["n"], row.get("sgv"), row.get("mbg")) for row in rows) == [
        ("mbg", 2, None, 92.5),
        ("sgv", 1, 100, None),
    ]


def test_a_bin_without_a_reading_is_not_there() -> None:
    documents = [entry(NOON, None), entry(NOON + 1, "high")]
    assert binned(a_view(ENTRIES, detail="hourly"), "entries", documents, NOON, NOON + HOUR) == []


def test_glucose_that_the_policy_does_not_name_is_in_no_bin() -> None:
    view = a_view("entries: {types: [sgv], fields: [direction]}", detail="hourly")
    assert binned(view, "entries", [entry(NOON, 100)], NOON, NOON + HOUR) == []


def test_a_dose_bin_holds_sums_by_type_and_nothing_else() -> None:
    view = a_view(TREATMENTS, detail="hourly")
    documents = [
        dose(NOON, insulin=0.1),
        dose(NOON + 1, insulin=0.2),
        dose(NOON + 2),
        dose(NOON + 3, "Meal Bolus", insulin=4, carbs=40),
        dose(NOON + 3, "Note"),
        dose(NOON + 4, "Announcement", insulin=9),
    ]
    rows = binned(view, "treatments", documents, NOON, NOON + HOUR)
    seen = {
        row["eventType"]: {name: value for name, value in row.items() if name not in ("_id", "eventType")}
        for row in rows
    }
    at = {"created_at": "2026-11-20T12:00:00.000Z"}
    assert seen == {
        "SMB": at | {"n": 3, "insulin": 0.3},
        "Meal Bolus": at | {"n": 1, "insulin": 4, "carbs": 40},
        "Note": at | {"n": 1},
    }


def test_sums_leave_out_what_the_policy_does_not_name() -> None:
    view = a_view("treatments: {event_types: [Meal Bolus], classes: [carbs]}", detail="daily")
    [row] = binned(
        view,
        "treatments",
        [dose(NOON, "Meal Bolus", insulin=4, carbs=40)],
        NOON - 12 * HOUR,
        NOON + 12 * HOUR,
    )
    assert (row["carbs"], "insulin" in row) == (40, False)


def test_the_ids_of_bins_are_stable_and_tell_no_time() -> None:
    view = a_view(ENTRIES, detail="hourly")
    first = binned(view, "entries", [entry(NOON, 100)], NOON, NOON + HOUR)
    again = binned(view, "entries", [entry(NOON + 9, 200)], NOON, NOON + HOUR)
    assert first[0]["_id"] == again[0]["_id"]
    assert len(first[0]["_id"]) == 24
    elsewhere = binned(
        a_view(ENTRIES, detail="hourly", since=NOON - DAY), "entries", [entry(NOON, 100)], NOON, NOON + HOUR
    )
    assert elsewhere[0]["_id"] != first[0]["_id"]


def test_the_order_of_rows_does_not_change_a_bin() -> None:
    view = a_view(TREATMENTS, detail="daily")
    documents = [dose(NOON + at, insulin=amount) for at, amount in enumerate((0.1, 0.2, 0.3, 100.005, 0.025))]
    since, until = NOON - 12 * HOUR, NOON + 12 * HOUR
    assert binned(view, "treatments", documents, since, until) == binned(
        view, "treatments", documents[::-1], since, until
    )


def test_which_kind_came_first_within_a_bin_does_not_show() -> None:
    view = a_view(TREATMENTS, detail="hourly")
    answers = [
        binned(
            view,
            "treatments",
            [dose(NOON + first, insulin=1), dose(NOON + second, "Bolus", insulin=2)],
            NOON,
            NOON + HOUR,
        )
        for first, second in ((0, 9), (9, 0), (5, 5))
    ]
    assert answers[0] == answers[1] == answers[2]
    assert len(answers[0]) == 2
