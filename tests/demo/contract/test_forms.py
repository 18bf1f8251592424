"""Extensions, Accept headers, validators and pages that are not there."""

import csv
import io

import pytest

from tests.demo.contract.client import Reader

JSON = "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "text/plain; charset=utf-8"),
        ("application/json", JSON),
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/json, text/plain, */*", JSON),
    ],
)
async def test_entries_without_an_extension_follow_the_accept_header(
    reader: Reader, accept: str, kind: str
) -> None:
    answer = await reader.get("/api/v1/entries?count=2", headers={"Accept": accept})
    assert answer.headers["Content-Type"] == kind


async def test_separated_entries_have_five_columns_and_no_header(reader: Reader) -> None:
    span = f"find[type]=sgv&find[date][$gte]={reader.since(1)}&count=5"
    rows = await reader.json(f"/api/v1/entries.json?{span}")
    text = await (await reader.get(f"/api/v1/entries.csv?{span}")).text()
    expected = [
        [row["dateString"], str(row["date"]), str(row["sgv"]), row["direction"], row["device"]]
        for row in rows
    ]
    assert list(csv.reader(io.StringIO(text, newline=""))) == expected
    assert text.count("\r\n") == 4
    tabbed = await (await reader.get(f"/api/v1/entries.tsv?{span}")).text()
    assert list(csv.reader(io.StringIO(tabbed, newline=""), delimiter="\t")) == expected


async def test_collections_but_entries_answer_json_whatever_is_asked(reader: Reader) -> None:
    for door in ("treatments.csv", "devicestatus.html", "profile.txt", "food.png", "activity.tsv"):
        answer = await reader.get(f"/api/v1/{door}?count=1", headers={"Accept": "text/csv"})
        assert answer.headers["Content-Type"] == JSON


async def test_an_unchanged_answer_is_304(reader: Reader) -> None:
    path = f"/api/v1/entries.json?find[date][$gte]={reader.since(2)}&find[date][$lt]={reader.since(1)}"
    first = await reader.get(path)
    assert {"ETag", "Last-Modified"} <= first.headers.keys()
    assert "Cache-Control" not in first.headers
    again = await reader.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status == 304


async def test_v3_has_no_validators_but_on_history_and_reads(reader: Reader) -> None:
    answer = await reader.get("/api/v3/entries?limit=1", auth="bearer")
    assert not {"ETag", "Last-Modified"} & answer.headers.keys()


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/v1/entries.xml", "/api/v1/treatments/1/2", "/nothing"]
)
async def test_what_is_not_there_is_404(reader: Reader, path: str) -> None:
    answer = await reader.get(path)
    assert answer.status == 404
    assert f"Cannot GET {path}" in await answer.text()


async def test_v3_says_404_in_its_envelope(reader: Reader) -> None:
    for path in ("/api/v3/nothing", "/api/v3/activity"):
        answer = await reader.get(path, auth="bearer")
        assert (answer.status, await answer.json()) == (
            404,
            {"status": 404, "message": "Bad operation or collection"},
        )
