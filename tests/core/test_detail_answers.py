"""No two questions that are allowed differ by a finer bin: every answer is a run of whole bins."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.core.errors import QueryError
from proxy.core.plan import Fetch
from proxy.core.policy import Detail
from proxy.core.query import Query, parse_v1, parse_v3
from proxy.core.view import View
from proxy.gate.rows import pages
from tests.core.grids import GRIDS, dose, entry, grid, utc
from tests.core.looking import DAY, ENTRIES, HOUR, TREATMENTS, a_view, body

FLOOR, CLOSE, OPENED = utc("2026-10-23T22:00"), utc("2026-10-26T10:07"), utc("2026-10-26T10:07")
"""Two and a half days around the end of summer time in Berlin."""


def grid_view(detail: Detail) -> View:
    return a_view(ENTRIES, TREATMENTS, detail=detail, since=FLOOR, until=CLOSE, zone="Europe/Berlin")


VIEWS = {detail: grid_view(detail) for detail in GRIDS}


def answer(view: View, query: Query, documents: Sequence[dict[str, Any]]) -> list[bytes]:
    """Give the rows of an answer, as the gate would send them."""

    async def fetch(asked: Fetch) -> bytes:
        return body(documents)

    async def all_pages() -> list[bytes]:
        return [
            msgspec.json.encode(row)
            async for page in pages(view, query, fetch, now=OPENED + DAY)
            for _, row in page
        ]

    return asyncio.run(all_pages())


def whole_bins(view: View, collection: str, documents: Sequence[dict[str, Any]]) -> list[bytes]:
    """Compute the bins of the whole window once, without any question."""
    lens = view.lenses[collection]
    bins = [one for one in grid(view.policy.detail, view.zone).bins(FLOOR, CLOSE) if one[1] <= CLOSE]
    rows = [pair for pair in lens.read(body(documents)).rows if bins[0][0] <= pair[0] < bins[-1][1]]
    made = grid(view.policy.detail, view.zone).rows(lens, rows, bins[0][0], bins[-1][1])
    return [msgspec.json.encode(row) for _, row in made]


MOMENTS = st.integers(FLOOR - DAY, CLOSE + DAY)
READINGS = st.lists(
    st.tuples(MOMENTS, st.integers(39, 401), st.sampled_from(["sgv", "sgv", "mbg", "cal"])), max_size=60
)
DOSES = st.lists(
    st.tuples(MOMENTS, st.integers(1, 90), st.sampled_from(["SMB", "Bolus", "Note", "Question"])), max_size=40
)
BOUND = st.none() | MOMENTS
COUNT = st.integers(1, 300)


def is_run(part: Sequence[bytes], whole: Sequence[bytes]) -> bool:
    return any(list(whole[at : at + len(part)]) == list(part) for at in range(len(whole) - len(part) + 1))


@pytest.mark.parametrize("detail", GRIDS)
@given(
    readings=READINGS,
    since=BOUND,
    until=BOUND,
    count=COUNT,
    kind=st.sampled_from([None, "sgv", "mbg"]),
    oldest=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_no_two_questions_differ_by_a_finer_bin_of_entries(
    detail: Detail,
    readings: list[tuple[int, int, str]],
    since: int | None,
    until: int | None,
    count: int,
    kind: str | None,
    *,
    oldest: bool,
) -> None:
    documents = [entry(at, value, name) for at, value, name in readings]
    parameters = [
        ("count", str(count)),
        ("sort[date]", "1" if oldest else "-1"),
        ("find[date][$gte]", str(since or 0)),
    ]
    parameters += [] if until is None else [("find[date][$lt]", str(until))]
    parameters += [] if kind is None else [("find[type]", kind)]
    view = VIEWS[detail]
    given_ = answer(view, parse_v1(view, view.lenses["entries"], parameters, now=OPENED + DAY), documents)
    whole = [
        row
        for row in whole_bins(view, "entries", documents)
        if kind is None or f'"type":"{kind}"'.encode() in row
    ]
    assert len(given_) <= count
    assert is_run(given_, whole[::-1] if oldest else whole)


@pytest.mark.parametrize("detail", GRIDS)
@given(doses=DOSES, since=BOUND, until=BOUND, count=COUNT, skip=st.integers(0, 9), oldest=st.booleans())
@settings(max_examples=60, deadline=None)
def test_no_two_questions_differ_by_a_finer_bin_of_treatments(
    detail: Detail,
    doses: list[tuple[int, int, str]],
    since: int | None,
    until: int | None,
    count: int,
    skip: int,
    *,
    oldest: bool,
) -> None:
    documents = [dose(at, kind, insulin=tenths / 10) for at, tenths, kind in doses]
    parameters = [("limit", str(count)), ("skip", str(skip)), ("sort" if oldest else "sort$desc", "date")]
    parameters += [] if since is None else [("created_at$gt", str(since))]
    parameters += [] if until is None else [("date$lte", str(until))]
    view = VIEWS[detail]
    try:
        query = parse_v3(view, view.lenses["treatments"], parameters, now=OPENED + DAY)
    except QueryError:  # pragma: no cover - all of these are allowed
        pytest.fail("an allowed question was refused")
    given_ = answer(view, query, documents)
    whole = whole_bins(view, "treatments", documents)
    assert is_run(given_, whole[::-1] if oldest else whole)


@pytest.mark.parametrize("detail", GRIDS)
def test_the_whole_window_gives_every_bin(detail: Detail) -> None:
    documents = [entry(at, 100) for at in range(FLOOR, CLOSE, HOUR // 12)]
    view = VIEWS[detail]
    query = parse_v1(
        view, view.lenses["entries"], [("count", "5000"), ("find[date][$gte]", "0")], now=OPENED + DAY
    )
    given_ = answer(view, query, documents)
    # A day of 24 hours, one of 25, and of the last day what is over at 11:07 local time.
    assert len(given_) == {"15min": (24 + 25) * 4 + 44, "hourly": 24 + 25 + 11, "daily": 2}[detail]
    assert given_ == whole_bins(view, "entries", documents)
