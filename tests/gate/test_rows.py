"""Rows enough: hidden rows never shorten a page, and no row is lost or doubled at a cut.

The site here answers as Nightscout's v1 does: dates in text are compared and sorted as texts, newest first, rows of
one moment come in an order that is as bad as can be, and what is over the count is cut off.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.core.errors import UpstreamError
from proxy.core.lens import DATE_FIELD, TYPE_FIELD
from proxy.core.plan import Fetch
from proxy.core.query import Query, parse_v1
from proxy.core.view import View
from proxy.gate.rows import MOST_ROWS, SPARE, Fetcher, pages
from tests.core.looking import DAY, HOUR, NOW, PROFILE, a_view, body

Row = dict[str, Any]
FLOOR = NOW - 200 * DAY
VIEW = a_view(since=FLOOR)


@dataclass
class Site:
    """One collection of a Nightscout, and what it was asked."""

    rows: Sequence[Row]
    ties: Callable[[Row], Any] = lambda row: 0
    asked: list[Fetch] = field(default_factory=list)

    async def __call__(self, fetch: Fetch) -> bytes:
        self.asked.append(fetch)
        if fetch.collection == "food":
            return body(self.rows)
        date, kind = DATE_FIELD[fetch.collection], TYPE_FIELD.get(fetch.collection, "")
        asked = dict(fetch.parameters)
        bounds = [asked[f"find[{date}][${op}]"] for op in ("gte", "lt")]
        since, until = map(int, bounds) if date == "date" else bounds  # type: ignore[assignment]  # as v1 compares
        types = [value for name, value in fetch.parameters if name.endswith("[$in][]")]
        found = [row for row in self.rows if since <= row[date] < until and (not types or row.get(kind) in types)]
        found = sorted(found, key=self.ties)
        return body(sorted(found, key=lambda row: row[date], reverse=True)[: fetch.count])


def iso(at: int) -> str:
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"


def entry(at: int, sgv: int = 100, **more: Any) -> Row:
    return {"type": "sgv", "date": at, "sgv": sgv} | more


def dose(at: int | str, amount: float = 1, **more: Any) -> Row:
    return {"eventType": "SMB", "created_at": at if isinstance(at, str) else iso(at), "insulin": amount} | more


def status(at: int, battery: int = 50, **more: Any) -> Row:
    return {"created_at": iso(at), "uploaderBattery": battery} | more


def ask(collection: str, count: int = 10, *, since: int = NOW - 10 * DAY, until: int = NOW, **more: Any) -> Query:
    types = VIEW.lenses[collection].types
    return Query(collection, since, until, None if types is None else tuple(sorted(types)), count, **more)


async def gathered(fetch: Fetcher, query: Query, view: View) -> list[list[Row]]:
    found = []
    async for page in pages(view, query, fetch, now=NOW):
        assert [at for at, _ in page] == sorted((at for at, _ in page), reverse=query.newest_first)
        found.append(msgspec.json.decode(msgspec.json.encode([row for _, row in page])))
    return found


def rows(fetch: Fetcher, query: Query, view: View = VIEW) -> list[Row]:
    return [row for page in asyncio.run(gathered(fetch, query, view)) for row in page]


def hidden_first(row: Row) -> Any:
    return row.get("sgv", row.get("insulin", row.get("uploaderBattery"))) is not None


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
        assert rows(Site([*shown, *hidden], ties), ask(collection, 7)) == rows(Site(shown), ask(collection, 7))


def test_further_fetches_ask_for_the_same_span_and_more_of_it() -> None:
    site = Site([entry(NOW - at, isValid=False) for at in range(1, 500)] + [entry(NOW - 600)])
    assert len(rows(site, ask("entries", 1))) == 1
    assert [fetch.count for fetch in site.asked] == [65, 260, 1040]
    assert len({(fetch.since, fetch.until, fetch.types) for fetch in site.asked}) == 1


@pytest.mark.parametrize("ties", [lambda row: row["sgv"], lambda row: -row["sgv"], lambda row: row["sgv"] * 7919 % 101])
@pytest.mark.parametrize("count", [1, 50, 99, 100, 101, 150])
def test_rows_of_one_moment_are_never_torn_apart_by_nightscouts_order(count: int, ties: Callable[[Row], Any]) -> None:
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
def test_rows_at_the_edges_of_a_span_are_in_it_by_their_own_date(newest_first: bool) -> None:  # noqa: FBT001
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
        return body([entry(NOW - 1), {"type": "mbg", "date": NOW - 2, "mbg": 90}, {"type": "rawbg", "date": NOW - 3}])

    query = Query("entries", NOW - HOUR, NOW, ("mbg",), 10)
    assert rows(careless, query) == [{"type": "mbg", "date": NOW - 2, "mbg": 90}]


def test_the_oldest_come_first_if_asked_for() -> None:
    site = Site([status(NOW - at * HOUR, at) for at in range(1, 100)])
    found = rows(site, ask("devicestatus", 5, since=NOW - 3 * DAY, newest_first=False))
    assert [row["uploaderBattery"] for row in found] == [72, 71, 70, 69, 68]
    assert (site.asked[0].since, len(site.asked)) == (NOW - 3 * DAY, 1)


def test_the_oldest_are_not_given_from_a_slice_that_was_cut() -> None:
    async def endless(fetch: Fetch) -> bytes:
        row = msgspec.json.encode(entry(NOW - 1))
        return b"[" + b",".join([row] * fetch.count) + b"]"

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
@pytest.mark.parametrize(("skip", "count"), [(0, 5), (3, 5), (5, 5), (24, 5), (30, 50), (71, 5), (72, 5), (500, 5)])
def test_skipping_leaves_out_the_first_rows_across_slices(skip: int, count: int, *, newest_first: bool) -> None:
    site = Site([status(NOW - at * HOUR, at) for at in range(1, 73)])
    whole = list(range(1, 73)) if newest_first else list(range(72, 0, -1))
    query = ask("devicestatus", count, since=NOW - 3 * DAY, newest_first=newest_first, skip=skip)
    assert [row["uploaderBattery"] for row in rows(site, query)] == whole[skip : skip + count]


def test_pages_one_after_another_make_the_whole() -> None:
    site = Site([entry(NOW - 5 - at // 7, at % 3, _id=f"{at:024x}") for at in range(200)], lambda row: row["_id"][::-1])
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
    assert [(fetch.since, fetch.until) for fetch in site.asked] == [(NOW - DAY, NOW), (NOW - 2 * DAY, NOW - DAY)]
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
def test_hidden_rows_and_nightscouts_order_never_show(  # noqa: PLR0913 - what may vary
    shown: list[tuple[int, int]], hidden: list[int], count: int, skip: int, salt: int, *, newest_first: bool
) -> None:
    visible = [entry(NOW - 1 - age, sgv, _id=f"{at:024x}") for at, (age, sgv) in enumerate(shown)]
    withheld = [entry(NOW - 1 - age, at, isValid=False) for at, age in enumerate(hidden)]
    query = ask("entries", count, newest_first=newest_first, skip=skip)
    plain = rows(Site(visible), query)
    assert rows(Site([*visible, *withheld], lambda row: row["sgv"] * salt % 97), query) == plain
    assert len(plain) == max(0, min(count, len(visible) - skip))


SETTINGS = a_view(PROFILE, since=NOW - 30 * DAY)


def profile(at: int, dia: float, **more: Any) -> Row:
    return {"startDate": iso(at), "store": {"Ines": {"dia": dia}}} | more


def settings_of(site: Site, *asked: tuple[str, str], view: View = SETTINGS) -> list[tuple[str, float]]:
    query = parse_v1(view, view.lenses["profile"], asked, now=NOW)
    return [(row["startDate"], row["store"]["Profile 1"]["dia"]) for row in rows(site, query, view)]


BEGIN = iso(NOW - 30 * DAY)
LONG_AGO = Site([profile(NOW - 300 * DAY, 3), profile(NOW - 200 * DAY, 4), profile(NOW - 5 * DAY, 5)])


def test_the_settings_in_force_when_the_window_begins_count_as_beginning_there() -> None:
    assert settings_of(LONG_AGO) == [(iso(NOW - 5 * DAY), 5), (BEGIN, 4)]
    assert settings_of(LONG_AGO, ("sort[startDate]", "1")) == [(BEGIN, 4), (iso(NOW - 5 * DAY), 5)]
    assert settings_of(LONG_AGO, ("count", "1")) == [(iso(NOW - 5 * DAY), 5)]


def test_when_they_really_began_is_told_nowhere() -> None:
    old = profile(NOW - 200 * DAY, 4, created_at=iso(NOW - 200 * DAY), date=NOW - 200 * DAY, mills=NOW - 200 * DAY, _id="a")
    query = parse_v1(SETTINGS, SETTINGS.lenses["profile"], [], now=NOW)
    [row] = rows(Site([old]), query, SETTINGS)
    assert row.keys() == {"_id", "startDate", "store"}
    other = old | {"startDate": iso(NOW - 100 * DAY), "created_at": iso(NOW - 99 * DAY)}
    assert rows(Site([other]), query, SETTINGS) == [row]


def test_hidden_settings_are_not_those_in_force() -> None:
    site = Site([profile(NOW - 60 * DAY, 3), profile(NOW - 40 * DAY, 4, isValid=False)])
    assert settings_of(site) == [(BEGIN, 3)]


def test_a_question_about_a_later_span_gives_what_began_in_it() -> None:
    later = ("find[startDate][$gte]", iso(NOW - 10 * DAY))
    assert settings_of(LONG_AGO, later) == [(iso(NOW - 5 * DAY), 5)]
    assert settings_of(LONG_AGO, later, ("find[startDate][$lt]", iso(NOW - 6 * DAY))) == []


def test_a_report_finds_the_settings_before_a_day_of_the_window() -> None:
    asked = (("find[startDate][$lt]", iso(NOW - 20 * DAY)), ("sort[startDate]", "-1"), ("count", "1"))
    assert settings_of(LONG_AGO, *asked) == [(BEGIN, 4)]


def test_settings_that_begin_with_the_window_are_in_it() -> None:
    site = Site([profile(NOW - 30 * DAY, 6), profile(NOW - 30 * DAY - 1, 4)])
    assert sorted(settings_of(site)) == [(BEGIN, 4), (BEGIN, 6)]


def test_a_coarse_view_asks_for_whole_days_and_gives_bins() -> None:
    view = a_view("entries: {types: [sgv], classes: [glucose]}", detail="hourly", since=NOW - 12 * HOUR - DAY)
    site = Site([entry(NOW - at * HOUR // 4, 100 + at % 4) for at in range(1, 200)])
    query = parse_v1(view, view.lenses["entries"], [("count", "3")], now=NOW)
    found = rows(site, query, view)
    assert [(row["date"], row["n"], row["sgv"]) for row in found] == [(NOW - at * HOUR, 4, 101.5) for at in (1, 2, 3)]
    assert [(fetch.since, fetch.until) for fetch in site.asked] == [(NOW - 12 * HOUR, NOW)]


class Watched:
    """A site that answers when it is told to, and knows which fetches are under way."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.gate = asyncio.Event()
        self.under_way: list[int] = []
        self.begun: list[int] = []
        self.cancelled: list[int] = []
        self.fails_at: int | None = None

    async def __call__(self, fetch: Fetch) -> bytes:
        self.begun.append(fetch.since)
        self.under_way.append(fetch.since)
        try:
            if len(self.begun) > 1:
                await self.gate.wait()
            if fetch.since == self.fails_at:
                raise UpstreamError("upstream_slow", "Nightscout took too long to answer. Try again.")
            return await self.site(fetch)
        except asyncio.CancelledError:
            self.cancelled.append(fetch.since)
            raise
        finally:
            self.under_way.remove(fetch.since)


