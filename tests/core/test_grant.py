"""A grant's states, from its times alone."""

from dataclasses import replace

import pytest

from proxy.core.grant import DAY, HOUR, LONGEST, Ending, Grant, end_after_opening
from tests.core.looking import NOW

WAITING = Grant(
    id="a1b2c3d4e5f60718",
    site="site-1",
    kind="visit",
    clinician="Diabetes clinic",
    policy_name="consultant",
    policy_text="",
    policy_hash="",
    days=14,
    minted_at=NOW - DAY,
    opens_at=NOW - HOUR,
    lasts=4 * HOUR,
    expires_at=NOW + DAY,
    opened_at=None,
    ended_at=None,
    ending=None,
    zone=None,
    link_hash="",
    code_hash="",
    pin_hash="",
    tries_left=10,
    url_token=False,
    length=1,
    head="",
)
OPEN = replace(WAITING, opened_at=NOW, zone="UTC")


def test_a_grant_waits_until_it_is_opened() -> None:
    assert WAITING.state(NOW) == "waiting"
    assert OPEN.state(NOW) == "open"


@pytest.mark.parametrize("grant", [WAITING, OPEN])
def test_a_grant_is_over_at_its_end_and_not_before(grant: Grant) -> None:
    end = grant.expires_at
    assert grant.state(end - 1) != "ended"
    assert grant.state(end) == grant.state(end + 1) == "ended"
    assert (grant.how_it_ended(end - 1), grant.how_it_ended(end)) == (None, "expired")


@pytest.mark.parametrize("ending", ["revoked", "finished", "restored", "expired"])
def test_an_ending_is_final_whatever_the_clock_says(ending: Ending) -> None:
    ended = replace(OPEN, ended_at=NOW, ending=ending)
    for now in (0, NOW - DAY, NOW, NOW + 99 * DAY):
        assert ended.state(now) == "ended"
        assert ended.how_it_ended(now) == ending


@pytest.mark.parametrize(
    ("lasts", "opened_at", "end"),
    [
        (None, NOW, NOW + DAY),
        (4 * HOUR, NOW, NOW + 4 * HOUR),
        (4 * HOUR, NOW + 23 * HOUR, NOW + DAY),
        (LONGEST, NOW, NOW + DAY),
    ],
)
def test_an_opening_brings_the_end_nearer_and_never_further_away(
    lasts: int | None, opened_at: int, end: int
) -> None:
    assert end_after_opening(replace(WAITING, lasts=lasts), opened_at) == end
