"""Every page of the clinicians' side under axe-core: phone and desktop, light and dark, nothing serious."""

import pytest
from playwright.async_api import Browser

from proxy.core.waiting import ASK_FIRST
from tests.browser.eyes import Eyes
from tests.browser.house import House, needs_chromium, sign_in, window

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="session")]


async def test_before_the_door(browser: Browser, house: House) -> None:
    minted = await house.mint()
    async with window(browser, bypass_csp=True) as page:
        eyes = Eyes(page)
        await page.goto(f"{house.url}/visit")
        await eyes.look("visit-entry")
        await page.fill("#code", "AAAAA-AAAAA")
        await page.fill("#passcode", "000000")
        await page.click("button.primary")
        await page.wait_for_selector("#notice")
        await eyes.look("visit-entry-unknown")
        await page.goto(minted.link)
        await page.wait_for_selector("#by-link:visible")
        await eyes.look("visit-entry-link")
        await page.fill("#passcode", f"{(int(minted.passcode) + 1) % 1_000_000:06}")
        await page.click("button.primary")
        await page.wait_for_selector("#notice.wrong")
        await eyes.look("visit-entry-wrong-pin")
        await page.goto(f"{house.url}/visit")
        await page.get_by_role("button", name="Show a code to scan").click()
        await page.wait_for_selector(".word")
        await eyes.look("visit-pairing")
        await house.inside.store.put(ASK_FIRST, minted.grant.id, b'{"asked_at":1}', version=None)
        await page.goto(minted.link)
        await page.fill("#passcode", minted.passcode)
        await page.click("button.primary")
        await page.wait_for_url("**/visit/waiting")
        await eyes.look("visit-waiting")
        await page.goto(f"{house.url}/visit/handed")
        await eyes.look("visit-handed")
        await page.goto(f"{house.url}/visit/ended")
        await eyes.look("visit-left-open")
        await house.revoke(minted)
        await page.goto(minted.link)
        await page.fill("#passcode", minted.passcode)
        await page.click("button.primary")
        await page.wait_for_selector("h1:text-is('This access has ended')")
        await eyes.look("visit-ended-for-strangers")
    assert eyes.found == []


async def test_behind_the_door(browser: Browser, house: House) -> None:
    minted = await house.mint()
    async with window(browser, bypass_csp=True) as page:
        eyes = Eyes(page)
        await page.goto(minted.link)
        await page.fill("#passcode", minted.passcode)
        await page.click("button.primary")
        await page.wait_for_url("**/visit/welcome")
        await eyes.look("visit-welcome")
        await page.click("#onward")
        await page.wait_for_selector("section.glucose table")
        await page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        await eyes.look("visit-summary")
        day = await page.get_attribute("a[href^='/visit/summary/day/']", "href")
        await page.goto(f"{house.url}{day}")
        await eyes.look("visit-day")
        await page.goto(f"{house.url}/visit/home")
        await page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        await eyes.look("visit-home")
        await page.get_by_role("button", name="Ask for pump and loop settings").click()
        await page.wait_for_selector("#asking[data-waits]")
        await eyes.look("visit-asked")
        await page.click("summary:has-text('I have what I need')")
        await page.get_by_label("filed in the patient").check()
        await page.click("button.final")
        await page.wait_for_selector("h1:text-is('This access has ended')")
        await eyes.look("visit-ended")
        other = await house.mint()
        await sign_in(page, other)
        await page.goto(f"{house.url}/visit/home")
        await page.click("text=Close on this computer")
        await page.wait_for_url("**/visit/closed")
        await eyes.look("visit-closed")
        await house.revoke(other)
    assert eyes.found == []


async def test_in_german_the_words_fit_too(browser: Browser, house: House) -> None:
    minted = await house.mint()
    async with window(browser, bypass_csp=True, locale="de-DE") as page:
        eyes = Eyes(page)
        await page.goto(f"{house.url}/visit")
        await eyes.look("visit-entry-de")
        await sign_in(page, minted)
        for name in ("home", "welcome"):
            await page.goto(f"{house.url}/visit/{name}")
            await eyes.look(f"visit-{name}-de")
        await house.revoke(minted)
    assert eyes.found == []
