"""The summary in Chromium: what a clinician meets after the PIN, on a phone, a clinic's screen and on paper."""

import asyncio
from pathlib import Path

import pypdf
import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.house import PATIENCE, House, faults_of, needs_chromium, sign_in, window

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="session")]


async def settled(page: Page) -> None:
    """Wait until nothing is on its way any more: the page asks again by itself."""
    await expect(page.locator("h1")).to_have_text("Glucose summary", timeout=PATIENCE)
    await expect(page.locator("text=still sending")).to_have_count(0, timeout=PATIENCE)


async def test_the_first_page_after_the_pin_is_readable_everywhere(house: House, browser: Browser) -> None:
    async with window(browser) as page:
        faults = faults_of(page)
        await sign_in(page, await house.mint())
        await settled(page)
        assert await page.inner_text("h1") == "Glucose summary"
        assert await page.locator(".ranges-table tbody tr").count() == 7
        for width, scheme in ((1280, "light"), (390, "dark"), (360, "light")):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
            await page.set_viewport_size({"width": width, "height": 800})
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
        await choose(page)
        await one_day(page)
        assert faults == []


async def choose(page: Page) -> None:
    await page.click("text=mmol/L")
    await settled(page)
    assert "mmol/L" in await page.inner_text(".ranges-table thead")
    await page.goto(page.url.partition("?")[0])
    assert "mmol/L" in await page.inner_text(".ranges-table thead")  # it stays
    await page.click(".choices >> text=pregnancy")
    await settled(page)
    assert "3.5" in await page.inner_text(".ranges-table")
    await page.click("#copy")
    await page.wait_for_function("document.getElementById('copied').textContent !== ''")


async def one_day(page: Page) -> None:
    await page.click(".days li:last-child a")
    await page.wait_for_selector(".day-chart")
    await page.click("text=Summary")
    await settled(page)


async def test_on_paper_it_is_one_page(house: House, browser: Browser, tmp_path: Path) -> None:
    async with window(browser) as page:
        await sign_in(page, await house.mint())
        await settled(page)
        for size in ("A4", "Letter"):
            printed = tmp_path / f"{size}.pdf"
            await page.pdf(path=printed, format=size)
            read = await asyncio.to_thread(pypdf.PdfReader, printed)
            assert len(read.pages) == 1, size
            text = read.pages[0].extract_text()
            assert "Glucose summary" in text
            assert "Close on this computer" not in text


async def test_without_scripts_everything_is_there_and_leaving_works(house: House, browser: Browser) -> None:
    async with window(browser, java_script_enabled=False) as page:
        made = await house.mint()
        await page.goto(made.link.partition("#")[0])
        await page.fill("#code", made.link)
        await page.fill("#passcode", made.passcode)
        await page.click("button.primary")
        await page.click("#onward")
        await page.wait_for_selector("h1 >> text=Glucose summary")
        assert await page.locator("svg.curve, .hole").count() > 0
        assert not await page.is_visible("#copy")
        await page.click("text=Close on this computer")
        await page.wait_for_url("**/visit/closed")


async def test_where_the_patients_zone_is_not_told_days_are_those_of_the_readers_computer(
    house: House, browser: Browser
) -> None:
    minted = await house.mint("unnamed", days=14)
    for zone in ("America/New_York", "Asia/Tokyo"):
        async with window(browser, timezone_id=zone) as page:
            await sign_in(page, minted)
            await page.goto(f"{house.url}/visit/summary")
            await settled(page)
            told = await page.inner_text("header.head")
            assert f"this computer's time zone ({zone})" in told
            assert "Berlin" not in await page.content()
            await page.context.clear_cookies(name="zone")
            await page.reload()
            assert "Times are in UTC" in await page.inner_text("header.head")


async def test_on_the_smallest_screens_german_words_do_not_push_figures_out_of_their_card(
    house: House, browser: Browser
) -> None:
    async with window(browser, locale="de-DE") as page:
        await sign_in(page, await house.mint())
        await page.goto(f"{house.url}/visit/summary")
        await expect(page.locator("h1")).to_have_text("Glukose-Zusammenfassung", timeout=PATIENCE)
        await expect(page.locator(".ranges-table tbody tr")).to_have_count(7, timeout=PATIENCE)
        for width in (390, 360, 320):
            await page.set_viewport_size({"width": width, "height": 800})
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
            card, table = [
                await page.locator(each).first.bounding_box() for each in (".glucose", ".ranges-table")
            ]
            assert card is not None
            assert table is not None
            assert table["x"] + table["width"] <= card["x"] + card["width"]
