"""Time on the invented site: readings come with the clock, never ahead of it, and averages stay what they were."""

from itertools import pairwise

import pytest

from proxy.demo.feed import Feed
from proxy.demo.moment import HOUR, MINUTE, SLOT
from proxy.demo.site import Site, generate

START = 1_795_435_200_000 + MINUTE  # a minute after a full slot


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site() -> Site:
    return generate("feed", START, days=2)


def test_a_reading_is_stamped_with_the_moment_at_which_it_is_told(site: Site, clock: Clock) -> None:
    feed = Feed(site, clock)
    clock.now += 5_000
    told = feed.arrived()["entries"]
    assert [row["date"] for row in told] == [clock.now]
    assert site.collections["entries"][-1] is told[0]


def test_while_the_clock_stands_still_or_goes_back_nothing_comes(site: Site, clock: Clock) -> None:
    feed = Feed(site, clock)
    assert feed.arrived() == {}
    clock.now -= HOUR
    assert feed.arrived() == {}


def test_what_was_told_meanwhile_gives_way_to_the_sensors_own_reading(site: Site, clock: Clock) -> None:
    feed = Feed(site, clock)
    for _ in range(40):
        clock.now += 5_000
        feed.arrived()
    assert len([row for row in site.collections["entries"] if row["date"] > START]) == 40
    clock.now = START + SLOT
    feed.arrived()
    kept = [row["date"] for row in site.collections["entries"] if row["date"] > START and "sgv" in row]
    assert kept == [START - MINUTE + SLOT, clock.now]


def test_an_hour_later_the_site_holds_what_it_would_have_held_unwatched(site: Site, clock: Clock) -> None:
    feed = Feed(site, clock)
    while clock.now < START - MINUTE + 2 * HOUR:
        clock.now += 20_000
        feed.arrived()
    unwatched = generate("feed", clock.now, days=2)
    since = unwatched.since
    for name, rows in unwatched.collections.items():
        assert {row["_id"] for row in rows} <= {row["_id"] for row in site.collections[name]}, name
    sgvs = [row for row in site.collections["entries"] if "sgv" in row and row["date"] >= since]
    assert len(sgvs) == len([row for row in unwatched.collections["entries"] if "sgv" in row])


def test_the_curve_between_two_readings_is_a_straight_line(site: Site, clock: Clock) -> None:
    feed, told = Feed(site, clock), []
    while clock.now < START + 3 * MINUTE:
        clock.now += 15_000
        told += [row["sgv"] for row in feed.arrived()["entries"] if "sgv" in row]
    assert max(abs(after - before) for before, after in pairwise(told)) <= 3


def test_all_that_came_is_told_oldest_first(site: Site, clock: Clock) -> None:
    feed = Feed(site, clock)
    clock.now += 6 * HOUR
    arrived = feed.arrived()
    assert len(arrived["entries"]) > 60
    assert len(arrived["devicestatus"]) > 60
    stamps = [row["created_at"] for row in arrived["devicestatus"]]
    assert stamps == sorted(stamps)
    assert {row["eventType"] for row in arrived["treatments"]} >= {"Temp Basal"}
