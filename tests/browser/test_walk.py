"""The way of a visit in Chromium: link, PIN, dashboard, a reading arrives, the end; and what may be in the way of it."""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.browser.house import (
    House,
    faults_of,
    has_ended,
    needs_chromium,
    open_dashboard,
    open_house,
    see_a_reading_arrive,
    sign_in,
    window,
)

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="session")]
DASHBOARD = "main a[href='/']"
WITHOUT_TIMERS = "window.setInterval = () => 0;"
"""So that a page which notices the end can't have noticed it by asking now and then."""


async def test_from_the_link_to_the_end(house: House, browser: Browser) -> None:
    async with window(browser) as page:
        await page.add_init_script(WITHOUT_TIMERS)
        faults = faults_of(page)
        minted = await house.mint()
        await open_dashboard(page, house, minted)
        await see_a_reading_arrive(page, house)
        await see_a_reading_arrive(page, house)
        assert faults == []
        await house.revoke(minted)
        assert await has_ended(page)
        for path in ("/", "/report", "/report/", "/clock/clock-color", "/profile"):
            await page.goto(house.url + path)
            assert await page.is_visible("#passcode"), path


@pytest.mark.parametrize("gap", ["\u202f", " ", "-", "\u00a0"])
async def test_a_pin_may_be_pasted_as_it_is_written_on_the_phone(
    house: House, browser: Browser, gap: str
) -> None:
    async with window(browser) as page:
        minted = await house.mint()
        await page.goto(minted.link)
        await page.fill("#passcode", f"{minted.passcode[:3]}{gap}{minted.passcode[3:]}")
        await page.click("button.primary")
        await page.wait_for_selector("#onward")
        await house.revoke(minted)


async def test_a_page_that_is_opened_after_the_end_says_so_first(house: House, browser: Browser) -> None:
    async with window(browser) as page:
        minted = await house.mint()
        await sign_in(page, minted)
        await house.revoke(minted)
        await page.goto(f"{house.url}/report/")
        assert await has_ended(page)


async def test_two_clinicians_each_see_what_is_shared_with_them(house: House, browser: Browser) -> None:
    async with window(browser) as wide, window(browser) as narrow:
        team, school = await house.mint("full-loop"), await house.mint("cgm-only", clinician="School")
        await open_dashboard(wide, house, team)
        await open_dashboard(narrow, house, school)
        assert await wide.is_visible("#treatments td")
        assert "Insulin on board" in await wide.inner_text("#pills")
        assert "Shared with School" in await narrow.inner_text("#chaperone-strip")
        assert not await narrow.is_visible("#treatments")
        assert not await narrow.is_visible("#pills")
        before = await narrow.inner_text("#since")
        await see_a_reading_arrive(wide, house)
        await narrow.wait_for_function(
            "old => document.getElementById('since').innerText !== old", arg=before
        )
        await house.revoke(team)
        assert await has_ended(wide)
        await see_a_reading_arrive(narrow, house)


FIVE = {
    1: ("cgm-only", "mg/dL"),
    7: ("consultant", "mmol/L"),
    14: ("full-loop", "mg/dL"),
    30: ("cgm-only", "mmol/L"),
    90: ("consultant", "mg/dL"),
}


async def test_five_clinicians_at_once_each_see_theirs_in_their_units(house: House, browser: Browser) -> None:
    async with AsyncExitStack() as stack:
        pages = {}
        for days, (policy, units) in FIVE.items():
            pages[days] = page = await stack.enter_async_context(window(browser))
            minted = await house.mint(policy, clinician=f"Clinic {days}", days=days)
            await open_dashboard(page, house, minted)
            if await page.inner_text("#units") != units:
                await page.click(f"#chaperone-strip >> text={units}")
                await page.wait_for_selector(f"#chaperone-strip [aria-pressed=true]:text-is('{units}')")
                await page.wait_for_selector("#state.live")
        before = {days: await page.inner_text("#since") for days, page in pages.items()}
        await asyncio.sleep(1 - time.time() % 1)  # the page tells moments to the second
        value = house.let_a_reading_arrive()
        for days, page in pages.items():
            policy, units = FIVE[days]
            await page.wait_for_function(
                "old => document.getElementById('since').innerText !== old", arg=before[days]
            )
            shown = f"{value / 18.018:.1f}" if units == "mmol/L" else str(value)
            assert await page.inner_text("#value") == shown
            assert await page.is_visible("#pills") == (policy != "cgm-only")
            strip = await page.inner_text("#chaperone-strip")
            assert f"Clinic {days}\n" in strip
            assert (f"{days} days shown" if days > 1 else "1 day shown") in strip


