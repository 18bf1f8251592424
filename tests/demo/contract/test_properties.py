"""Figures that the server computes."""

from typing import Any

import pytest

from tests.demo.contract.client import Reader


async def figures(reader: Reader, *names: str) -> dict[str, Any]:
    answer: dict[str, Any] = await reader.json(f"/api/v2/properties/{','.join(names)}")
    return answer


async def test_only_named_figures_are_given(reader: Reader) -> None:
    assert (await figures(reader, "bgnow", "delta")).keys() == {"bgnow", "delta"}
    assert await figures(reader, "nonsense") == {}


async def test_the_current_reading_is_the_newest_entry(reader: Reader) -> None:
    newest = (await reader.json("/api/v1/entries/sgv.json?count=1"))[0]
    now = (await figures(reader, "bgnow"))["bgnow"]
    assert now["sgvs"][0]["_id"] == newest["_id"]
    assert now["last"] == newest["sgv"]


@pytest.mark.parametrize(
    ("figure", "event"),
    [("cage", "Site Change"), ("iage", "Insulin Change"), ("bage", "Pump Battery Change")],
)
async def test_ages_are_those_of_the_newest_change_and_bring_its_note(
    reader: Reader, figure: str, event: str
) -> None:
    path = f"/api/v1/treatments.json?find[eventType]={event.replace(' ', '%20')}&find[created_at][$gte]=2020-01-01&count=1"
    newest = (await reader.json(path))[0]
    told = (await figures(reader, figure))[figure]
    assert told["notes"] == newest["notes"]
    assert told["found"] is True


async def test_the_pump_is_a_whole_device_status(reader: Reader) -> None:
    pump = (await figures(reader, "pump"))["pump"]
    assert {"_id", "device", "created_at", "pump", "data"} <= pump.keys()
