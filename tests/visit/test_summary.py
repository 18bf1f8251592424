"""The summary page: what is on it under each policy, who sees it, and that it is on record before it leaves."""

import hashlib
import re

import msgspec
import pytest

from proxy.core.record import Draft
from tests.living import HOUR, NOW
from tests.memory_store import MemoryStore
from tests.promises.changes import ALIKE, SETTINGS
from tests.promises.still import StillSite, changed
from tests.visit.summaries import COARSE, PATHS, POLICIES, SHOWS_SETTINGS, page, reading, section


async def test_after_the_pin_comes_the_summary_and_it_says_whose_with_whom_and_when(site: StillSite) -> None:
    async with reading(site) as (house, _, headers):
        text = await page(house, headers)
    assert "<h1>Glucose summary</h1>" in text
    assert "shared with Diabetes clinic" in text
    assert "Tue 17 Nov to Mon 23 Nov 2026 (7 days)" in text
    assert "local time (Europe/Berlin)" in text
    assert "AGP" not in text
    assert "Nightscout dashboard" in text


@pytest.mark.parametrize("policy", POLICIES)
async def test_what_is_not_shared_is_a_labelled_hole(policy: str, site: StillSite) -> None:
    async with reading(site, policy) as (house, _, headers):
        text = await page(house, headers)
        shown = house.gate.policy((await house.store.grants())[0]).collections
    insulin, automation = section(text, "insulin"), section(text, "automation")
    assert ("hole" in insulin) == ("treatments" not in shown)
    assert ("hole" in section(text, "settings")) == (policy not in SHOWS_SETTINGS)
    assert ("hole" in automation) == (policy in ("cgm-only", "summary"))
    assert "GMI" in section(text, "glucose")
    assert not re.search(r"Total insulin a day</th><td class=\"num\">0", text)


async def test_figures_only_for_the_whole_period_show_no_day_no_curve_of_one_and_no_event(
    site: StillSite,
) -> None:
    async with reading(site, "summary") as (house, _, headers):
        text = await page(house, headers)
        async with house.get("/visit/summary/day/2026-11-21", headers=headers) as response:
            assert response.status == 404
    assert "small-day" not in text
    assert "Single events are not shared" in text
    assert "Each low episode" not in text
    assert "Now " not in text
    assert "Mon 23 Nov" not in text.partition("Access ends")[0]  # whole days, until the last midnight


@pytest.mark.parametrize("detail", ["15min", "hourly", "daily"])
async def test_averages_show_nothing_finer_than_their_bins(detail: str, site: StillSite) -> None:
    async with reading(site, COARSE.format(detail=detail)) as (house, _, headers):
        text = await page(house, headers)
        async with house.get("/visit/summary/day/2026-11-21", headers=headers) as response:
            assert response.status == 404
    assert "only averages" in section(text, "events")
    assert "Each low episode" not in text
    assert "Now " not in text
    traces = re.findall(r'class="trace" d="([^"]*)"', text)
    assert all(
        len(re.findall("[ML]", trace)) <= {"15min": 96, "hourly": 25, "daily": 1}[detail] for trace in traces
    )


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("policy", POLICIES)
async def test_sites_that_differ_only_in_what_is_withheld_have_the_same_page(
    policy: str, path: str, site: StillSite
) -> None:
    if policy == "summary" and "day" in path.partition("?")[0]:
        path = "/visit/summary?days=7&targets=older"
    changes = [*ALIKE.values(), *(() if policy in SHOWS_SETTINGS else SETTINGS.values())]
    pages = []
    for each in (site, changed(site, *changes)):
        async with reading(each, policy) as (house, _, headers):
            pages.append(await page(house, headers, path))
    assert pages[0] == pages[1]
    assert "CANARY" not in pages[0]


async def test_each_view_is_on_record_with_the_check_sum_of_what_left(site: StillSite) -> None:
    async with reading(site) as (house, access, headers):
        for path in PATHS:
            text = await page(house, headers, path)
            last = msgspec.json.decode((await house.log(access))[-1])
            assert (last["kind"], last["door"], last["status"]) == ("answer", "summary", 200)
            assert last["sha256"] == hashlib.sha256(text.encode()).hexdigest()
            assert last["bytes"] == len(text.encode())
            assert last["rows"] > 0


async def test_without_a_record_no_page_leaves(site: StillSite) -> None:
    store = MemoryStore()
    async with reading(site, store=store) as (house, _, headers):
        store.fails = {"append"}
        for path in PATHS:
            async with house.get(path, headers=headers) as response:
                assert response.status == 503
                assert "GMI" not in await response.text()


