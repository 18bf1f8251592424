"""The invented site: deterministic, continuing, full of what real sites are full of."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from proxy.demo import Site, generate, manifest, tick
from proxy.demo.moment import DAY, HOUR, MINUTE, SLOT, parse_iso

NOW = 1_792_885_600_000  # in the week that summer time ends in: 2026-10-24T23:46:40Z
Row = dict[str, Any]


@cache
def site() -> Site:
    """Ninety days, only to be read."""
    return generate("test", NOW + DAY)


def everything(of: Site, days: int = 3) -> Iterator[tuple[str, Row]]:
    for name, rows in of.collections.items():
        yield from ((name, row) for row in rows)
    yield from (("devicestatus", row) for row in of.devicestatus(of.until - days * DAY, of.until))


def texts(of: Site) -> str:
    return msgspec.json.encode([row for _, row in everything(of)]).decode()


def test_the_same_arguments_give_the_same_bytes() -> None:
    one, other = (msgspec.json.encode(list(everything(generate("seed", NOW, days=3)))) for _ in range(2))
    assert one == other


def test_another_seed_is_another_person() -> None:
    one, other = (generate(seed, NOW, days=1).collections["entries"] for seed in ("one", "other"))
    assert {row["_id"] for row in one}.isdisjoint(row["_id"] for row in other)


def test_a_later_look_finds_the_same_past_and_more() -> None:
    early, late = generate("seed", NOW, days=4), generate("seed", NOW + 6 * HOUR, days=4)
    for name in ("entries", "treatments", "activity"):
        known = [json.dumps(row) for row in early.collections[name] if _when(row) >= late.since]
        later = [json.dumps(row) for row in late.collections[name]]
        assert set(known) <= set(later)
    assert len(late.collections["entries"]) > 1000


def test_ticking_gives_what_generating_later_gives() -> None:
    ticked, late = generate("seed", NOW, days=3), generate("seed", NOW + 31 * HOUR, days=3)
    moments = [*range(NOW + 7 * MINUTE, NOW + 31 * HOUR, 97 * MINUTE), NOW + 31 * HOUR]
    assert sum(tick(ticked, moment) for moment in moments) > 300
    for name in ("entries", "treatments", "activity"):
        kept = sorted(json.dumps(row) for row in ticked.collections[name] if _when(row) >= late.since)
        assert kept == sorted(json.dumps(row) for row in late.collections[name])
    assert ticked.until == late.until


def test_time_never_goes_back() -> None:
    made = generate("seed", NOW, days=2)
    assert tick(made, NOW - HOUR) == 0
    assert made.until == NOW


def test_a_new_profile_arrives_in_time() -> None:
    made = generate("seed", NOW, days=2)
    before = len(made.collections["profile"])
    tick(made, NOW + 31 * DAY)
    assert len(made.collections["profile"]) == before + 1


def _when(row: Row) -> int:
    return int(row["date"]) if "date" in row else parse_iso(row["created_at"])


def test_nothing_is_newer_than_now_or_older_than_the_first_day() -> None:
    made = generate("seed", NOW, days=5)
    for name in ("entries", "treatments", "activity"):
        times = [_when(row) for row in made.collections[name]]
        assert made.since <= min(times)
        assert max(times) <= NOW
    assert all(parse_iso(row["created_at"]) <= NOW for row in made.devicestatus(0, NOW * 2))


def test_ids_are_unique_and_shaped_like_mongos() -> None:
    for name, rows in site().collections.items():
        ids = [row["_id"] for row in rows]
        assert len(set(ids)) == len(ids), name
        assert all(re.fullmatch("[0-9a-f]{24}", one) for one in ids), name


def test_there_are_ninety_days_of_readings_with_gaps_and_warm_ups() -> None:
    dates = sorted(
        {row["date"] for row in site().collections["entries"] if row.get("device", "").startswith("xDrip")}
    )
    gaps = Counter((later - earlier) // SLOT for earlier, later in pairwise(dates))
    assert 24_000 < len(dates) < 26_000
    assert all(date % SLOT == 0 for date in dates)
    assert sum(count for slots, count in gaps.items() if slots >= 24) >= 9  # a warm-up every ten days


def test_glucose_is_a_loopers() -> None:
    values = [
        row["sgv"] for row in site().collections["entries"] if row["type"] == "sgv" and row["sgv"] >= 39
    ]
    in_range = sum(70 <= value <= 180 for value in values) / len(values)
    assert 0.7 < in_range < 0.92
    assert 0.01 < sum(value < 70 for value in values) / len(values) < 0.05
    assert 110 < sum(values) / len(values) < 150
    assert {row["sgv"] for row in site().collections["entries"] if row.get("sgv", 99) < 39} == {10}


def test_a_second_uploader_writes_the_same_readings_on_some_days() -> None:
    devices = Counter(
        row["device"].split("-")[0].split(":")[0]
        for row in site().collections["entries"]
        if row["type"] == "sgv"
    )
    assert devices.keys() == {"xDrip", "AndroidAPS", "loop", "Trio"}
    assert all(count > 1000 for count in devices.values())


def test_summer_time_ends_within_the_span() -> None:
    entries = [row for row in site().collections["entries"] if row.get("device", "").startswith("xDrip")]
    offsets = [(row["date"], row["utcOffset"]) for row in sorted(entries, key=_when)]
    changes = [later[0] for earlier, later in pairwise(offsets) if earlier[1] != later[1]]
    assert changes == [parse_iso("2026-10-25T01:00:00Z")]
    assert {offset for _, offset in offsets} == {60, 120}


@pytest.mark.parametrize(
    ("event", "least"),
    [
        ("Temp Basal", 4000),
        ("Correction Bolus", 800),
        ("Meal Bolus", 100),
        ("Carb Correction", 80),
        ("Combo Bolus", 5),
        ("Suspend Pump", 5),
        ("Site Change", 30),
        ("Insulin Change", 25),
        ("Sensor Change", 8),
        ("Sensor Start", 8),
        ("Pump Battery Change", 5),
        ("Profile Switch", 20),
        ("Temporary Target", 20),
        ("Temporary Override", 10),
        ("OpenAPS Offline", 5),
        ("Announcement", 20),
        ("Question", 10),
        ("D.A.D. Alert", 3),
        ("Exercise", 10),
        ("Note", 40),
        ("BG Check", 90),
    ],
)
def test_every_kind_of_treatment_happens(event: str, least: int) -> None:
    assert sum(row["eventType"] == event for row in site().collections["treatments"]) >= least


def test_some_rows_are_deleted_softly_and_some_came_through_v3() -> None:
    rows = site().collections["treatments"]
    assert sum(row.get("isValid") is False for row in rows) > 10
    assert sum("srvModified" in row for row in rows) > 500
    assert any(row.get("isValid") is False for row in site().collections["entries"])


def test_device_status_comes_from_three_kinds_of_uploader_newest_first() -> None:
    rows = list(site().devicestatus(site().until - DAY, site().until))
    times = [parse_iso(row["created_at"]) for row in rows]
    assert times == sorted(times, reverse=True)
    assert Counter(row["device"].split(":")[0] for row in rows) == {"openaps": 288, "loop": 96, "xdripjs": 48}


def test_added_device_status_is_found_among_the_made() -> None:
    made = generate("seed", NOW, days=2)
    made.collections["devicestatus"].append(
        {"_id": "0" * 24, "device": "mine", "created_at": "2026-10-24T12:00:00.000Z"}
    )
    rows = list(made.devicestatus(NOW - DAY, NOW))
    place = next(number for number, row in enumerate(rows) if row["device"] == "mine")
    assert rows[place - 1]["created_at"] > "2026-10-24T12:00" > rows[place + 1]["created_at"]


def test_made_device_status_can_be_changed_and_dropped() -> None:
    made = generate("seed", NOW, days=2)

    def change(row: Row) -> Row | None:
        row["device"] = "nobody"
        return row if "loop" in row else None

    made.change_devicestatus = change
    rows = list(made.devicestatus(NOW - DAY, NOW))
    assert {row["device"] for row in rows} == {"nobody"}
    assert len(rows) == 96
    assert "nobody" not in texts(generate("seed", NOW, days=2))


def test_every_class_of_private_text_is_there() -> None:
    found = set(re.findall("CANARY-([A-Z]+)-", texts(site()) + json.dumps(site().settings) + site().title))
    assert found == set(manifest()["classes"])


def test_every_therapy_number_is_there_and_only_where_a_setting_stands() -> None:
    text = texts(site())
    numbers = [number for group in manifest()["numbers"].values() for number in group]
    assert not [number for number in numbers if str(number) not in text]
    readings = msgspec.json.encode(site().collections["entries"]).decode()
    assert not [number for number in numbers if str(number) in readings]
