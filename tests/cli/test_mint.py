"""`mint` and `preview`."""

import time
from datetime import datetime
from itertools import pairwise

import pytest

from proxy.cli.mint import times_of
from proxy.cli.times import iso
from proxy.core.codes import read_code, read_link, read_pin
from proxy.core.errors import GrantError
from proxy.core.grant import DAY, HOUR
from proxy.core.mint import Times
from tests.cli.place import Place

NOW = 1_795_435_200_000
"""2026-11-23 12:00 UTC."""


def until(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() - time.time()


def test_mint_gives_one_object_with_what_travels(place: Place) -> None:
    found = place.mint("--policy", "consultant", "--days", "90", "--expires", "4h")
    assert list(found)[:6] == ["grant_id", "link", "code", "passcode", "token", "expires_at"]
    assert found["link"].startswith(f"{place.url}/visit#")
    assert read_link(found["link"])
    assert read_code(found["code"]) == found["code"]
    assert read_pin(found["passcode"]) == found["passcode"]
    assert found["lasts_seconds"] == 4 * 3600
    assert (found["days"], found["clinician"], found["kind"]) == (90, "Diabetes clinic", "visit")


def test_what_is_minted_is_kept_without_its_secrets(place: Place) -> None:
    found = place.mint()
    listed = place.run("grants", "--json")
    assert [each["grant_id"] for each in listed.json] == [found["grant_id"]]
    stored = b"".join(path.read_bytes() for path in place.data.iterdir())
    for secret in (found["link"].partition("#")[2], found["code"], found["passcode"], found["token"]):
        assert secret not in listed.out
        assert secret.encode() not in stored


def test_mint_tells_people_all_that_they_have_to_send(place: Place) -> None:
    said = place.run("mint", "--clinician", "Diabetes clinic", "--expires", "90m").out
    assert "1 hour 30 minutes after it is first opened" in said
    for word in ("Link", "PIN", "Visit code", "curl -H 'Authorization: Bearer ey"):
        assert word in said


def test_the_default_is_the_consultant_policy_for_ninety_days_and_four_hours(place: Place) -> None:
    found = place.mint()
    assert found["policy"].startswith("consultant@")
    assert (found["days"], found["lasts_seconds"]) == (90, 4 * 3600)


def test_a_preview_is_the_owners_own_and_lasts_ten_minutes(place: Place) -> None:
    found = place.run("preview", "--policy", "cgm-only", "--json").json
    assert found["kind"] == "preview"
    assert 590 < until(found["expires_at"]) < 601


def test_a_date_means_the_end_of_that_day_where_the_owner_lives(place: Place) -> None:
    day = iso(time.time_ns() // 1_000_000 + 5 * DAY)[:10]
    found = place.mint("--expires", day)
    assert found["lasts_seconds"] is None
    # Berlin is ahead of Greenwich by one hour or two.
    assert found["expires_at"] in (f"{day}T22:00:00Z", f"{day}T23:00:00Z")


@pytest.mark.parametrize(
    ("expires", "for_visit", "times"),
    [
        ("", "", Times(NOW, 4 * HOUR, NOW + 28 * HOUR)),
        ("2d", "", Times(NOW, 2 * DAY, NOW + 3 * DAY)),
        ("2026-11-23T15:00Z", "", Times(NOW, None, NOW + 3 * HOUR)),
        ("2026-11-23T16:00", "", Times(NOW, None, NOW + 3 * HOUR)),
        ("", "2026-11-24T13:00Z", Times(NOW + 24 * HOUR, None, NOW + 73 * HOUR)),
        ("2h", "2026-11-24T13:00Z", Times(NOW + 24 * HOUR, 2 * HOUR, NOW + 73 * HOUR)),
        ("2026-11-24T18:00Z", "2026-11-24T13:00Z", Times(NOW + 24 * HOUR, None, NOW + 30 * HOUR)),
    ],
)
def test_times_are_as_they_were_typed(expires: str, for_visit: str, times: Times) -> None:
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    assert times_of(expires, for_visit, now=NOW, zone=ZoneInfo("Europe/Berlin")) == times


@pytest.mark.parametrize("text", ["soon", "4 hours", "-4h", "4", "2026-13-01", "h", "99999999h"])
def test_a_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(GrantError, match="--expires"):
        times_of(text, "", now=NOW, zone=None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--policy", "nonsense"), "There is no policy nonsense"),
        (("--days", "400"), "between 1 and 90 days"),
        (("--expires", "31d"), "30 days"),
        (("--expires", "2020-01-01"), "would end before it begins"),
        (("--words", "\x1b[31m"), "can't be shown"),
    ],
)
def test_a_wish_that_can_not_be_met_is_refused_in_plain_words(
    place: Place, arguments: tuple[str, ...], words: str
) -> None:
    said = place.run("mint", "--clinician", "Diabetes clinic", *arguments)
    assert said.code in (1, 2)
    assert words in said.err
    assert "Traceback" not in said.err
    assert place.run("grants", "--json").json == []


def test_each_grant_has_secrets_of_its_own(place: Place) -> None:
    made = [place.mint() for _ in range(3)]
    for key in ("grant_id", "link", "code", "token"):
        assert all(one[key] != other[key] for one, other in pairwise(made))
