"""Which spans a summary may have, and what its view shows: never more than the grant's own."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from proxy.core.grant import DAY, HOUR, Grant
from proxy.core.mint import Times, new_grant
from proxy.core.policy import Policy
from proxy.core.policyfile import parse
from proxy.core.study import days_offered, figures_policy, figures_view, first_days, hides_basal, span_of
from proxy.core.view import View, compile_view, local_midnight, window_of, zone_of

NOW = 1_795_435_200_000
POLICIES = Path(__file__).parents[2] / "policies"
NAMES = ("consultant", "cgm-only", "unnamed", "full-loop", "summary")
BERLIN = "Europe/Berlin"


def policy_of(name: str) -> Policy:
    return parse((POLICIES / f"{name}.yaml").read_text(), file=name)


def grant_of(policy: Policy, days: int = 90) -> Grant:
    minted = new_grant(
        replace(policy, window=max(policy.window, days)),
        site="s",
        clinician="c",
        days=days,
        times=Times(NOW, 4 * HOUR, NOW + DAY),
        now=NOW,
        random=bytes,
        entry_key=b"e" * 32,
        public_url="http://127.0.0.1",
    )
    return replace(minted.grant, opened_at=NOW, zone=BERLIN)


def view_of(policy: Policy, days: int = 90) -> View:
    grant = grant_of(policy, days)
    return compile_view(policy, window_of(grant, policy), zone=zone_of(grant, policy), site_key=b"k" * 32)


def span(view: View, days: int, now: int = NOW) -> tuple[int, int]:
    found = span_of(view, days, now=now)
    assert view.window.since <= found.floor <= found.start < found.end <= view.window.close(now)
    return found.start, found.end


@pytest.mark.parametrize("name", NAMES)
def test_a_figures_view_shows_nothing_that_the_grant_does_not(name: str) -> None:
    policy = policy_of(name)
    narrowed = figures_policy(policy)
    for collection, shown in narrowed.collections.items():
        assert shown.fields <= policy.collections[collection].fields
        assert shown.types == policy.collections[collection].types


def inside(policy: Policy) -> View | None:
    return figures_view(grant_of(policy), policy, site_key=b"k" * 32).inside


def test_deriving_total_insulin_reads_basal_rates_and_switches_of_profile_inside_and_shows_no_more() -> None:
    plain = policy_of("consultant")
    policy = replace(plain, derive=("total insulin",))
    found = inside(policy)
    assert found is not None
    assert set(found.lenses) == {"profile", "treatments"}
    assert found.lenses["treatments"].types == frozenset({"Profile Switch"})
    assert found.lenses["profile"].values == ("defaultProfile", "store")
    assert all(lens.inside for lens in found.lenses.values())
    assert figures_policy(policy).collections == figures_policy(plain).collections
    assert inside(plain) is None


@pytest.mark.parametrize("detail", ["15min", "hourly", "daily"])
def test_of_averages_nothing_is_read_inside(detail: str) -> None:
    policy = replace(policy_of("consultant"), derive=("total insulin",), detail=detail, live=False)  # type: ignore[arg-type]  # by name
    assert inside(policy) is None


def test_where_rates_and_switches_are_shown_nothing_is_read_inside() -> None:
    policy = replace(policy_of("full-loop"), derive=("total insulin",))
    assert inside(policy) is None
    assert not hides_basal(policy)
    treatments = policy.collections["treatments"]
    assert treatments.types is not None
    unswitched = replace(treatments, types=tuple(one for one in treatments.types if one != "Profile Switch"))
    hidden = replace(policy, collections={**policy.collections, "treatments": unswitched})
    assert inside(hidden) is not None
    assert hides_basal(hidden)


def test_only_the_detail_of_whole_periods_is_computed_from_rows_that_it_hides() -> None:
    assert figures_policy(policy_of("summary")).detail == "full"
    hourly = replace(policy_of("cgm-only"), detail="hourly", live=False, pages=False)
    assert figures_policy(hourly).detail == "hourly"


def test_a_figures_view_is_of_the_same_id_as_the_grants_own() -> None:
    policy = policy_of("consultant")
    grant = grant_of(policy)
    own = compile_view(policy, window_of(grant, policy), zone=BERLIN, site_key=b"k" * 32)
    assert figures_view(grant, policy, site_key=b"k" * 32).id == own.id


@pytest.mark.parametrize(
    ("days", "offered", "first"),
    [
        (90, (7, 14, 30, 90), 14),
        (14, (7, 14), 14),
        (10, (7, 10), 10),
        (1, (1,), 1),
        (60, (7, 14, 30, 60), 14),
    ],
)
def test_as_many_days_are_offered_as_are_shared(days: int, offered: tuple[int, ...], first: int) -> None:
    policy = policy_of("consultant")
    assert days_offered(grant_of(policy, days), policy) == offered
    assert first_days(offered) == first


def test_figures_of_whole_periods_are_offered_for_four_lengths_alone() -> None:
    policy = policy_of("summary")
    assert days_offered(grant_of(policy, 60), policy) == (7, 14, 30)
    assert days_offered(grant_of(policy, 5), policy) == ()


def test_a_live_span_ends_now_and_begins_at_a_local_midnight() -> None:
    start, end = span(view_of(policy_of("consultant")), 14)
    assert end == NOW + 1
    assert start == local_midnight(NOW, BERLIN, days_before=13)


def test_a_span_of_whole_periods_ends_at_the_last_midnight_before_the_opening() -> None:
    view = view_of(policy_of("summary"))
    for later in (0, HOUR, 20 * HOUR, 40 * HOUR):
        start, end = span(view, 14, NOW + later)
        assert end == local_midnight(NOW, BERLIN)
        assert start == local_midnight(end, BERLIN, days_before=14)


@pytest.mark.parametrize(("detail", "step"), [("15min", HOUR // 4), ("hourly", HOUR), ("daily", DAY)])
def test_no_two_spans_differ_by_less_than_a_bin(detail: str, step: int) -> None:
    policy = replace(policy_of("cgm-only"), detail=detail, live=False, pages=False)  # type: ignore[arg-type]  # by name
    edges = set()
    for view in (view_of(policy, 30), view_of(policy, 90)):
        for later in range(0, 8 * HOUR, 7 * 60_000):
            for days in (7, 14, 30):
                edges |= set(span(view, days, NOW + later))
    assert all(abs(one - other) >= step for one, other in combinations(edges, 2))


def test_what_is_computed_with_hidden_basal_rates_ends_at_midnight() -> None:
    view = view_of(replace(policy_of("consultant"), derive=("total insulin",)))
    ends = {span(view, 14, NOW + later)[1] for later in range(0, 10 * HOUR, HOUR)}
    assert ends == {local_midnight(NOW, BERLIN)}
