"""Rows enough: hidden rows never shorten a page, and no row is lost or doubled at a cut."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.core.errors import UpstreamError
from proxy.core.plan import Fetch
from proxy.core.query import Query, parse_v1
from proxy.gate.rows import MOST_ROWS, SPARE
from tests.core.looking import DAY, HOUR, NOW, a_view, body
from tests.gate.paged_site import Row, Site, ask, dose, entry, hidden_first, iso, rows, status


def test_as_many_rows_as_were_asked_for_come_newest_first() -> None:
    site = Site([entry(NOW - at) for at in range(1, 40)])
    assert [row["date"] for row in rows(site, ask("entries", 3))] == [NOW - 1, NOW - 2, NOW - 3]
    assert [fetch.count for fetch in site.asked] == [3 + SPARE]


def test_fewer_rows_come_if_there_are_no_more() -> None:
    assert len(rows(Site([entry(NOW - 1), entry(NOW - 2)]), ask("entries", 3))) == 2
    assert rows(Site([]), ask("entries", 3)) == []


@pytest.mark.parametrize("crowd", [SPARE - 1, SPARE, SPARE + 10, 1000])
@pytest.mark.parametrize("collection", ["entries", "treatments", "devicestatus"])
def test_a_crowd_of_hidden_rows_shortens_no_page(collection: str, crowd: int) -> None:
    make: Callable[..., Row] = {"entries": entry, "treatments": dose, "devicestatus": status}[collection]
    shown = [make(NOW - 1000 * at) for at in range(5, 40)]
    nothing = {"devicestatus": {"uploaderBattery": None}}.get(collection, {"isValid": False})
    hidden = [make(NOW - 1 - at % 4000, notes=str(at)) | nothing for at in range(crowd)]
    for ties in (hidden_first, lambda row: 0):
        assert rows(Site([*shown, *hidden], ties), ask(collection, 7)) == rows(
            Site(shown), ask(collection, 7)
        )


def test_further_fetches_ask_for_the_same_span_and_more_of_it() -> None:
    site = Site([entry(NOW - at, isValid=False) for at in range(1, 500)] + [entry(NOW - 600)])
    assert len(rows(site, ask("entries", 1))) == 1
    assert [fetch.count for fetch in site.asked] == [17, 68, 272, 1088]
    assert len({(fetch.since, fetch.until, fetch.types) for fetch in site.asked}) == 1


@pytest.mark.parametrize(
    "ties", [lambda row: row["sgv"], lambda row: -row["sgv"], lambda row: row["sgv"] * 7919 % 101]
)
@pytest.mark.parametrize("count", [1, 50, 99, 100, 101, 150])
def test_rows_of_one_moment_are_never_torn_apart_by_nightscouts_order(
    count: int, ties: Callable[[Row], Any]
) -> None:
    together = [entry(NOW - 5, 100 + at) for at in range(100)]
    others = [entry(NOW - 9 - at, 90) for at in range(100)]
    found = rows(Site([*together, *others], ties), ask("entries", count))
    assert [row["sgv"] for row in found] == ([*range(100, 200)] + [90] * 100)[:count]


def test_texts_of_one_second_are_not_cut_in_their_own_order() -> None:
    crowd = [dose("2026-11-23T11:59:30Z", isValid=False) for _ in range(SPARE - 1)]
    texts = ["2026-11-23T11:59:30.5Z", "2026-11-23T11:59:30Z", "2026-11-23T11:59:30.599Z"]
    site = Site([*crowd, *(dose(text, at) for at, text in enumerate(texts))])
    found = rows(site, ask("treatments", 1))
    assert [(row["insulin"], row["created_at"]) for row in found] == [(2, "2026-11-23T11:59:30.599Z")]


@pytest.mark.parametrize("newest_first", [True, False])
def test_rows_at_the_edges_of_a_span_are_in_it_by_their_own_date(newest_first: bool) -> None:
    since, until = NOW - HOUR + 500, NOW - 500
    moments = [since - 1, since, since + 1, until - 1, until, until + 1]
    query = ask("treatments", since=since, until=until, newest_first=newest_first)
    expected = [iso(at) for at in (since, since + 1, until - 1)]
    found = [row["created_at"] for row in rows(Site([dose(at) for at in moments]), query)]
    assert found == (expected[::-1] if newest_first else expected)


def test_a_row_that_says_another_moment_than_it_was_found_by_is_left_out() -> None:
    # As text it is within the hour, as a moment it is not.
    strange = dose("2026-11-23T11:30:00-05:00")
    assert rows(Site([strange, dose(NOW - 2)]), ask("treatments", since=NOW - HOUR)) == [dose(NOW - 2)]


def test_types_that_were_not_asked_for_do_not_come_even_if_nightscout_sends_them() -> None:
    async def careless(fetch: Fetch) -> bytes:
        return body(
            [entry(NOW - 1), {"type": "mbg", "date": NOW - 2, "mbg": 90}, {"type": "rawbg", "date": NOW - 3}]
        )

    query = Query("entries", NOW - HOUR, NOW, ("mbg",), 10)
    assert rows(careless, query) == [{"type": "mbg", "date": NOW - 2, "mbg": 90}]


def test_the_oldest_come_first_if_asked_for() -> None:
    site = Site([status(NOW - at * HOUR, at) for at in range(1, 100)])
    found = rows(site, ask("devicestatus", 5, since=NOW - 3 * DAY, newest_first=False))
    assert [row["uploaderBattery"] for row in found] == [72, 71, 70, 69, 68]
    assert (site.asked[0].since, len(site.asked)) == (NOW - 3 * DAY, 1)


def test_the_oldest_are_found_among_many_in_one_slice() -> None:
    site = Site([entry(NOW - at, at) for at in range(1, 300)])
    assert [row["sgv"] for row in rows(site, ask("entries", 2, newest_first=False))] == [299, 298]


def test_the_oldest_are_not_given_from_a_slice_that_was_cut() -> None:
    async def endless(fetch: Fetch) -> bytes:
        dates = range(NOW - 1, NOW - 1 - fetch.count, -1)
        return b"[" + b",".join([b'{"type":"sgv","date":%d,"sgv":1}' % at for at in dates]) + b"]"

    with pytest.raises(UpstreamError) as caught:
        rows(endless, ask("entries", 1, newest_first=False))
    assert caught.value.upstream_reason == "upstream_too_large"


def test_what_hides_no_end_of_rows_is_too_large_and_asks_no_more_than_the_limit() -> None:
    asked: list[int] = []

    async def endless(fetch: Fetch) -> bytes:
        asked.append(fetch.count)
        return b"[" + b",".join([b"0"] * fetch.count) + b"]"

    with pytest.raises(UpstreamError) as caught:
        rows(endless, ask("entries", 1))
    assert caught.value.upstream_reason == "upstream_too_large"
    assert max(asked) == MOST_ROWS
    assert asked == sorted(set(asked))


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize(
    ("skip", "count"), [(0, 5), (3, 5), (5, 5), (24, 5), (30, 50), (71, 5), (72, 5), (500, 5)]
)
def test_skipping_leaves_out_the_first_rows_across_slices(
    skip: int, count: int, *, newest_first: bool
) -> None:
    site = Site([status(NOW - at * HOUR, at) for at in range(1, 73)])
    whole = list(range(1, 73)) if newest_first else list(range(72, 0, -1))
    query = ask("devicestatus", count, since=NOW - 3 * DAY, newest_first=newest_first, skip=skip)
    assert [row["uploaderBattery"] for row in rows(site, query)] == whole[skip : skip + count]


def test_pages_one_after_another_make_the_whole() -> None:
    site = Site(
        [entry(NOW - 5 - at // 7, at % 3, _id=f"{at:024x}") for at in range(200)],
        lambda row: row["_id"][::-1],
    )
    whole = rows(site, ask("entries", 500))
    parts = [rows(site, ask("entries", 23, skip=skip)) for skip in range(0, 207, 23)]
    assert [row for part in parts for row in part] == whole
    assert len(whole) == 200


def test_a_span_without_time_asks_nothing() -> None:
    site = Site([entry(NOW - 1)])
    assert rows(site, ask("entries", since=NOW, until=NOW)) == []
    assert rows(site, ask("entries", since=NOW, until=NOW - HOUR)) == []
    assert site.asked == []


def test_no_slice_is_fetched_that_is_not_needed() -> None:
    site = Site([status(NOW - at * HOUR, at) for at in range(1, 200)])
    assert len(rows(site, ask("devicestatus", 30, since=NOW - 9 * DAY))) == 30
    assert [(fetch.since, fetch.until) for fetch in site.asked] == [
        (NOW - DAY, NOW),
        (NOW - 2 * DAY, NOW - DAY),
    ]
    assert [fetch.count for fetch in site.asked] == [30 + SPARE, 6 + SPARE]


def test_foods_come_whole_however_few_were_asked_for() -> None:
    site = Site([{"name": f"food {at:03}", "carbs": at % 50} for at in range(300)])
    found = rows(site, ask("food", 5))
    assert found == rows(Site(site.rows[::-1]), ask("food", 300))[:5]
    assert len(found) == 5


MOMENTS = st.integers(NOW - 5 * DAY, NOW - 1)


@given(
    shown=st.lists(st.tuples(st.integers(0, 30), st.integers(40, 44)), max_size=120),
    hidden=st.lists(st.integers(0, 30), max_size=200),
    count=st.integers(1, 90),
    skip=st.integers(0, 20),
    salt=st.integers(1, 96),
    newest_first=st.booleans(),
)
@settings(max_examples=50, deadline=None)
def test_hidden_rows_and_nightscouts_order_never_show(
    shown: list[tuple[int, int]], hidden: list[int], count: int, skip: int, salt: int, *, newest_first: bool
) -> None:
    visible = [entry(NOW - 1 - age, sgv, _id=f"{at:024x}") for at, (age, sgv) in enumerate(shown)]
    withheld = [entry(NOW - 1 - age, at, isValid=False) for at, age in enumerate(hidden)]
    query = ask("entries", count, newest_first=newest_first, skip=skip)
    plain = rows(Site(visible), query)
    assert rows(Site([*visible, *withheld], lambda row: row["sgv"] * salt % 97), query) == plain
    assert len(plain) == max(0, min(count, len(visible) - skip))


def test_a_coarse_view_asks_for_whole_days_and_gives_bins() -> None:
    view = a_view("entries: {types: [sgv], classes: [glucose]}", detail="hourly", since=NOW - 12 * HOUR - DAY)
    site = Site([entry(NOW - at * HOUR // 4, 100 + at % 4) for at in range(1, 200)])
    query = parse_v1(view, view.lenses["entries"], [("count", "3")], now=NOW)
    found = rows(site, query, view)
    assert [(row["date"], row["n"], row["sgv"]) for row in found] == [
        (NOW - at * HOUR, 4, 101.5) for at in (1, 2, 3)
    ]
    assert [(fetch.since, fetch.until) for fetch in site.asked] == [(NOW - 12 * HOUR, NOW)]
