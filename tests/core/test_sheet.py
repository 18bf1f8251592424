"""Sheets: two columns that are put in order and cut as the list of pairs would be."""

from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.core.instants import written
from proxy.core.sheet import Dated, Sheet, in_order

MOMENTS = st.lists(st.integers(1_795_000_000_000, 1_795_000_000_009), max_size=12)


class Seen(msgspec.Struct, omit_defaults=True):
    _id: str | None = None
    sgv: int = 0


def pairs_in_order(pairs: list[Dated]) -> list[Dated]:
    """Say it plainly, to compare with."""
    return sorted(pairs, key=lambda pair: (-pair[0], msgspec.json.encode(pair[1])))


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("ids", [0, 3, 1000])
@given(moments=MOMENTS)
def test_rows_are_newest_first_and_those_of_one_moment_by_their_content(
    as_text: bool, ids: int, moments: list[int]
) -> None:
    rows = [Seen(f"{(at * 7919) % ids:024x}" if ids else None, at) for at in range(len(moments))]
    dates: list[Any] = [written(at) for at in moments] if as_text else moments
    expected = pairs_in_order(list(zip(moments, rows, strict=True)))
    assert in_order(dates, rows, by_id=True).pairs() == expected
    assert in_order(dates, rows, by_id=False).pairs() == expected


def test_the_order_in_which_rows_came_does_not_show() -> None:
    rows = [Seen("b", 1), Seen("a", 2), Seen(None, 3), Seen("a", 4)]
    told = [in_order([5, 5, 5, 5], list(order), by_id=True).rows for order in permutations(rows)]
    assert all(one == told[0] for one in told)


@given(moments=MOMENTS, since=st.integers(-2, 11), until=st.integers(-2, 11))
def test_a_span_holds_its_beginning_and_not_its_end(moments: list[int], since: int, until: int) -> None:
    first, last = 1_795_000_000_000 + since, 1_795_000_000_000 + max(since, until)
    rows = [Seen(sgv=at) for at in range(len(moments))]
    for dates in (moments, [written(at) for at in moments]):
        sheet = in_order(dates, rows, by_id=False)
        inside = [pair for pair in sheet.pairs() if first <= pair[0] < last]
        assert sheet.within(first, last).pairs() == inside
        assert sheet.after(first).pairs() == [pair for pair in sheet.pairs() if pair[0] > first]


def test_parts_are_cut_like_a_list() -> None:
    sheet = Sheet([3, 2, 1], ["a", "b", "c"])
    assert sheet.cut(1).pairs() == [(2, "b"), (1, "c")]
    assert sheet.cut(0, 2).pairs() == [(3, "a"), (2, "b")]
    assert sheet.cut(5).pairs() == []
    assert sheet.cut(0, 9) is sheet
    assert sheet.turned().pairs() == [(1, "c"), (2, "b"), (3, "a")]
    assert len(sheet) == 3
