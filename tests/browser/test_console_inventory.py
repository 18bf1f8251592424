"""What is in my Nightscout, in Chromium: read while the page comes, masked until somebody taps."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.browser.house import WIDE, House, faults_of, needs_chromium
from tests.browser.test_console_share import PHONE, phone

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="module")]
DESK: dict[str, Any] = {"viewport": WIDE, "has_touch": False, "is_mobile": False}


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("phone-light", PHONE | {"color_scheme": "light"}),
        ("phone-dark", PHONE | {"color_scheme": "dark"}),
        ("desk-light", DESK | {"color_scheme": "light"}),
        ("desk-dark", DESK | {"color_scheme": "dark"}),
    ],
)
async def test_the_reading_ends_in_a_page_that_masks_texts(
    browser: Browser, house: House, name: str, options: dict[str, Any]
) -> None:
    async with phone(browser, house, **options) as page:
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
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert heard == []
        folder = os.environ.get("CHAPERONE_PICTURES")
        if folder:
            await page.screenshot(path=Path(folder) / f"inventory-{name}.png", full_page=True)
