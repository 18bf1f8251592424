"""Default counts and windows, order, and the conditions that a reader asks for."""

from typing import Any

import pytest

from proxy.demo.moment import iso, parse_iso
from tests.demo.contract.client import Reader

DAY = 86_400_000
Row = dict[str, Any]
DATED = [
    ("entries", "date"),
    ("treatments", "created_at"),
    ("devicestatus", "created_at"),
    ("activity", "created_at"),
]


def at(row: Row, field: str) -> int:
    value = row[field]
    return parse_iso(value) if isinstance(value, str) else int(value)


def bound(field: str, when: int) -> str:
    return str(when) if field == "date" else iso(when)


@pytest.mark.parametrize(("door", "count"), [("entries", 10), ("treatments", 100), ("devicestatus", 10)])
async def test_a_door_gives_its_default_count(reader: Reader, door: str, count: int) -> None:
    assert len(await reader.json(f"/api/v1/{door}.json")) == count


async def test_treatments_with_a_condition_give_a_thousand(reader: Reader) -> None:
    path = f"/api/v1/treatments.json?find[created_at][$gte]={iso(reader.since(60))}"
    assert len(await reader.json(path)) == 1000


@pytest.mark.parametrize("door", ["entries", "treatments", "devicestatus", "profile", "activity"])
@pytest.mark.parametrize("count", [1, 2])
async def test_count_is_kept(reader: Reader, door: str, count: int) -> None:
    assert len(await reader.json(f"/api/v1/{door}.json?count={count}")) == count


@pytest.mark.parametrize(("door", "field"), DATED)
async def test_without_a_date_there_are_four_days(reader: Reader, door: str, field: str) -> None:
    rows = await reader.json(f"/api/v1/{door}.json?count=5000&t=1")
    assert len(rows) > 20
    assert reader.since(4.01) < min(at(row, field) for row in rows) < reader.since(3.5)


@pytest.mark.parametrize(("door", "field"), DATED)
async def test_a_date_opens_the_window(reader: Reader, door: str, field: str) -> None:
    low, high = reader.since(20), reader.since(19)
    span = f"find[{field}][$gte]={bound(field, low)}&find[{field}][$lt]={bound(field, high)}"
    rows = await reader.json(f"/api/v1/{door}.json?{span}&count=5000")
    assert rows
    assert all(low <= at(row, field) < high for row in rows)


@pytest.mark.parametrize("door", ["entries", "treatments", "devicestatus"])
async def test_rows_come_newest_first(reader: Reader, door: str) -> None:
    field = "date" if door == "entries" else "created_at"
    rows = await reader.json(f"/api/v1/{door}.json?count=300&t=1")
    times = [at(row, field) for row in rows]
    assert times == sorted(times, reverse=True)


