"""A real Nightscout's dashboard on a telephone: all of its own that can be pressed can be reached."""

import os
from pathlib import Path

import pytest
from playwright.async_api import ViewportSize

from tests.browser.house import chromium, needs_chromium, open_house, sign_in, window

URL, TOKEN = os.environ.get("NIGHTSCOUT_URL", "").rstrip("/"), os.environ.get("NIGHTSCOUT_TOKEN", "")
pytestmark = [
    pytest.mark.nightscout,
    needs_chromium,
    pytest.mark.skipif(not URL or not TOKEN, reason="set NIGHTSCOUT_URL and NIGHTSCOUT_TOKEN"),
]


@pytest.mark.parametrize("width", [360, 390, 400])
@pytest.mark.parametrize("policy", ["cgm-only", "consultant"])
async def test_the_list_of_hours_ends_above_the_chart(policy: str, width: int, tmp_path: Path) -> None:
    size: ViewportSize = {"width": width, "height": 844}
    async with (
        open_house(tmp_path, URL, TOKEN) as house,
        chromium() as browser,
        window(browser, viewport=size) as page,
    ):
        await sign_in(page, await house.mint(policy))
        await page.goto(house.url)
        await page.wait_for_selector("#chartContainer circle.entry-dot", state="attached")
        hours = page.locator(".focus-range li")
        for place in range(await hours.count()):
            await hours.nth(place).click(trial=True)
        last = await hours.last.bounding_box()
        chart = await page.locator("#chartContainer").bounding_box()
        assert last is not None
        assert chart is not None
        assert last["y"] + last["height"] <= chart["y"]


async def test_on_a_telephone_that_lies_the_strip_leaves_the_screen_to_the_chart(tmp_path: Path) -> None:
    lying: ViewportSize = {"width": 844, "height": 390}
    async with (
        open_house(tmp_path, URL, TOKEN) as house,
        chromium() as browser,
        window(browser, viewport=lying) as page,
    ):
        await sign_in(page, await house.mint())
        await page.goto(house.url)
        await page.wait_for_selector("#chartContainer circle.entry-dot", state="attached")
        strip = await page.locator("#chaperone-strip").bounding_box()
        assert strip is not None
        assert strip["height"] <= 40
        assert await page.get_by_role("button", name="Close on this computer").is_visible()
