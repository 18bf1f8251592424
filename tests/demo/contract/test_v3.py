"""API v3: search, order, limits, reads, history."""

from typing import Any

import pytest

from tests.demo.contract.client import Reader


async def found(reader: Reader, path: str) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = (await reader.json(f"/api/v3/{path}", auth="bearer"))["result"]
    return result


@pytest.mark.parametrize(
    ("collection", "field"),
    [("entries", "date"), ("treatments", "created_at"), ("devicestatus", "created_at")],
)
async def test_a_search_is_ordered_and_limited(reader: Reader, collection: str, field: str) -> None:
    rows = await found(reader, f"{collection}?sort$desc={field}&limit=40")
    values = [row[field] for row in rows]
    assert len(rows) == 40
    assert values == sorted(values, reverse=True)
    assert [
        row[field] for row in await found(reader, f"{collection}?sort$desc={field}&limit=5&skip=5")
    ] == values[5:10]


async def test_a_search_gives_at_most_a_thousand(reader: Reader) -> None:
    assert len(await found(reader, "entries?sort$desc=date")) == 1000
    for query in ("limit=1001", "limit=0", "limit=x"):
        answer = await reader.get(f"/api/v3/entries?{query}", auth="bearer")
        assert (answer.status, await answer.json()) == (
            400,
            {"status": 400, "message": "Parameter limit out of tolerance"},
        )


async def test_documents_have_identifiers_and_stamps_and_no_id(reader: Reader) -> None:
    for collection in ("entries", "treatments", "devicestatus", "profile", "food"):
        for row in await found(reader, f"{collection}?limit=5&sort$desc=created_at"):
            assert "_id" not in row
            assert isinstance(row["identifier"], str)
            assert row["srvModified"] >= row["srvCreated"] > 0


async def test_deleted_documents_are_not_found(reader: Reader) -> None:
    assert all(
        row.get("isValid") is not False for row in await found(reader, "treatments?sort$desc=created_at")
    )


async def test_conditions_hold(reader: Reader) -> None:
    low = reader.since(3)
    rows = await found(reader, f"entries?date$gte={low}&sort=date&limit=1000")
    assert rows
    assert all(low <= row["date"] for row in rows)
    rows = await found(reader, "treatments?eventType$eq=BG%20Check&sort$desc=created_at&limit=5")
    assert [row["eventType"] for row in rows] == ["BG Check"] * 5
    rows = await found(reader, "treatments?eventType$in=BG%20Check|Note&sort$desc=created_at&limit=50")
    assert {row["eventType"] for row in rows} == {"BG Check", "Note"}
    answer = await reader.get("/api/v3/treatments?eventType$xx=1", auth="bearer")
    assert (answer.status, await answer.json()) == (
        400,
        {"status": 400, "message": "Unsupported filter operator xx"},
    )


async def test_of_two_conditions_on_one_field_the_last_holds(reader: Reader) -> None:
    low, high = reader.since(3), reader.since(2)
    rows = await found(reader, f"entries?date$gte={low}&date$lt={high}&sort=date&limit=1000")
    assert rows[0]["date"] < low
    rows = await found(reader, f"entries?date$lt={high}&date$gte={low}&sort$desc=date&limit=1000")
    assert rows[0]["date"] > high


async def test_fields_are_projected(reader: Reader) -> None:
    for row in await found(reader, "entries?limit=3&sort$desc=date&fields=sgv,date"):
        assert row.keys() <= {"sgv", "date"}


async def test_a_document_is_read_by_its_identifier(reader: Reader) -> None:
    row = (await found(reader, "treatments?limit=1&sort$desc=created_at"))[0]
    answer = await reader.get(f"/api/v3/treatments/{row['identifier']}", auth="bearer")
    assert (await answer.json())["result"] == row
    assert "Last-Modified" in answer.headers
    missing = await reader.get("/api/v3/treatments/nobody", auth="bearer")
    assert (missing.status, await missing.json()) == (404, {"status": 404})


async def test_history_runs_forward_and_ends(reader: Reader) -> None:
    since = reader.since(3)
    rows = await found(reader, f"treatments/history/{since}?limit=5")
    stamps = [row["srvModified"] for row in rows]
    assert stamps == sorted(stamps)
    assert all(stamp > since for stamp in stamps)
    assert await found(reader, f"treatments/history/{reader.now + 86_400_000}") == []
    answer = await reader.get("/api/v3/treatments/history", auth="bearer")
    assert answer.status == 400


async def test_last_modified_names_every_collection(reader: Reader) -> None:
    told = (await reader.json("/api/v3/lastModified", auth="bearer"))["result"]["collections"]
    assert told.keys() >= {"devicestatus", "entries", "food", "profile", "treatments"}
    assert reader.since(1) < told["entries"] <= reader.now + 600_000