@pytest.mark.parametrize("policy", ["unnamed", "summary"])
async def test_where_no_pages_are_shared_the_dashboard_is_not_one(
    policy: str, house: House, browser: Browser
) -> None:
    async with window(browser) as page:
        await sign_in(page, await house.mint(policy))
        await page.goto(house.url)
        assert "/visit/" in page.url
        assert await page.locator("#value").count() == 0


async def _tab_to(page: Page, selector: str) -> None:
    """Go on by the key, as somebody without a mouse does, until what was looked for has the focus."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"no way by the Tab key to {selector}")


async def test_everything_can_be_done_by_the_keyboard(house: House, browser: Browser) -> None:
    async with window(browser) as page:
        minted = await house.mint()
        await page.goto(f"{house.url}/visit")
        await page.keyboard.type(minted.code)
        await page.keyboard.press("Tab")
        await page.keyboard.type(minted.passcode)
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#onward")
        await _tab_to(page, "#onward")
        await page.keyboard.press("Enter")
        await page.wait_for_selector(DASHBOARD)
        await _tab_to(page, DASHBOARD)
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#state.live")
        await page.wait_for_selector("#chaperone-strip strong")
        await _tab_to(page, ".chaperone-units :not([aria-pressed=true])")
        await page.keyboard.press("Enter")
        await page.wait_for_function("() => document.getElementById('units').innerText === 'mmol/L'")
        await page.wait_for_selector("#chaperone-strip strong")
        await _tab_to(page, "#hours :nth-child(3)")
        await page.keyboard.press("Space")
        assert await page.get_by_role("img", name="Glucose of the last 12 hours").is_visible()
        await _tab_to(page, "#numbers summary")
        await page.keyboard.press("Enter")
        assert await page.get_by_role("columnheader", name="Glucose").is_visible()
        await page.reload()
        await page.wait_for_selector("#chaperone-strip strong")
        await _tab_to(page, "#chaperone-strip form button")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/visit/closed")


async def test_a_telephone_is_wide_enough(house: House, browser: Browser) -> None:
    async with window(
        browser, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    ) as page:
        await open_dashboard(page, house, await house.mint())
        for path in ("/", "/clock/clock-color", "/report/", "/visit/home"):
            await page.goto(house.url + path)
            assert await page.evaluate("document.documentElement.scrollWidth") <= 390, path


async def test_light_and_dark_follow_the_computer(house: House, browser: Browser) -> None:
    async with window(browser) as page:
        await open_dashboard(page, house, await house.mint())
        grounds = []
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            grounds.append(await page.evaluate("getComputedStyle(document.body).backgroundColor"))
        assert grounds == ["rgb(251, 250, 247)", "rgb(20, 23, 28)"]


async def test_without_scripts_a_typed_code_opens_the_visit(house: House, browser: Browser) -> None:
    async with window(browser, java_script_enabled=False) as page:
        minted = await house.mint()
        await page.goto(f"{house.url}/visit")
        await page.fill("#code", minted.code)
        await page.fill("#passcode", minted.passcode)
        await page.click("button.primary")
        await page.click("#onward")
        await page.click(DASHBOARD)
        assert "Switch them on for this address" in await page.inner_text("main")
        assert not await page.is_visible("#state")


async def test_no_websocket_is_needed(house: House, browser: Browser) -> None:
    async with window(browser) as page:
        await page.add_init_script("delete window.WebSocket;")
        await open_dashboard(page, house, await house.mint())
        await see_a_reading_arrive(page, house)


async def test_where_the_live_feed_is_blocked_the_page_says_so_and_comes_back(
    house: House, browser: Browser
) -> None:
    async with window(browser) as page:
        await open_dashboard(page, house, await house.mint())
        await page.route("**/socket.io/**", lambda route: route.abort())
        await page.reload()
        await page.wait_for_selector("#state.lost")
        assert "No live connection" in await page.inner_text("#state")
        assert not await page.is_visible("#value"), "an empty figure would read as one"
        assert not await page.is_visible("#curve")
        await page.unroute("**/socket.io/**")
        await page.wait_for_selector("#state.live")
        await see_a_reading_arrive(page, house)


async def test_as_it_is_started_without_a_nightscout_the_dashboard_moves_by_itself(
    browser: Browser, tmp_path: Path
) -> None:
    async with open_house(tmp_path) as house, window(browser) as page:
        await open_dashboard(page, house, await house.mint())
        before = await page.inner_text("#since")
        await page.wait_for_function("old => document.getElementById('since').innerText !== old", arg=before)
