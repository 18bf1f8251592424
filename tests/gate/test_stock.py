"""The stock of pieces: what goes first, what waits for it, and what a page has while Nightscout is slow."""

import asyncio

import pytest

from proxy.core.grant import DAY
from proxy.gate import stock
from proxy.gate.study import Studies
from tests.gate.asked_site import Asked, studying
from tests.living import NOW


async def test_glucose_is_there_while_device_status_is_still_on_its_way() -> None:
    asked = Asked(slow={"devicestatus": asyncio.Event()})
    async with studying(asked) as (house, grant, _):
        studies = Studies(house.gate, patience=0.05)
        study = await studies.study(grant, 14)
        asked.slow["devicestatus"].set()
        assert "devicestatus" in study.late
        assert study.rows["entries"]
        await studies.settled()
        assert not (await studies.study(grant, 14)).late
        await studies.stop()


async def test_glucose_of_more_days_is_there_too_while_device_status_is_still_on_its_way() -> None:
    asked = Asked(slow={"devicestatus": asyncio.Event()})
    async with studying(asked) as (house, grant, _):
        studies = Studies(house.gate, patience=0.05, glucose=3600)
        await studies.study(grant, 14)
        async with asyncio.timeout(30):
            study = await studies.study(grant, 30)
        asked.slow["devicestatus"].set()
        assert study.late == {"devicestatus"}
        await studies.stop()


async def test_device_status_is_asked_for_when_glucose_and_treatments_have_come() -> None:
    asked = Asked()
    async with studying(asked) as (_, grant, studies):
        study = await studies.study(grant, 14)
        await studies.settled()
    first = [name for name, _ in asked.questions].index("devicestatus")
    before = [
        number
        for name, query, number in asked.answered
        if name == "treatments" or (name == "entries" and int(query["find[date][$lt]"]) > study.span.start)
    ]
    assert len(before) > 3
    assert max(before) <= first


async def test_device_status_does_not_wait_for_ever_for_glucose_that_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stock, "HEAD_START_SECONDS", 0.05)
    asked = Asked(slow={"entries": asyncio.Event()})
    async with studying(asked) as (house, grant, _):
        studies = Studies(house.gate, patience=0.01, glucose=0.01, painting=0)
        await studies.study(grant, 14)
        async with asyncio.timeout(30):
            await asked.came["devicestatus"].wait()
        asked.slow["entries"].set()
        await studies.stop()


async def test_device_status_is_not_begun_before_the_first_page_is_on_the_screen() -> None:
    asked = Asked()
    async with studying(asked) as (house, grant, _):
        studies = Studies(house.gate, painting=3600)
        study = await studies.study(grant, 14)
        assert study.late == {"devicestatus"}
        assert study.fetched > 0
        await asyncio.sleep(0.1)
        assert not asked.asked("devicestatus")
        await studies.stop()


async def test_device_status_that_is_little_is_waited_for_on_a_page_of_more_days() -> None:
    async with studying(Asked()) as (_, grant, studies):
        await studies.study(grant, 14)
        await studies.settled()
        assert not (await studies.study(grant, 30)).late


async def test_device_status_that_is_much_is_not_waited_for_on_a_page_of_more_days(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = Asked()
    async with studying(asked) as (_, grant, studies):
        await studies.study(grant, 14)
        await studies.settled()
        before = len(asked.asked("devicestatus"))
        monkeypatch.setattr("proxy.gate.study.WORTH_WAITING_BYTES", 3)
        monkeypatch.setattr(studies, "_painting", 3600)
        assert (await studies.study(grant, 30)).late == {"devicestatus"}
        assert len(asked.asked("devicestatus")) == before
        await studies.stop()


async def test_readings_to_compare_with_are_not_waited_for_and_said_to_be_coming() -> None:
    asked = Asked(slow={"entries": asyncio.Event()})
    async with studying(asked, "cgm-only") as (house, grant, _):
        studies = Studies(house.gate, patience=0.05, glucose=3600)
        asked.slow_before = NOW - 20 * DAY
        async with asyncio.timeout(30):  # for glucose of the period itself it would wait an hour
            study = await studies.study(grant, 14)
        assert not study.late
        assert study.comparison_late
        assert study.lacks_comparison
        assert study.compared_from["entries"] == study.span.start
        assert min(row.date for row in study.rows["entries"]) <= study.span.start
        asked.slow["entries"].set()
        await studies.settled()
        study = await studies.study(grant, 14)
        assert not study.comparison_late
        assert min(row.date for row in study.rows["entries"]) <= study.span.start - 14 * DAY
        await studies.stop()


async def test_a_page_does_not_wait_for_ever_for_glucose_either() -> None:
    asked = Asked(slow={"entries": asyncio.Event()})
    async with studying(asked) as (house, grant, _):
        studies = Studies(house.gate, patience=0.05, glucose=0.05)
        study = await studies.study(grant, 14)
        assert "entries" in study.late
        asked.slow["entries"].set()
        await studies.settled()
        assert not (await studies.study(grant, 14)).late
        await studies.stop()
