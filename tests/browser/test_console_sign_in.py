"""Signing in to the console in Chromium: with a passkey, with a passphrase, without a script, by keyboard alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, ViewportSize, async_playwright

from tests.browser.house import ARGS, CHROMIUM, needs_chromium
from tests.owner.place import PASSPHRASE, Place, console_place

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}

pytestmark = needs_chromium


@asynccontextmanager
async def looking(
    *, script: bool = True, size: ViewportSize = PHONE
) -> AsyncIterator[tuple[Page, Place, list[str]]]:
    """Open a real browser beside a console; hear what it complains of."""
    async with console_place() as place, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        context = await browser.new_context(
            base_url=place.console.origin, viewport=size, java_script_enabled=script
        )
        page = await context.new_page()
        heard: list[str] = []
        page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: heard.append(str(error)))
        try:
            yield page, place, heard
        finally:
            await browser.close()


async def with_passkeys(context: BrowserContext, page: Page) -> Any:
    """Give the browser a device that makes passkeys, and a way to change it."""
    devtools = await context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    made = await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    async def verify(verified: bool) -> None:
        named = {"authenticatorId": made["authenticatorId"], "isUserVerified": verified}
        await devtools.send("WebAuthn.setUserVerified", named)

    return verify


async def set_up(page: Page, place: Place, name: str = "Ada") -> None:
    await page.goto(f"/set-up#{await place.code()}")
    await page.fill("#name", name)
    await page.click("text=Go on")
    await page.wait_for_url("**/set-up/choose")


async def to_settings(page: Page) -> None:
    """Wait until the owner is in, wherever that leads first, and go to the settings."""
    await page.wait_for_selector("nav[aria-label='Console']")
    await page.goto("/settings")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_a_passkey_from_the_printed_address_to_the_settings_and_back(size: ViewportSize) -> None:
    async with looking(size=size) as (page, place, heard):
        await with_passkeys(page.context, page)
        await set_up(page, place)
        await page.click("text=Make a passkey")
        await to_settings(page)
        assert "Android" in await page.inner_text("section:has(#passkeys)")
        await page.click("text=Sign out")
        await page.wait_for_url("**/sign-in")
        await page.click("button:has-text('Sign in with a passkey')")
        await to_settings(page)
        assert "Ada" in await page.inner_text("section:has(#owners)")
        assert heard == []


async def test_the_set_up_code_does_not_stay_in_the_address() -> None:
    async with looking() as (page, place, _):
        code = await place.code()
        await page.goto(f"/set-up#{code}")
        assert await page.input_value("#code") == code
        assert code not in page.url


async def test_a_form_is_confirmed_by_passkey_in_the_same_tap() -> None:
    async with looking() as (page, place, heard):
        await with_passkeys(page.context, page)
        await set_up(page, place)
        await page.click("text=Make a passkey")
        await to_settings(page)
        place.clock.now += 11 * 60_000
        await page.reload()
        await page.fill("#new-owner", "Bob")
        await page.click("text=Make a set-up code for them")
        await page.wait_for_selector("text=Set-up code for Bob")
        assert heard == []


async def test_who_can_not_confirm_is_asked_again_and_nothing_is_lost() -> None:
    async with looking() as (page, place, _):
        verify = await with_passkeys(page.context, page)
        await set_up(page, place)
        await page.click("text=Make a passkey")
        await to_settings(page)
        place.clock.now += 11 * 60_000
        await page.reload()
        await verify(False)
        await page.fill("#new-owner", "Bob")
        await page.click("text=Make a set-up code for them")
        await page.wait_for_selector("text=Is it you?")
        await page.click("text=Confirm with a passkey")
        await page.wait_for_selector(".problem:visible")
        await verify(True)
        await page.click("text=Confirm with a passkey")
        await page.wait_for_selector("text=Set-up code for Bob")


async def test_everything_but_passkeys_works_without_a_script() -> None:
    async with looking(script=False) as (page, place, _):
        await page.goto("/set-up")
        await page.fill("#code", await place.code())
        await page.fill("#name", "Ada")
        await page.click("text=Go on")
        await page.wait_for_url("**/set-up/choose")
        assert not await page.is_visible("text=Make a passkey")
        for field in ("#passphrase", "#again"):
            await page.fill(field, PASSPHRASE)
        await page.click("text=Use this passphrase")
        await to_settings(page)
        place.clock.now += 11 * 60_000
        await page.fill("#new-owner", "Bob")
        await page.click("text=Make a set-up code for them")
        await page.fill("#secret", PASSPHRASE)
        await page.click("button:has-text('Confirm')")
        await page.wait_for_selector("text=Set-up code for Bob")
        await page.click("text=Sign out")
        await page.wait_for_url("**/sign-in")
        assert not await page.is_visible("text=Sign in with a passkey")


async def test_signing_in_by_keyboard_alone() -> None:
    async with looking(size=DESKTOP) as (page, place, _):
        await place.signed_in()
        await page.goto("/sign-in")
        await page.focus("#name")
        for text in ("Ada", PASSPHRASE):
            await page.keyboard.type(text)
            await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await to_settings(page)
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.textContent") == "Skip to the content"


@pytest.mark.parametrize("path", ["/sign-in", "/set-up", "/settings", "/settings/app"])
async def test_no_page_is_wider_than_a_small_phone_and_targets_are_for_thumbs(path: str) -> None:
    async with looking(size={"width": 320, "height": 640}) as (page, place, heard):
        browser = await place.signed_in()
        if path.startswith("/settings"):
            cookies = [
                {"name": name, "value": value, "url": place.console.origin}
                for name, value in browser.cookies.items()
            ]
            await page.context.add_cookies(cookies)  # type: ignore[arg-type]  # plain cookies are enough
        await page.goto(path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320
        low = await page.evaluate(
            "[...document.querySelectorAll('button, nav a, summary, .way')].filter(each => each.offsetHeight"
            " && each.offsetHeight < 44).map(each => each.textContent)"
        )
        assert low == []
        assert heard == []


async def test_it_can_be_put_on_the_home_screen_and_keeps_nothing_there() -> None:
    async with looking() as (page, _, _):
        await page.goto("/sign-in")
        manifest = await page.evaluate("fetch('/files/console.webmanifest').then(answer => answer.json())")
        assert (manifest["display"], manifest["start_url"]) == ("standalone", "/")
        for icon in manifest["icons"]:
            answer = await page.request.get(icon["src"])
            assert answer.ok
        assert (
            await page.evaluate("navigator.serviceWorker.getRegistrations().then(found => found.length)") == 0
        )
        assert await page.evaluate("caches.keys().then(found => found.length)") == 0