async def test_entries_come_newest_first_whatever_the_order_asked_for(reader: Reader) -> None:
    span = f"find[date][$gte]={reader.since(2)}"
    rows = await reader.json(f"/api/v1/entries.json?{span}&sort[date]=1&count=20")
    times = [row["date"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert max(times) < reader.since(1)  # the oldest twenty were chosen


async def test_both_ends_of_a_span_can_be_had(reader: Reader) -> None:
    newest = (await reader.json("/api/v1/entries/sgv.json?count=9"))[::-1]
    first, last = newest[0]["date"], newest[-1]["date"]
    base = "/api/v1/entries.json?find[type]=sgv&count=100&find[date]"
    open_ended = await reader.json(f"{base}[$gt]={first}&find[date][$lt]={last}")
    closed = await reader.json(f"{base}[$gte]={first}&find[date][$lte]={last}")
    assert {row["date"] for row in closed} - {row["date"] for row in open_ended} == {first, last}


async def test_types_are_chosen_by_path_and_by_condition(reader: Reader) -> None:
    for path in ("/api/v1/entries/mbg.json?count=3", "/api/v1/entries.json?find[type]=mbg&count=3"):
        assert [row["type"] for row in await reader.json(path)] == ["mbg"] * 3
    path = f"/api/v1/entries.json?find[type][$in][]=mbg&find[type][$in][]=cal&count=50&find[date][$gte]={reader.since(9)}"
    assert {row["type"] for row in await reader.json(path)} == {"mbg", "cal"}
    assert await reader.json("/api/v1/entries/nonsense.json") == []


async def test_event_types_are_chosen(reader: Reader) -> None:
    since = f"find[created_at][$gte]={iso(reader.since(30))}"
    one = await reader.json(f"/api/v1/treatments.json?{since}&find[eventType]=BG%20Check&count=5")
    assert [row["eventType"] for row in one] == ["BG Check"] * 5
    names = "find[eventType][$in][]=BG%20Check&find[eventType][$in][]=Site%20Change"
    two = await reader.json(f"/api/v1/treatments.json?{since}&{names}&count=50")
    assert {row["eventType"] for row in two} == {"BG Check", "Site Change"}


async def test_an_entry_is_found_by_its_id(reader: Reader) -> None:
    row = (await reader.json("/api/v1/entries/sgv.json?count=1&t=1"))[0]
    found = await reader.json(f"/api/v1/entries/{row['_id']}.json")
    assert [one["_id"] for one in found] == [row["_id"]]
    missing = await reader.get("/api/v1/entries/5f0000000000000000000000.json")
    assert missing.status == 500


async def test_profiles_are_ordered_by_their_start(reader: Reader) -> None:
    since = "find[startDate][$gte]=2000-01-01T00:00:00.000Z"
    newest = [
        row["startDate"]
        for row in await reader.json(f"/api/v1/profiles?{since}&sort[startDate]=-1&count=1000")
    ]
    oldest = [
        row["startDate"]
        for row in await reader.json(f"/api/v1/profiles?{since}&sort[startDate]=1&count=1000")
    ]
    assert newest == oldest[::-1] == sorted(newest, reverse=True)
    current = await reader.json("/api/v1/profile/current")
    assert current["startDate"] == newest[0] == (await reader.json("/api/v1/profile?count=1"))[0]["startDate"]
    in_window = await reader.json("/api/v1/profiles")
    assert all(parse_iso(row["startDate"]) >= reader.since(4.01) for row in in_window)


async def test_only_what_memory_answers_has_mills(reader: Reader) -> None:
    for door in ("entries", "treatments", "devicestatus"):
        assert "mills" in (await reader.json(f"/api/v1/{door}.json?count=2"))[0]
    since = iso(reader.since(1))
    assert (
        "mills"
        not in (await reader.json(f"/api/v1/entries.json?count=2&find[date][$gte]={reader.since(1)}"))[0]
    )
    assert (
        "mills"
        not in (await reader.json(f"/api/v1/devicestatus.json?count=2&find[created_at][$gte]={since}"))[0]
    )


async def test_treatments_always_have_carbs_and_insulin(reader: Reader) -> None:
    rows = await reader.json("/api/v1/treatments.json?count=100")
    assert all({"carbs", "insulin"} <= row.keys() for row in rows)
    assert any(row["carbs"] is None for row in rows)


async def test_a_date_that_is_none_is_answered_with_null(reader: Reader) -> None:
    for query in ("find[created_at]=2024-01-01", "find[created_at][$gte]=nonsense"):
        assert await reader.json(f"/api/v1/treatments.json?{query}") is None


async def test_everything_answers_again_under_v2(reader: Reader) -> None:
    span = f"find[date][$lt]={reader.since(1)}&find[date][$gte]={reader.since(2)}"
    for path in (f"entries.json?{span}", "food.json", "profile.json", "verifyauth"):
        assert await reader.json(f"/api/v2/{path}") == await reader.json(f"/api/v1/{path}")
    assert (await reader.get("/API/V1/Food/")).status == 200
