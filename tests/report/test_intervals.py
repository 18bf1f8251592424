"""Spans of time: joined in one way or in the other, they are the same."""

from hypothesis import given
from hypothesis import strategies as st

from proxy.report.intervals import Intervals, holding, union


@given(st.lists(st.integers(0, 200)).map(sorted), st.integers(1, 20))
def test_spans_of_one_length_are_joined_as_any_spans_are(moments: list[int], length: int) -> None:
    assert holding(moments, length) == union((at, at + length) for at in moments)


def test_of_no_moment_there_is_no_span() -> None:
    assert holding([], 5) == Intervals((), ())