FOUR_DAYS = Site([status(NOW - at * HOUR, at) for at in range(1, 96)])
DAYS = [NOW - at * DAY for at in (1, 2, 3, 4)]


def long_question(**more: Any) -> Query:
    return ask("devicestatus", 5000, since=NOW - 4 * DAY, **more)


async def test_the_next_slice_is_fetched_while_this_one_is_filtered() -> None:
    watched = Watched(FOUR_DAYS)
    async with aclosing(pages(VIEW, long_question(), watched, now=NOW)) as source:  # type: ignore[type-var]  # it is one
        first = await anext(source)
        await asyncio.sleep(0)
        assert (len(first), watched.begun) == (24, DAYS[:2])
        watched.gate.set()
        rest = [len(page) async for page in source]
    assert watched.begun == DAYS
    assert rest == [24, 24, 23]
    assert watched.cancelled == []


async def test_what_was_begun_is_given_up_when_the_reader_leaves() -> None:
    watched = Watched(FOUR_DAYS)
    async with aclosing(pages(VIEW, long_question(), watched, now=NOW)) as source:  # type: ignore[type-var]  # it is one
        await anext(source)
        await asyncio.sleep(0)
        assert watched.under_way == DAYS[1:2]
    await asyncio.sleep(0)
    assert (watched.cancelled, watched.under_way) == (DAYS[1:2], [])