async def test_an_ended_grant_shows_its_end_and_nobody_else_gets_in(site: StillSite) -> None:
    async with reading(site) as (house, access, headers):
        async with house.get("/visit/summary") as response:
            assert (response.status, response.headers["Location"]) == (303, "/visit")
        ended = Draft("ended", NOW, {"ending": "revoked"})
        await house.store.end(access.id, "revoked", ended)
        for path in PATHS[:1]:
            async with house.get(path, headers=headers) as response:
                text = await response.text()
                assert response.status == 401
                assert "This access has ended" in text
                assert "GMI" not in text


async def test_units_days_and_targets_are_chosen_by_links_and_units_stay(site: StillSite) -> None:
    async with reading(site) as (house, _, headers):
        text = await page(house, headers)
        assert 'href="/visit/summary?units=mmol"' in text
        assert 'href="/visit/summary?units=mgdl&amp;targets=pregnancy"' in text
        async with house.get("/visit/summary?units=mmol", headers=headers) as response:
            assert response.cookies["units"].value == "mmol"
            assert "3.9" in await response.text()
        kept = {"Cookie": headers["Cookie"] + "; units=mmol"}
        assert "mmol/L</strong>" in await page(house, kept)
        pregnancy = await page(house, headers, "/visit/summary?targets=pregnancy")
    assert "63\N{EN DASH}140" in pregnancy


@pytest.mark.parametrize(
    "query", ["days=1000000", "days=-1", "units=%3Cscript%3E", "targets=x", "days=14&days=7"]
)
async def test_an_address_with_nonsense_shows_the_first_page_and_says_none_of_it(
    query: str, site: StillSite
) -> None:
    async with reading(site) as (house, _, headers):
        text = await page(house, headers, f"/visit/summary?{query}")
    assert "<h1>Glucose summary</h1>" in text
    assert "1000000" not in text
    assert "<script>" not in text


@pytest.mark.parametrize("day", ["2026-11-30", "2025-01-01", "x", "2026-11-21T00", "%3Cscript%3E"])
async def test_a_day_outside_the_days_shown_is_not_there(day: str, site: StillSite) -> None:
    async with (
        reading(site) as (house, _, headers),
        house.get(f"/visit/summary/day/{day}", headers=headers) as response,
    ):
        assert response.status == 404
        told = await response.text()
    assert "not among the days" in told
    assert 'href="/visit/summary"' in told


async def test_the_day_has_glucose_insulin_and_carbs_on_one_axis(site: StillSite) -> None:
    async with reading(site) as (house, _, headers):
        text = await page(house, headers, "/visit/summary/day/2026-11-21")
    for mark in ('class="trace"', 'class="bolus"', 'class="carbs"', 'class="basal"', "Day before"):
        assert mark in text


async def test_ten_plain_lines_for_a_record_system(site: StillSite) -> None:
    async with reading(site) as (house, _, headers):
        text = await page(house, headers, "/visit/summary.txt?units=mmol")
    lines = text.strip().split("\n")
    assert len(lines) == 10
    assert lines[0].startswith("GLUCOSE SUMMARY 2026-11-17 to 2026-11-23 (7 days")
    assert "mmol/L" in text
    assert "Not shared: " in lines[9]
    assert "<" not in text.replace("<1 %", "").replace("< ", "")


async def test_a_page_of_a_cold_start_is_light(site: StillSite) -> None:
    async with reading(site) as (house, _, headers):
        text = await page(house, headers)
    assert len(text.encode()) < 150_000
    assert text.index('id="glucose"') < text.index('id="insulin"') < text.index('id="overview"')
    assert " style=" not in text
    assert "onclick" not in text


async def test_a_page_that_asks_again_by_itself_keeps_no_session_awake(site: StillSite) -> None:
    async with reading(site) as (house, _, headers):
        house.clock.now += 29 * 60_000
        await page(house, headers, "/visit/summary?again=1")
        house.clock.now += 2 * 60_000
        async with house.get("/visit/summary", headers=headers) as response:
            assert response.status == 401


async def test_the_current_value_is_told_only_where_live_is_allowed(site: StillSite) -> None:
    async with reading(site) as (house, _, headers):
        assert "Not for dosing" in await page(house, headers)
    async with reading(site, "unnamed") as (house, _, headers):
        text = await page(house, headers)
        assert "latest" not in text
        assert "time zone is not shared" in text
        assert "Europe/Berlin" not in text


async def test_an_hour_later_the_live_period_goes_on(site: StillSite) -> None:
    async with reading(site) as (house, _, headers):
        first = await page(house, headers)
        house.clock.now += 13 * HOUR
        later = await house.enter(await house.mint("consultant", days=7))
        second = await page(house, later)
    assert "Mon 23 Nov 2026" in first
    assert "Tue 24 Nov 2026" in second
