"""What may be asked is read, and stays within the view."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.core.errors import QueryError
from proxy.core.query import IGNORED, LARGEST_COUNT, V1_WINDOW, V3_LIMIT, Query, parse_v1, parse_v3
from tests.core.asked import CLOSED, FLOOR, REFUSAL, SERIES, VIEW, refusal, v1, v3
from tests.core.looking import DAY, HOUR, NOW


@pytest.mark.parametrize(
    ("collection", "count"),
    [
        ("entries", 10),
        ("treatments", 100),
        ("devicestatus", 10),
        ("profile", 10),
        ("food", LARGEST_COUNT),
        ("activity", LARGEST_COUNT),
    ],
)
def test_v1_has_nightscouts_counts(collection: str, count: int) -> None:
    assert v1(collection).count == count


@pytest.mark.parametrize("collection", SERIES)
def test_v1_gives_four_days_unless_a_date_is_asked_for(collection: str) -> None:
    assert v1(collection).since == NOW - V1_WINDOW
    date = "date" if collection == "entries" else "created_at"
    assert v1(collection, (f"find[{date}][$lte]", str(NOW))).since == FLOOR


@pytest.mark.parametrize("collection", ["profile", "food"])
def test_settings_and_foods_are_not_cut_to_four_days(collection: str) -> None:
    assert v1(collection).since == FLOOR


def test_treatments_with_a_filter_have_a_larger_count() -> None:
    assert v1("treatments", ("find[eventType]", "SMB")).count == 1000
    assert v1("treatments", ("find[eventType][$in][]", "SMB")).count == 1000
    assert v1("treatments", ("find[created_at][$gte]", "2026-11-01")).count == 1000
    assert v1("treatments", ("find[eventType]", "SMB"), ("count", "7")).count == 7
    assert v1("treatments", ("sort[created_at]", "1")).count == 100


@pytest.mark.parametrize("collection", [*SERIES, "profile", "food"])
def test_v3_gives_the_whole_window_newest_first_a_thousand_at_a_time(collection: str) -> None:
    query = v3(collection)
    assert (query.since, query.until, query.count, query.skip) == (FLOOR, NOW + 1, V3_LIMIT, 0)
    assert (query.newest_first, query.fields) == (True, None)
    types = VIEW.lenses[collection].types
    assert query.types == (None if types is None else tuple(sorted(types)))


@pytest.mark.parametrize(
    ("op", "since", "until"),
    [
        ("gte", NOW - HOUR, NOW + 1),
        ("gt", NOW - HOUR + 1, NOW + 1),
        ("lt", FLOOR, NOW - HOUR),
        ("lte", FLOOR, NOW - HOUR + 1),
    ],
)
def test_a_date_narrows_the_window_to_half_open_bounds(op: str, since: int, until: int) -> None:
    query = v1("entries", (f"find[date][${op}]", str(NOW - HOUR)))
    assert (query.since, query.until) == (since, until)
    query = v3("treatments", (f"created_at${op}", "2026-11-23T11:00:00.000Z"))
    assert (query.since, query.until) == (since, until)


@pytest.mark.parametrize(("value", "since", "until"), [("0", FLOOR, NOW + 1), ("1999-01-01", FLOOR, NOW + 1)])
def test_no_date_reaches_before_the_window(value: str, since: int, until: int) -> None:
    for op in ("gt", "gte"):
        query = v1("entries", (f"find[date][${op}]", value))
        assert (query.since, query.until) == (since, until)


def test_no_date_reaches_behind_now_or_the_end_of_the_window() -> None:
    asked = [("find[date][$lte]", str(NOW + DAY))]
    assert parse_v1(VIEW, VIEW.lenses["entries"], asked, now=NOW).until == NOW + 1
    assert parse_v1(CLOSED, CLOSED.lenses["entries"], asked, now=NOW).until == NOW - DAY
    assert (
        parse_v3(CLOSED, CLOSED.lenses["entries"], [("date$lt", str(NOW + DAY))], now=NOW).until == NOW - DAY
    )


@pytest.mark.parametrize("asked", [("find[date][$lt]", "5"), ("find[date][$gte]", "9999999999999")])
def test_a_span_outside_the_window_is_empty_and_never_turned_round(asked: tuple[str, str]) -> None:
    query = v1("entries", asked)
    assert query.since == query.until


def test_of_several_dates_the_narrowest_hold() -> None:
    first, second = (
        ("find[date][$gte]", str(NOW - 5 * HOUR)),
        ("find[dateString][$gt]", "2026-11-23T10:00:00Z"),
    )
    third = ("find[date][$lt]", str(NOW - HOUR))
    for asked in ((first, second, third), (third, second, first)):
        query = v1("entries", *asked)
        assert (query.since, query.until) == (NOW - 2 * HOUR + 1, NOW - HOUR)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T10:00:00.000Z",
        "2026-11-23T10:00:00Z",
        "2026-11-23T10:00",
        "2026-11-23 10:00",
        "2026-11-23T12:00:00+02:00",
        "2026-11-23T12:00:00 02:00",
        "2026-11-23T05:00:00.000-05:00",
        "20261123T100000Z",
        "2026-W48-1T10:00:00Z",
        str(NOW - 2 * HOUR),
    ],
)
def test_a_moment_may_be_written_in_iso_or_milliseconds(text: str) -> None:
    assert v1("treatments", ("find[created_at][$gte]", text)).since == NOW - 2 * HOUR


@pytest.mark.parametrize(
    ("asked", "types"),
    [
        (("find[eventType]", "SMB"), ("SMB",)),
        (("find[eventType]", "Meal Bolus"), ("Meal Bolus",)),
        (("find[eventType][$in]", "SMB"), ("SMB",)),
        (("find[eventType][$in][]", "SMB"), ("SMB",)),
        (("find[eventType]", "/bolus/i"), ("Bolus", "Meal Bolus")),
        (("find[eventType]", "/MEAL B/i"), ("Meal Bolus",)),
        (("find[eventType]", "/o/i"), ("Bolus", "Meal Bolus", "Note")),
    ],
)
def test_v1_is_asked_by_type_or_part_of_one(asked: tuple[str, str], types: tuple[str, ...]) -> None:
    assert v1("treatments", asked).types == types


def test_v1_takes_a_list_of_types() -> None:
    name = "find[eventType][$in][]"
    assert v1("treatments", (name, "SMB"), (name, "Note")).types == ("Note", "SMB")
    assert refusal("v1", "treatments", (name, "SMB"), (name, "Announcement")) == REFUSAL
    assert refusal("v1", "food", ("find[None][$in][]", "food")) == REFUSAL


def test_a_type_in_the_path_narrows() -> None:
    assert v1("entries", types=("sgv",)).types == ("sgv",)
    with pytest.raises(QueryError):
        v1("entries", types=("rawbg",))
    with pytest.raises(QueryError):
        v1("devicestatus", types=("sgv",))


@pytest.mark.parametrize(
    ("asked", "types"),
    [
        (("eventType", "SMB"), ("SMB",)),
        (("eventType$eq", "SMB"), ("SMB",)),
        (("eventType$in", "SMB|Note"), ("Note", "SMB")),
    ],
)
def test_v3_is_asked_by_type(asked: tuple[str, str], types: tuple[str, ...]) -> None:
    assert v3("treatments", asked).types == types


@pytest.mark.parametrize(("value", "newest"), [("1", False), ("asc", False), ("-1", True), ("desc", True)])
def test_v1_sorts_by_its_date_only(value: str, newest: bool) -> None:
    assert v1("treatments", ("sort[created_at]", value)).newest_first is newest
    assert v1("entries", ("sort[date]", value)).newest_first is newest
    assert v1("profile", ("sort[startDate]", value)).newest_first is newest


@pytest.mark.parametrize("name", ["date", "created_at"])
def test_v3_sorts_by_date_one_way(name: str) -> None:
    assert v3("treatments", ("sort", name)).newest_first is False
    assert v3("treatments", ("sort$desc", name)).newest_first is True
    assert refusal("v3", "treatments", ("sort", name), ("sort$desc", name)) == REFUSAL


def test_v3_gives_the_fields_that_are_shown_and_asked_for() -> None:
    assert v3("treatments", ("fields", "insulin,date,notes,date")).fields == ("date", "insulin", "notes")
    assert v3("treatments", ("fields", "_all")).fields is None


@pytest.mark.parametrize(("text", "count"), [("1", 1), ("007", 7), (str(LARGEST_COUNT), LARGEST_COUNT)])
def test_v1_takes_a_count(text: str, count: int) -> None:
    assert v1("entries", ("count", text)).count == count


def test_v3_skips_rows() -> None:
    query = v3("entries", ("skip", "0"), ("limit", "5"))
    assert (query.skip, query.count) == (0, 5)
    assert v3("entries", ("skip", "50000")).skip == 50_000
    assert refusal("v3", "entries", ("skip", "-1")) == REFUSAL


def test_what_browsers_add_is_ignored_even_twice() -> None:
    noise = tuple((name, "x") for name in IGNORED) * 2
    assert v1("entries", *noise) == v1("entries")
    assert v3("entries", *noise) == v3("entries")


def test_the_words_for_the_record_are_our_own() -> None:
    plain = Query("entries", 1, 2, ("mbg", "sgv"), 3)
    shown = frozenset({"mbg", "sgv"})
    assert plain.words(shown) == "entries since=1 until=2 count=3 newest"
    assert plain.words() == "entries since=1 until=2 count=3 newest types=mbg|sgv"
    more = Query("food", 1, 2, None, 3, newest_first=False, skip=4, fields=("carbs", "date"))
    assert more.words() == "food since=1 until=2 count=3 oldest skip=4 fields=carbs,date"


NAMES = [
    "count",
    "find[date][$gte]",
    "find[date][$lt]",
    "find[type]",
    "sort[date]",
    "date$gt",
    "type$in",
    "limit",
    "skip",
    "sort",
    "fields",
]


@given(
    asked=st.lists(
        st.tuples(
            st.sampled_from(NAMES) | st.text(max_size=12), st.text(max_size=16) | st.integers().map(str)
        ),
        max_size=4,
    ),
    third=st.booleans(),
)
def test_whatever_is_asked_stays_within_the_view_or_is_refused(
    asked: list[tuple[str, str]], third: bool
) -> None:
    read = parse_v3 if third else parse_v1
    try:
        query = read(VIEW, VIEW.lenses["entries"], asked, now=NOW)
    except QueryError as error:
        told = str(error)
        assert told == REFUSAL or told.startswith("At most")
        return
    assert query.since >= FLOOR
    assert query.until <= NOW + 1 or query.until == query.since
    assert set(query.types or ()) <= {"sgv", "mbg", "cal"}
    assert 1 <= query.count <= LARGEST_COUNT