async def test_a_short_question_begins_nothing_ahead() -> None:
    watched = Watched(FOUR_DAYS)
    async with aclosing(pages(VIEW, ask("devicestatus", 24, since=NOW - 4 * DAY), watched, now=NOW)) as source:  # type: ignore[type-var]  # it is one
        await anext(source)
        await asyncio.sleep(0)
        assert watched.begun == DAYS[:1]


async def test_a_slice_ahead_that_fails_fails_the_answer_when_its_turn_comes() -> None:
    watched = Watched(FOUR_DAYS)
    watched.gate.set()
    watched.fails_at = DAYS[1]
    source = pages(VIEW, long_question(), watched, now=NOW)
    assert len(await anext(source)) == 24
    with pytest.raises(UpstreamError):
        await anext(source)


async def test_a_slice_ahead_that_failed_is_not_complained_of_when_the_reader_has_left() -> None:
    complaints: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    watched = Watched(FOUR_DAYS)
    watched.gate.set()
    watched.fails_at = DAYS[1]
    async with aclosing(pages(VIEW, long_question(), watched, now=NOW)) as source:  # type: ignore[type-var]  # it is one
        await anext(source)
        await asyncio.sleep(0)
        assert watched.under_way == []
    await asyncio.sleep(0)
    assert complaints == []


def test_fetching_ahead_gives_the_same_rows() -> None:
    for newest_first in (True, False):
        slow = rows(FOUR_DAYS, ask("devicestatus", 1000, since=NOW - 4 * DAY, newest_first=newest_first))
        assert rows(FOUR_DAYS, long_question(newest_first=newest_first)) == slow
        assert len(slow) == 95
