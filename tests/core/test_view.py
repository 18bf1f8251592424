"""Views: the window of a grant, its local midnights, and who shares pseudonyms with whom."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from proxy.core.grant import Grant
from proxy.core.policyfile import parse
from proxy.core.view import Window, compile_view, has_rows, local_midnight, window_of, zone_of
from tests.core.looking import ALL, DAY, ENTRIES, HOUR, NOW, a_view, look, policy_text

GRANT = Grant(
    id="a1b2c3d4e5f60718",
    site="site-1",
    kind="visit",
    clinician="Diabetes clinic",
    policy_name="p",
    policy_text="",
    policy_hash="",
    days=14,
    minted_at=0,
    opens_at=0,
    lasts=None,
    expires_at=NOW + DAY,
    opened_at=NOW,
    ended_at=None,
    ending=None,
    zone="Asia/Kathmandu",
    link_hash="",
    code_hash="",
    pin_hash="",
    tries_left=10,
    url_token=False,
    length=1,
    head="",
)


def utc(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("zone", "at", "midnight"),
    [
        ("UTC", "2026-11-23T12:00", "2026-11-23T00:00"),
        ("UTC", "2026-11-23T00:00", "2026-11-23T00:00"),
        ("UTC", "2026-11-22T23:59:59.999", "2026-11-22T00:00"),
        ("Asia/Kathmandu", "2026-11-23T18:14:59", "2026-11-22T18:15"),
        ("Asia/Kathmandu", "2026-11-23T18:15", "2026-11-23T18:15"),
        ("Europe/Berlin", "2026-03-29T21:59", "2026-03-28T23:00"),
        ("Europe/Berlin", "2026-03-29T22:00", "2026-03-29T22:00"),
        ("Europe/Berlin", "2026-10-25T22:59", "2026-10-24T22:00"),
        ("Europe/Berlin", "2026-10-25T23:00", "2026-10-25T23:00"),
        ("Pacific/Apia", "2026-11-23T10:59", "2026-11-22T11:00"),
        # The 30th of December 2011 was left out.
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),
        ("Pacific/Apia", "2011-12-30T09:59", "2011-12-29T10:00"),
        # No midnight: the clock went from 23:59 to 01:00.
        ("America/Sao_Paulo", "2018-11-04T02:59", "2018-11-03T03:00"),
        ("America/Sao_Paulo", "2018-11-04T03:00", "2018-11-04T03:00"),
        ("America/Sao_Paulo", "2018-11-04T20:00", "2018-11-04T03:00"),
        ("Africa/Cairo", "2026-04-24T09:00", "2026-04-23T22:00"),
        # Two midnights: the first counts.
        ("America/Havana", "2026-11-01T04:30", "2026-11-01T04:00"),
        ("America/Havana", "2026-11-01T05:30", "2026-11-01T04:00"),
    ],
)
def test_a_day_begins_at_its_first_moment_on_local_clocks(zone: str, at: str, midnight: str) -> None:
    assert local_midnight(utc(at), zone) == utc(midnight)


def test_days_before_are_counted_on_the_calendar_not_in_hours() -> None:
    at = utc("2026-03-30T10:00")
    assert local_midnight(at, "Europe/Berlin", days_before=1) == utc("2026-03-28T23:00")
    assert local_midnight(at, "Europe/Berlin", days_before=90) == utc("2025-12-29T23:00")


def policy(detail: str = "full", more: str = "") -> str:
    text = policy_text(ENTRIES, detail=detail, more=more)
    return text.replace("window: 365", "window: 14")


def window(detail: str = "full", more: str = "", *, opened_at: int = NOW) -> Window:
    return window_of(replace(GRANT, opened_at=opened_at), parse(policy(detail, more), file="p.yaml"))


def test_a_window_begins_at_local_midnight_if_the_zone_is_shared() -> None:
    assert window(more="timezone: site\n").since == utc("2026-11-08T18:15")


@pytest.mark.parametrize("more", ["", "timezone: viewer\n", "timezone: offset\n"])
def test_a_window_begins_at_midnight_utc_if_the_zone_is_not_shared(more: str) -> None:
    assert window(more=more).since == utc("2026-11-09T00:00")
    assert zone_of(GRANT, parse(policy(more=more), file="p.yaml")) == "UTC"


def test_a_window_ends_at_the_opening_unless_it_is_live() -> None:
    assert window().until == NOW
    assert window(more="live: true\n").until is None


def test_a_summary_ends_at_the_last_midnight() -> None:
    assert window("summary") == Window(utc("2026-11-09T00:00"), utc("2026-11-23T00:00"))
    local = window("summary", "timezone: site\n")
    assert local == Window(utc("2026-11-08T18:15"), utc("2026-11-22T18:15"))


def test_without_the_zone_a_summary_does_not_depend_on_it() -> None:
    summary = parse(policy("summary"), file="p.yaml")
    zones = ("Asia/Kathmandu", "Pacific/Apia", "UTC")
    assert len({window_of(replace(GRANT, zone=zone), summary) for zone in zones}) == 1


def test_no_window_reaches_into_the_future() -> None:
    assert Window(0, None).close(NOW) == NOW + 1
    assert Window(0, NOW + HOUR).close(NOW) == NOW + 1
    assert Window(0, NOW - HOUR).close(NOW) == NOW - HOUR


@pytest.mark.parametrize(
    ("detail", "collections"),
    [
        ("full", {"entries", "treatments", "devicestatus", "profile", "food", "activity"}),
        ("15min", {"entries", "treatments", "profile", "food"}),
        ("hourly", {"entries", "treatments", "profile", "food"}),
        ("daily", {"entries", "treatments", "profile", "food"}),
        ("summary", set()),
    ],
)
def test_a_coarse_detail_leaves_out_what_can_not_be_put_on_a_grid(detail: str, collections: set[str]) -> None:
    everything = ("entries", "treatments", "devicestatus", "profile", "food", "activity")
    assert {name for name in everything if has_rows(name, detail)} == collections  # type: ignore[arg-type]  # as in YAML


def test_a_view_has_lenses_for_what_the_policy_names_only() -> None:
    assert a_view(ENTRIES).lenses.keys() == {"entries"}
    assert a_view(*ALL).lenses.keys() == {
        "entries",
        "treatments",
        "devicestatus",
        "profile",
        "food",
        "activity",
    }
    text = policy_text(ENTRIES, detail="summary").replace("365", "14")
    summary = compile_view(parse(text, file="p.yaml"), Window(0, NOW), zone="UTC", site_key=bytes(32))
    assert summary.lenses == {}


def test_grants_alike_share_a_view() -> None:
    first, second = a_view(ENTRIES), a_view(ENTRIES)
    assert first.id == second.id
    row = [{"_id": "5f5f5f5f5f5f5f5f5f5f5f5f", "type": "sgv", "date": NOW, "sgv": 100}]
    assert look(first, "entries", row) == look(second, "entries", row)


def test_views_that_differ_in_anything_have_ids_of_their_own() -> None:
    views = [
        a_view(ENTRIES),
        a_view("entries: {types: [sgv], classes: [glucose]}"),
        a_view(ENTRIES, since=NOW - 30 * DAY),
        a_view(ENTRIES, until=NOW),
        a_view(ENTRIES, zone="Europe/Berlin"),
        a_view(ENTRIES, detail="daily"),
    ]
    assert len({view.id for view in views}) == len(views)


def test_the_site_key_turns_ids_and_stays_out_of_the_view() -> None:
    first, second = a_view(ENTRIES), a_view(ENTRIES, site_key=b"k" * 32)
    row = [{"_id": "5f5f5f5f5f5f5f5f5f5f5f5f", "type": "sgv", "date": NOW, "sgv": 100}]
    assert look(first, "entries", row)[0]["_id"] != look(second, "entries", row)[0]["_id"]
    assert "kkkk" not in repr(second)
