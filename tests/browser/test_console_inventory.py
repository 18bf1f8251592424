"""What is in my Nightscout, in Chromium: read while the page comes, masked until somebody taps."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.browser.eyes import PICTURES
from tests.browser.house import House, faults_of, needs_chromium
from tests.browser.test_console_share import phone

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="session")]


async def test_the_reading_ends_in_a_page_that_masks_texts(browser: Browser, house: House) -> None:
    async with phone(browser, house) as page:
        heard = faults_of(page)
        await page.goto(f"{house.inside.settings.owner_origin}/inventory")
        await page.focus("#days")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#unknown")
        assert await page.locator(".step:visible").count() == 1
        shown = page.locator("details.masked")
        assert await shown.count() > 3
        assert "CANARY" not in await page.inner_text("main")
        await shown.first.locator("summary").press("Enter")
        assert "CANARY" in await page.inner_text("main")
        for name, size, scheme in PICTURES:
            await page.set_viewport_size(size)
            await page.emulate_media(color_scheme=scheme)
            assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
            folder = os.environ.get("CHAPERONE_PICTURES")
            if folder:
                await page.screenshot(path=Path(folder) / f"inventory-{name}.png", full_page=True)
        assert heard == []
