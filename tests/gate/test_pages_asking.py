"""What Nightscout's own pages ask by themselves, and what they are told: tickets, settings, clocks, the end."""

import re

import pytest

from proxy.core.ticket import LIFE
from tests.gate.small_nightscout import browsing, signed_in
from tests.living import living


async def test_status_gives_a_ticket_neutral_settings_and_no_writing() -> None:
    async with browsing() as (browser, _):
        async with browser.get("/api/v1/status.json", headers={"Accept-Encoding": "gzip"}) as response:
            assert "Content-Encoding" not in response.headers
            status = await response.json()
        assert status["authorized"]["sub"] == "clinician"
        assert status["authorized"]["permissionGroups"] == [["*:*:read"]]
        settings = status["settings"]
        assert (settings["units"], settings["editMode"], settings["customTitle"]) == (
            "mg/dl",
            False,
            "Nightscout",
        )
        assert "careportal" not in settings["showPlugins"]
        async with browser.get("/api/v1/status.js") as response:
            assert (await response.text()).startswith("this.serverSettings = {")


async def test_a_ticket_works_with_its_own_session_and_with_nothing_else() -> None:
    async with browsing() as (browser, _):
        other = await signed_in(browser.house)
        bearer = {"Authorization": f"Bearer {await browser.ticket()}"}
        path = "/api/v1/entries.json"
        assert await browser.status(path, headers=bearer) == 200
        assert await other.status(path, headers=bearer) == 401
        async with browser.house.get(path, headers=bearer) as response:
            assert response.status == 401
        async with browser.house.get(f"{path}?token={bearer['Authorization'][7:]}") as response:
            assert response.status == 401
        browser.house.clock.now += LIFE
        assert await browser.status(path, headers=bearer) == 401


async def test_a_ticket_is_renewed_by_its_session_alone() -> None:
    async with browsing() as (browser, _):
        first = await browser.ticket()
        browser.house.clock.now += 60_000
        path = f"/api/v2/authorization/request/{first}"
        second = (await browser.json(path))["token"]
        assert second != first
        assert (
            await browser.status("/api/v1/entries.json", headers={"Authorization": f"Bearer {second}"}) == 200
        )
        async with browser.house.get(path) as response:
            assert response.status == 401


async def test_the_reader_chooses_the_units() -> None:
    async with browsing() as (browser, _):
        headers = {"Cookie": f"chaperone={browser.cookie}; units=mmol"}
        async with browser.get("/api/v1/status.json", headers=headers) as response:
            assert (await response.json())["settings"]["units"] == "mmol"


@pytest.mark.parametrize(
    "path", ["profile", "profiles?find[startDate][$gte]=2026-11-01&count=1000", "profile.json"]
)
async def test_pages_get_a_profile_of_zeros_where_none_is_shared_and_tools_a_refusal(path: str) -> None:
    async with browsing() as (browser, site):
        (profile,) = await browser.json(f"/api/v1/{path}")
        assert profile["defaultProfile"] in profile["store"]
        assert not re.search(r"[1-9]", str(profile["store"]).replace("mg/dl", ""))
        assert (await browser.json("/api/v1/profile/current")) == profile
        async with browser.house.get(f"/api/v1/{path}", browser.access) as response:
            assert response.status == 403
        assert site.paths() == []


async def test_questions_that_pages_ask_whatever_is_shared_are_answered_without_rows() -> None:
    async with browsing("cgm-only") as (browser, site):
        for path in ("treatments.json?count=1000", "devicestatus.json?count=10000", "food/regular.json"):
            assert await browser.json(f"/api/v1/{path}") == []
        assert site.paths() == []


async def test_the_search_for_profile_switches_is_answered_and_other_hidden_types_are_refused() -> None:
    async with browsing() as (browser, site):
        asked = "/api/v1/treatments.json?find[eventType]={}&find[created_at][$lte]=2026-11-20T00:00:00.000Z&count=1"
        assert await browser.json(asked.format("Profile%20Switch")) == []
        assert site.paths() == []
        assert await browser.status(asked.format("Announcement")) == 400
        assert await browser.status("/api/v1/treatments.json?find[notes]=/pizza/i") == 400
        async with browser.house.get(asked.format("Profile%20Switch"), browser.access) as response:
            assert response.status == 400


async def test_a_clock_without_a_reading_is_told_so_in_the_form_that_it_reads() -> None:
    async with browsing() as (browser, _):
        assert (await browser.json("/api/v2/properties"))["bgnow"] == {"sgvs": []}


async def test_a_clock_shows_the_units_that_were_chosen() -> None:
    async with living() as house:
        browser = await signed_in(house)
        plain = (await browser.json("/api/v2/properties"))["bgnow"]["sgvs"][0]
        headers = {"Cookie": f"chaperone={browser.cookie}; units=mmol"}
        chosen = (await browser.json("/api/v2/properties", headers=headers))["bgnow"]["sgvs"][0]
        assert plain["scaled"] == plain["mgdl"] == chosen["mgdl"]
        assert chosen["scaled"] == round(plain["mgdl"] / 18.01559, 1)


async def test_what_an_open_page_asks_by_itself_does_not_keep_a_session_awake() -> None:
    async with browsing() as (browser, _):
        for _ in range(2):
            browser.house.clock.now += 14 * 60_000
            assert await browser.status("/api/v2/properties") == 200
        browser.house.clock.now += 3 * 60_000
        assert await browser.status("/api/v2/properties") == 401


async def test_what_a_person_asks_keeps_it_awake() -> None:
    async with browsing() as (browser, _):
        for path in ("/api/v1/entries.json", "/", "/api/v1/entries.json"):
            browser.house.clock.now += 20 * 60_000
            assert await browser.status(path, headers={"Sec-Fetch-Mode": "navigate"}) == 200


async def test_after_the_end_nothing_is_served_not_even_files() -> None:
    async with browsing() as (browser, _):
        assert await browser.status("/bundle/js/bundle.app.js") == 200
        browser.house.clock.now += 5 * 3_600_000
        assert await browser.status("/bundle/js/bundle.app.js") == 401
        assert await browser.status("/report/") == 401


async def test_a_shared_profile_names_its_default_by_the_new_name() -> None:
    async with living() as house:
        browser = await signed_in(house, "full-loop")
        profiles = await browser.json("/api/v1/profiles")
        assert profiles
        for profile in profiles:
            assert profile["defaultProfile"] == next(iter(profile["store"])) == "Profile 1"
        assert "CANARY" not in str(profiles)
