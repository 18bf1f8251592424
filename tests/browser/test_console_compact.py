"""The console on a telephone: what leads to its pages takes little of the screen, and a form is never an old one."""

from typing import Final

import pytest
from playwright.async_api import Browser, expect

from tests.browser.house import House, needs_chromium
from tests.browser.test_console_share import phone

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="session")]
ROWS: Final = "all => new Set(all.map(each => Math.round(each.getBoundingClientRect().top))).size"
LOWEST: Final = "all => Math.min(...all.map(each => each.offsetHeight))"
BADGES: Final = """() => ["/asks", "/notices"].forEach(path => {
    const badge = document.createElement("span");
    badge.className = "badge";
    badge.textContent = "2";
    document.querySelector(`nav a[href='${path}']`).append(" ", badge);
})"""
WORDS: Final = {
    "en-GB": ["Share", "Access", "Asked for", "Notices", "Notes", "About me", "Data", "Settings"],
    "de-DE": [
        "Teilen",
        "Zugang",
        "Angefragt",
        "Mitteilungen",
        "Notizen",
        "Über mich",
        "Daten",
        "Einstellungen",
    ],
}
WHOLE: Final = {"en-GB": "What is in my Nightscout", "de-DE": "In meinem Nightscout"}


@pytest.mark.parametrize("language", WORDS)
async def test_the_way_to_all_pages_is_two_rows_at_the_most_and_reached_by_keyboard(
    language: str, browser: Browser, house: House
) -> None:
    async with phone(browser, house, locale=language) as page:
        await page.goto(f"{house.inside.settings.owner_origin}/about-me")
        entries = page.locator("nav li")
        assert await entries.all_inner_texts() == WORDS[language]
        for width in (1280, 704, 600, 412, 390, 360):
            await page.set_viewport_size({"width": width, "height": 844})
            assert await entries.evaluate_all(ROWS) <= 2, width
        assert await page.locator("nav a").evaluate_all(LOWEST) >= 44
        await page.set_viewport_size({"width": 390, "height": 844})
        await page.evaluate(BADGES)
        assert await entries.evaluate_all(ROWS) <= 2, "also with what is new beside two of them"
        await page.set_viewport_size({"width": 320, "height": 600})
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        await page.locator("nav a").first.focus()
        for word in WORDS[language]:
            focused = str(await page.evaluate("document.activeElement.innerText"))
            assert focused.startswith(word)
            await page.keyboard.press("Tab")
        data = page.get_by_role("link", name=WORDS[language][6], exact=True)
        await expect(data).to_have_attribute("href", "/inventory")
        await page.set_viewport_size({"width": 1280, "height": 800})
        await expect(page.get_by_role("link", name=WHOLE[language], exact=True)).to_be_visible()


async def test_one_who_saves_twice_in_a_row_is_not_told_of_another_window(
    browser: Browser, house: House
) -> None:
    async with phone(browser, house) as page:
        home = f"{house.inside.settings.owner_origin}/about-me"
        await page.goto(home)
        for name in ("Ada", "Ada Example", "A. Example"):
            edition = await page.input_value("[name=version]")
            await page.fill("#name", name)
            await page.get_by_role("button", name="Save").click()
            await page.wait_for_url("**/about-me?saved")
            await page.wait_for_function(
                "old => document.querySelector('[name=version]').value !== old", arg=edition
            )
            await expect(page.locator(".wrong")).to_have_count(0)
            assert await page.input_value("#name") == name


async def test_a_form_that_a_browser_kept_for_going_back_is_read_anew(browser: Browser, house: House) -> None:
    async with phone(browser, house) as page:
        await page.goto(f"{house.inside.settings.owner_origin}/about-me")
        async with page.expect_navigation():
            await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
