"""What a coarse detail hides can't be had by subtracting: whichever addresses are asked, when, and how often.

Each figure of a page is of a period. If every edge of every period that any address can reach is an edge of a bin, then
no difference of two figures is of less than whole bins.
"""

from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.core.detail import grid_of
from proxy.core.grant import DAY, HOUR
from proxy.core.mint import Times, new_grant
from proxy.core.policy import Policy
from proxy.core.policyfile import parse
from proxy.core.study import days_offered, span_of
from proxy.core.view import compile_view, local_midnight, window_of
from proxy.report.localtime import local_time
from tests.living import NOW, POLICIES

GLUCOSE = parse((POLICIES / "cgm-only.yaml").read_text(), file="cgm-only")
ZONES = ("Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC")
MOMENTS = st.integers(0, 366 * 24 * 60).map(lambda minutes: NOW + minutes * 60_000)
"""All of a year: the clocks are changed twice in it."""
MINTED = new_grant(
    replace(GLUCOSE, window=90),
    site="s",
    clinician="c",
    days=90,
    times=Times(NOW, 4 * HOUR, NOW + DAY),
    now=NOW,
    random=bytes,
    entry_key=b"e" * 32,
    public_url="http://127.0.0.1",
).grant
ASKED = st.tuples(st.integers(1, 90), MOMENTS, st.lists(st.integers(0, 60 * 24 * 3), min_size=1, max_size=4))


def edges_of(policy: Policy, zone: str, asked: tuple[int, int, list[int]]) -> set[int]:
    """Give where the periods of all addresses of a grant begin and end, compared ones too (if there are any)."""
    days, opened, later = asked
    found = set()
    grant = replace(MINTED, days=days, opens_at=opened, expires_at=opened + DAY, opened_at=opened, zone=zone)
    view = compile_view(policy, window_of(grant, policy), zone=zone, site_key=b"k" * 32)
    for minutes in later:
        for each in days_offered(grant, policy):
            span = span_of(view, each, now=opened + minutes * 60_000)
            time = local_time(zone, 2 * span.start - span.end, span.end)
            found |= {span.start, span.end}
            if policy.detail != "summary":
                found.add(time.before(span.start, span.end))
    return found


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("detail", ["15min", "hourly", "daily"])
@settings(max_examples=60, deadline=None)
@given(zone=st.sampled_from(ZONES), asked=ASKED)
def test_periods_of_averages_begin_and_end_at_edges_of_bins(
    detail: Any, live: bool, zone: str, asked: tuple[int, int, list[int]]
) -> None:
    policy = replace(GLUCOSE, detail=detail, live=live, pages=False)
    grid = grid_of(detail, zone)
    assert grid is not None
    for edge in edges_of(policy, zone, asked):
        bins = list(grid.bins(edge - DAY, edge + DAY))
        assert edge in {side for one in bins for side in one}


@settings(max_examples=60, deadline=None)
@given(zone=st.sampled_from(ZONES), asked=ASKED)
def test_periods_with_hidden_basal_rates_begin_and_end_at_midnight(
    zone: str, asked: tuple[int, int, list[int]]
) -> None:
    policy = replace(GLUCOSE, derive=("total insulin",))
    for edge in edges_of(policy, zone, asked):
        assert edge == local_midnight(edge, zone)


@settings(max_examples=60, deadline=None)
@given(zone=st.sampled_from(ZONES), asked=ASKED)
def test_figures_of_whole_periods_are_of_four_spans_that_never_move(
    zone: str, asked: tuple[int, int, list[int]]
) -> None:
    policy = replace(GLUCOSE, detail="summary", live=False, pages=False)
    days, opened, later = asked
    spans = set()
    for minutes in later:
        edges = edges_of(policy, zone, (days, opened, [minutes]))
        spans.add(frozenset(edges))
        assert all(edge == local_midnight(edge, zone) for edge in edges)
        assert all(abs(one - other) >= 6 * DAY for one, other in combinations(sorted(edges), 2))
    assert len(spans) == 1
