"""Signing in to the console in Chromium: with a passkey, with a passphrase, without a script, by keyboard alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Request, Route, ViewportSize

from tests.browser.house import PATIENCE, faults_of, needs_chromium, window
from tests.owner.place import PASSPHRASE, Place, console_place
from tests.owner.place import Browser as Owner

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

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="session")]


@asynccontextmanager
async def looking(
    browser: Browser, *, script: bool = True, size: ViewportSize = PHONE
) -> AsyncIterator[tuple[Page, Place, list[str]]]:
    """Open a window beside a console of its own; hear what it complains of."""
    async with (
        console_place() as place,
        window(browser, base_url=place.console.origin, viewport=size, java_script_enabled=script) as page,
    ):
        yield page, place, faults_of(page)


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


async def be(owner: Owner, page: Page) -> None:
    """Take over in a window what a browser of an owner's keeps."""
    origin = owner.place.console.origin
    kept = [{"name": name, "value": value, "url": origin} for name, value in owner.cookies.items()]
    await page.context.add_cookies(kept)  # type: ignore[arg-type]  # plain dicts in place of typed ones


async def to_settings(page: Page) -> None:
    """Wait until the owner is in, wherever that leads first, and go to the settings."""
    await page.wait_for_selector("nav[aria-label='Console']")
    await page.goto("/settings")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_a_passkey_from_the_printed_address_to_the_settings_and_back(
    browser: Browser, size: ViewportSize
) -> None:
    async with looking(browser, size=size) as (page, place, heard):
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


async def test_the_set_up_code_does_not_stay_in_the_address(browser: Browser) -> None:
    async with looking(browser) as (page, place, _):
        code = await place.code()
        await page.goto(f"/set-up#{code}")
        assert await page.input_value("#code") == code
        assert code not in page.url


async def test_a_page_that_asks_for_news_when_its_owner_has_just_signed_out_reports_no_fault(
    browser: Browser,
) -> None:
    async with looking(browser) as (page, place, heard):
        await be(await place.signed_in(), page)
        signed_out, asked = asyncio.Event(), list[str]()

        async def hold(route: Route) -> None:
            await signed_out.wait()
            asked.append(route.request.url)
            await route.continue_()

        async def sign_out(route: Route) -> None:
            answer = await route.fetch(max_redirects=0)
            signed_out.set()
            # The page stands until what it asks is answered, too: who has signed out is sent to the sign-in.
            async with asyncio.timeout(PATIENCE / 1000):
                await asyncio.gather(*(each.wait() for each in answered.values()))
            await route.fulfill(response=answer)

        answered = {name: asyncio.Event() for name in ("/notices/count", "/asks/state")}
        for name in answered:
            await page.route(f"**{name}", hold)
        await page.route("**/sign-out", sign_out)

        def over(request: Request) -> None:
            for name, event in answered.items():
                if name in request.url:
                    event.set()

        page.on("requestfinished", over)
        page.on("requestfailed", over)
        await page.goto("/settings")
        await page.click("text=Sign out")
        await page.wait_for_url("**/sign-in")
        assert len(asked) == len(answered)
        assert heard == []


async def test_a_form_is_confirmed_by_passkey_in_the_same_tap(browser: Browser) -> None:
    async with looking(browser) as (page, place, heard):
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


async def test_who_can_not_confirm_is_asked_again_and_nothing_is_lost(browser: Browser) -> None:
    async with looking(browser) as (page, place, _):
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


async def test_everything_but_passkeys_works_without_a_script(browser: Browser) -> None:
    async with looking(browser, script=False) as (page, place, _):
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


async def test_signing_in_by_keyboard_alone(browser: Browser) -> None:
    async with looking(browser, size=DESKTOP) as (page, place, _):
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


async def test_no_page_is_wider_than_a_small_phone_and_targets_are_for_thumbs(browser: Browser) -> None:
    async with looking(browser, size={"width": 320, "height": 640}) as (page, place, heard):
        ada = await place.signed_in()
        for path in ("/sign-in", "/set-up", "/settings", "/settings/app"):
            if path == "/settings":
                await be(ada, page)
            await page.goto(path)
            assert page.url == f"{place.console.origin}{path}"
            assert await page.evaluate("document.documentElement.scrollWidth") <= 320, path
            low = await page.evaluate(
                "[...document.querySelectorAll('button, nav a, summary, .way')].filter(each => each.offsetHeight"
                " && each.offsetHeight < 44).map(each => each.textContent)"
            )
            assert low == [], path
        assert heard == []


async def test_it_can_be_put_on_the_home_screen_and_keeps_nothing_there(browser: Browser) -> None:
    async with looking(browser) as (page, _, _):
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
