"""“My notes for this visit” and “About me” in Chromium: written on a phone, read in the clinic, and nothing of it acts."""

import pytest
from playwright.async_api import Browser, Page

from proxy.core.identity import ABOUT_ME, ME
from proxy.core.remarks import DRAFT, NEXT
from tests.browser.house import House, faults_of, needs_chromium, window
from tests.browser.test_console_share import phone

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="session")]
ATTACK = "<img src=x onerror=document.title='acted'>\u202e{{ 7*7 }}"
SHOWN = ATTACK.replace("\u202e", "")
NARROW = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


async def _forget(house: House) -> None:
    await house.inside.store.drop(DRAFT, NEXT)
    await house.inside.store.drop(ABOUT_ME, ME)


async def _say_who(page: Page, house: House, name: str = "Ada Example") -> None:
    await page.goto(f"{house.inside.settings.owner_origin}/about-me")
    await page.fill("#name", name)
    await page.fill("#birth_date", "1985-03-31")
    await page.fill("#pump", "Dana-i")
    await page.get_by_role("button", name="Save").click()
    await page.wait_for_url("**/about-me?saved")


async def _write(page: Page, house: House) -> None:
    await page.goto(f"{house.inside.settings.owner_origin}/notes")
    await page.fill("#question-0", "Is my basal right?")
    await page.fill("#question-1", ATTACK)
    await page.fill("#words-0", "flu")
    await page.fill("#first-0", "2026-03-03")
    await page.fill("#last-0", "2026-03-06")
    await page.get_by_role("button", name="Save").click()
    await page.wait_for_url("**/notes?saved")


async def test_what_is_written_on_the_phone_is_read_in_the_clinic(browser: Browser, house: House) -> None:
    await _forget(house)
    async with phone(browser, house) as page, window(browser) as clinic:
        heard = [faults_of(page), faults_of(clinic)]
        await _say_who(page, house)
        await _write(page, house)
        assert await page.input_value("#question-1") == SHOWN
        await page.goto(f"{house.inside.settings.owner_origin}/notes/nightscout?days=14")
        boxes = page.locator("input[name=note]")
        assert await boxes.count()
        assert not await page.locator("input[name=note]:checked").count()
        text = await page.locator("label.tick bdi").first.inner_text()
        await boxes.first.check()
        await page.get_by_role("button", name="Take along").click()
        await page.wait_for_url("**/notes?saved")
        await page.goto(f"{house.inside.settings.owner_origin}/share")
        assert "2 questions; 1 remark; 1 note from Nightscout" in await page.inner_text("main")
        await page.fill("#clinician", "Diabetes clinic")
        await page.click("button.primary")
        await page.wait_for_selector("#room")
        link, pin = await page.text_content("#link"), await page.text_content("#pin")
        assert link
        assert pin
        await clinic.goto(link.strip())
        await clinic.fill("#passcode", pin.strip())
        await clinic.click("button.primary")
        await clinic.wait_for_url("**/visit/welcome")
        await clinic.click("#onward")
        said = clinic.locator("section[aria-labelledby=remarks]")
        words = await said.inner_text()
        for each in ("Is my basal right?", SHOWN, "3 to 6 March 2026", "flu", text):
            assert each in words
        assert await clinic.title() == "Glucose summary · Chaperone"
        assert await said.locator("img").count() == 0
        assert heard == [[], []]


async def test_the_pages_fit_a_phone_and_work_by_keyboard(browser: Browser, house: House) -> None:
    await _forget(house)
    async with phone(browser, house) as page:
        for path in ("/notes", "/notes/nightscout", "/about-me"):
            await page.goto(f"{house.inside.settings.owner_origin}{path}")
            assert await page.evaluate(NARROW), path
        await page.goto(f"{house.inside.settings.owner_origin}/notes")
        await page.focus("#question-0")
        await page.keyboard.type("By keyboard?")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/notes?saved")
        assert await page.input_value("#question-0") == "By keyboard?"


async def test_looking_first_shows_what_clinics_would_see_and_keeps_nothing(
    browser: Browser, house: House
) -> None:
    await _forget(house)
    async with phone(browser, house) as page:
        await page.goto(f"{house.inside.settings.owner_origin}/about-me")
        await page.fill("#pump", "Dana-i")
        await page.get_by_role("button", name="Look first").click()
        await page.wait_for_url("**/about-me/look")
        assert "Pump: Dana-i" in await page.inner_text("#seen")
        assert await house.inside.store.document(ABOUT_ME, ME) is None


async def test_the_first_page_and_the_end_work_without_javascript(browser: Browser, house: House) -> None:
    minted = await house.mint()
    async with window(browser, java_script_enabled=False) as page:
        await page.goto(f"{house.url}/visit")
        await page.fill("#code", minted.code)
        await page.fill("#passcode", minted.passcode)
        await page.click("button.primary")
        assert await page.inner_text("h1") == "Is this your patient?"
        await page.click("#onward")
        assert await page.inner_text("h1") == "Glucose summary"
        await page.click("summary:has-text('I have what I need')")
        await page.get_by_label("filed in the patient").check()
        await page.click("button.final")
        assert await page.inner_text("h1") == "This access has ended"
        assert "what you need is filed in the patient" in await page.inner_text("main")
