"""Asking for more in Chromium: the clinic's page, the owner's phone, and the page that follows by itself."""

import asyncio
import os
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from proxy.core.mint import Minted
from tests.browser.house import PATIENCE, House, needs_chromium, sign_in, window
from tests.browser.test_console_share import PHONE, phone

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="session")]


async def look(page: Page, name: str) -> None:
    """Keep pictures, by day and by night, where somebody wants to look at them."""
    folder = os.environ.get("CHAPERONE_PICTURES", "")
    for scheme in ("light", "dark") if folder else ():
        await page.emulate_media(color_scheme=scheme)
        await page.screenshot(path=Path(folder) / f"{name}-{scheme}.png", full_page=True)


async def say_yes(owner: Page, minted: Minted) -> None:
    """Give what this share's clinician asked for."""
    await owner.locator(f"form[action='/asks/{minted.grant.id}/give'] button").click()
    await owner.wait_for_selector("text=Their page follows at once")


async def test_a_yes_on_the_phone_shows_on_the_open_page_by_itself(browser: Browser, house: House) -> None:
    minted = await house.mint()
    async with window(browser) as clinic, phone(browser, house) as owner:
        await sign_in(clinic, minted)
        await clinic.goto(f"{house.url}/visit/home")
        await look(clinic, "home-before")
        await clinic.get_by_role("button", name="Ask for pump and loop settings").click()
        await clinic.wait_for_selector("#asking[data-waits]")
        assert "The answer comes on this page" in await clinic.inner_text("#asking")
        await look(clinic, "home-asked")
        # Any page of the console says that somebody asks.
        await owner.wait_for_selector("#asked:visible")
        await look(owner, "hint")
        await owner.click("#asked a")
        await owner.wait_for_selector("section.ask")
        await look(owner, "asks")
        await say_yes(owner, minted)
        await clinic.wait_for_selector("#asking:has-text('said yes')")
        assert "Pump and loop settings" in await clinic.inner_text(".shown")
        await look(clinic, "home-given")
        await house.revoke(minted)


async def test_the_summary_asks_beside_its_hole_and_fills_it_by_itself(
    browser: Browser, house: House
) -> None:
    minted = await house.mint()
    async with window(browser) as clinic, phone(browser, house) as owner:
        await sign_in(clinic, minted)
        await clinic.goto(f"{house.url}/visit/summary?units=mmol")
        hole = clinic.locator("section.settings")
        assert "are not shared for this visit" in await hole.inner_text()
        await look(clinic, "summary-before")
        await hole.get_by_role("button", name="Ask for").click()
        await clinic.wait_for_selector("#asking[data-waits]")
        assert "mmol/L" in await clinic.inner_text("section.glucose table")
        await look(clinic, "summary-asked")
        await owner.goto(f"{house.inside.settings.owner_origin}/asks")
        await say_yes(owner, minted)
        await clinic.wait_for_selector("section.settings table")
        await look(clinic, "summary-given")
        await house.revoke(minted)


async def test_without_script_a_link_shows_the_answer_and_the_keyboard_is_enough(
    browser: Browser, house: House
) -> None:
    minted = await house.mint()
    async with window(browser, java_script_enabled=False, **PHONE) as clinic, phone(browser, house) as owner:
        await clinic.goto(f"{house.url}/visit")
        await clinic.fill("#code", minted.code)
        await clinic.fill("#passcode", minted.passcode)
        await clinic.keyboard.press("Enter")
        await clinic.wait_for_url("**/visit/*")
        await clinic.goto(f"{house.url}/visit/home")
        await look(clinic, "home-phone")
        await clinic.get_by_role("button", name="Ask for more days").focus()
        await clinic.keyboard.press("Enter")
        await clinic.wait_for_selector("#asking[data-waits]")
        await owner.goto(f"{house.inside.settings.owner_origin}/asks")
        await look(owner, "asks-days")
        await say_yes(owner, minted)
        await clinic.click("text=Look again now")
        await clinic.wait_for_selector("#asking:has-text('said yes to more days')")
        assert "The last 14 days" in await clinic.inner_text("dl")
        await house.revoke(minted)


async def test_the_dashboard_begins_anew_when_more_is_shown(browser: Browser, house: House) -> None:
    minted = await house.mint()
    async with window(browser) as clinic, phone(browser, house) as owner:
        await sign_in(clinic, minted)
        await clinic.goto(f"{house.url}/visit/home")
        await clinic.get_by_role("button", name="Ask for pump and loop settings").click()
        await clinic.wait_for_selector("#asking[data-waits]")
        await clinic.goto(house.url)
        await clinic.wait_for_selector("#chaperone-strip strong")
        begun_anew = asyncio.Event()
        clinic.once("domcontentloaded", lambda _page: begun_anew.set())
        await owner.goto(f"{house.inside.settings.owner_origin}/asks")
        await say_yes(owner, minted)
        async with asyncio.timeout(PATIENCE / 1000):
            await begun_anew.wait()
        await clinic.wait_for_selector("#chaperone-strip strong")
        assert "Pump and loop settings" not in (await clinic.text_content("#chaperone-strip details") or "")
        await house.revoke(minted)
