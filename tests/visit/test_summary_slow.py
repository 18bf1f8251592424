"""The summary while Nightscout is slow, or gone half-way: the page says so, and shows what it has."""

import asyncio

import pytest

from proxy.core.grant import DAY
from proxy.gate.study import Studies
from proxy.visit import Visit
from proxy.visit import pages as written
from proxy.visit.arrived import FAILED, LATE
from proxy.visit.summary_page import Remarks
from tests.gate.asked_site import Asked
from tests.living import NOW, Living, living

COMPARED = "14 days before"


async def page(house: Living, headers: dict[str, str], path: str = "/visit/summary") -> tuple[str, str]:
    async with house.get(path, headers=headers) as response:
        assert response.status == 200
        return await response.text(), response.headers.get("Refresh", "")


async def test_what_is_late_is_labelled_and_the_page_asks_again_by_itself() -> None:
    asked = Asked(slow={"devicestatus": asyncio.Event()})
    async with living(upstream=asked.site, patience=0.2) as house:
        headers = await house.enter(await house.mint("consultant", days=14))
        text, again = await page(house, headers)
        assert LATE in text
        assert "again=1" in again
        assert "GMI" in text
        assert "Time in automation: not available now" in text
        asked.slow["devicestatus"].set()
        await house.studies.settled()
        text, again = await page(house, headers)
        assert LATE not in text
        assert again == ""


async def test_the_text_is_asked_for_once_and_waits_for_all() -> None:
    asked = Asked()
    async with living(upstream=asked.site) as house:
        headers = await house.enter(await house.mint("consultant", days=14))
        text, _ = await page(house, headers, "/visit/summary.txt")
    assert "not available now" not in text


async def test_without_the_readings_before_nothing_is_compared_and_the_page_asks_again() -> None:
    asked = Asked(slow={"entries": asyncio.Event()}, slow_before=NOW - 20 * DAY)
    async with living(upstream=asked.site, patience=0.2) as house:
        headers = await house.enter(await house.mint("cgm-only", days=90))
        text, again = await page(house, headers)
        assert COMPARED not in text
        assert "still sending some of the data" in text
        assert "GMI" in text
        assert "again=1" in again
        asked.slow["entries"].set()
        await house.studies.settled()
        text, again = await page(house, headers)
        assert COMPARED in text
        assert again == ""


async def test_what_comes_after_a_page_is_computed_before_it_asks_again() -> None:
    asked = Asked(slow={"devicestatus": asyncio.Event()})
    async with living(upstream=asked.site, patience=0.2) as house:
        headers = await house.enter(await house.mint("consultant", days=30))
        await page(house, headers, "/visit/summary?days=30")
        assert house.studies.is_preparing
        asked.slow["devicestatus"].set()
        await house.studies.settled()
        await page(house, headers, "/visit/summary?days=30")
        assert not house.studies.is_preparing


@pytest.mark.parametrize("dead", ["treatments", "devicestatus", "entries"])
async def test_what_nightscout_does_not_answer_is_labelled_and_the_rest_is_shown(dead: str) -> None:
    asked = Asked(dead={dead})
    async with living(upstream=asked.site) as house:
        headers = await house.enter(await house.mint("consultant", days=14))
        await page(house, headers)
        await house.studies.settled()
        text, again = await page(house, headers)
        assert FAILED in text
        assert ('<th scope="row">GMI' in text) == (dead != "entries")
        assert again == ""
        plain, _ = await page(house, headers, "/visit/summary.txt")
        assert "not available now" in plain


async def test_a_site_without_any_data_has_a_page_of_labelled_holes() -> None:
    asked = Asked(empty=True)
    async with living(upstream=asked.site) as house:
        headers = await house.enter(await house.mint("consultant", days=14))
        text, _ = await page(house, headers)
    assert "no data in this period" in text
    assert ">0 U<" not in text
    assert 'class="curve"' not in text


def test_remarks_and_questions_have_their_place_and_are_written_harmlessly() -> None:
    template = written.render(
        "summary_remarks.html", remarks=Remarks((("", "<b>ill</b>"),), ("Is it 5 < 6?",), ()), shared=None
    )
    assert "&lt;b&gt;ill&lt;/b&gt;" in template
    assert "Is it 5 &lt; 6?" in template
    assert written.render("summary_remarks.html", remarks=Remarks(), shared=None).strip() == ""


def test_the_gate_meets_what_the_pages_ask_of_it() -> None:
    assert Visit.__dataclass_fields__["studies"].default is None
    assert {"admits", "study", "day", "record", "prepare", "policy", "window", "zone"} <= set(dir(Studies))
