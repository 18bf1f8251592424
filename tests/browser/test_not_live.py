"""A live page whose connection stays away says so in words, in the reader's language, until it is back."""

import pytest
from playwright.async_api import Browser, Page, Route

from tests.browser.eyes import DESKTOP, PHONE
from tests.browser.house import House, needs_chromium, open_dashboard, see_a_reading_arrive, window

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="module")]
SOCKETS = "**/socket.io/**"
SAYS = "#chaperone-strip .chaperone-not-live"
WORDS = {
    "en-GB": ("Not live: new readings do not arrive here just now.", "Open the summary"),
    "de-DE": ("Nicht live:", "Zusammenfassung öffnen"),
}


async def _away(route: Route) -> None:
    await route.abort()


async def _goes_away(page: Page, house: House) -> None:
    """Let no request of the live connection through; the one that waits now is answered, and is the last."""
    await page.route(SOCKETS, _away)
    house.let_a_reading_arrive()


@pytest.mark.parametrize("language", WORDS)
async def test_a_connection_that_stays_away_is_told_of_until_it_is_back(
    language: str, house: House, browser: Browser
) -> None:
    words, link = WORDS[language]
    async with window(browser, locale=language, viewport=PHONE) as page:
        await open_dashboard(page, house, await house.mint())
        assert await page.inner_text(SAYS) == ""
        slim = await page.locator("#chaperone-strip").bounding_box()
        await _goes_away(page, house)
        await page.wait_for_selector(f"{SAYS} a")
        said = page.locator(SAYS)
        assert (await said.inner_text()).startswith(words)
        assert await said.get_attribute("role") == "status"
        assert await said.locator("a").inner_text() == link
        assert await said.locator("a").get_attribute("href") == "/visit/summary"
        for size in (PHONE, DESKTOP):
            await page.set_viewport_size(size)
            assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            await _stands_above(page)
        await page.unroute(SOCKETS)
        await page.wait_for_selector(f"{SAYS}:not(:has(*))", state="attached")
        await see_a_reading_arrive(page, house)
        await page.set_viewport_size(PHONE)
        assert slim == await page.locator("#chaperone-strip").bounding_box()


async def _stands_above(page: Page) -> None:
    strip = await page.locator("#chaperone-strip").bounding_box()
    below = await page.locator("main").bounding_box()
    assert strip is not None
    assert below is not None
    assert below["y"] >= strip["y"] + strip["height"]
