"""The console by keyboard alone: each stop can be seen, the order makes sense, and the focus is never lost."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page

from proxy.core.ask import ASK, Ask, decode, encode
from proxy.core.remarks import DRAFT, NEXT
from proxy.house import clock
from tests.browser.house import WIDE, House, needs_chromium
from tests.browser.test_console_share import phone

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="session")]
MOST_STOPS = 60
LOOKS_EVERY = 5000
"""Milliseconds after which the page of questions has looked for new ones."""
_STOP = """() => {
    const at = document.activeElement, label = at.closest("label"), box = (label || at).getBoundingClientRect();
    const drawn = [at, at.nextElementSibling, label].filter(Boolean).map(each => getComputedStyle(each));
    return {
        words: (at.getAttribute("aria-label") || at.innerText || at.name || at.id || at.tagName).trim(),
        top: box.top + window.scrollY,
        seen: drawn.some(each => each.outlineStyle !== "none" && parseFloat(each.outlineWidth) >= 2),
        inside: box.bottom > 0 && box.top < window.innerHeight,
    };
}"""


@asynccontextmanager
async def desk(browser: Browser, house: House) -> AsyncIterator[Page]:
    """Give an owner's computer: she is signed in, and has no mouse."""
    async with phone(browser, house, viewport=WIDE, is_mobile=False, has_touch=False) as page:
        yield page


async def tab_to(page: Page, selector: str) -> list[str]:
    """Press Tab until something has the focus; give the stops on the way, of which each must be seen."""
    wanted, stops = page.locator(selector).first, list[str]()
    for _ in range(MOST_STOPS):
        await page.keyboard.press("Tab")
        stop = await page.evaluate(_STOP)
        assert stop["seen"], f"no focus to be seen on {stop['words']}"
        assert stop["inside"], f"{stop['words']} is off the screen"
        stops.append(stop["words"])
        if await wanted.evaluate("each => each === document.activeElement"):
            return stops
    pytest.fail(f"{selector} is not among {stops}")


async def has_focus(page: Page, selector: str) -> bool:
    """Say whether something has the focus."""
    return bool(await page.locator(selector).first.evaluate("each => each === document.activeElement"))


async def test_sharing_from_the_name_to_the_link_on_screen(browser: Browser, house: House) -> None:
    async with desk(browser, house) as page:
        assert (await tab_to(page, "#clinician"))[0] == "Skip to the content"
        await page.keyboard.type("Diabetes clinic")
        stops = await tab_to(page, "button[value=room]")
        wanted = ["policy", "days", "until", "More choices"]
        assert [stop for stop in stops if stop in wanted] == wanted
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#room")
        await tab_to(page, "[data-turn]")
        await page.keyboard.press("Enter")
        assert await has_focus(page, "#send-title")
        await tab_to(page, "[data-next]")
        await page.keyboard.press("Enter")
        assert await has_focus(page, "#pin-part h2")
        assert await page.is_visible("#pin")


async def test_the_full_screen_is_left_by_escape_and_the_focus_stays(browser: Browser, house: House) -> None:
    async with desk(browser, house) as page:
        await tab_to(page, "#clinician")
        await page.keyboard.type("Dr Berg")
        await tab_to(page, "button[value=room]")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#room")
        await tab_to(page, "[data-full]")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("html.full")
        await page.keyboard.press("Escape")
        await page.wait_for_selector("html:not(.full)")
        assert await has_focus(page, "[data-full]")
        assert await page.get_attribute("[data-full]", "aria-pressed") == "false"


async def test_who_has_access_more_time_and_the_end(browser: Browser, house: House) -> None:
    minted = await house.mint(clinician="Keyboard clinic")
    async with desk(browser, house) as page:
        await page.goto(f"{house.inside.settings.owner_origin}/access")
        await tab_to(page, f"a[href='/access/{minted.grant.id}']")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#story")
        await tab_to(page, "details.more-time summary")
        await page.keyboard.press("Enter")
        assert (await tab_to(page, "button[value='2h']")) == ["+ 30 minutes", "+ 2 hours"]
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#story :text('more time')")
        longer = await house.inside.store.grant(minted.grant.id)
        assert longer is not None
        assert longer.expires_at == minted.grant.expires_at + 2 * 3_600_000
        await tab_to(page, "button.final")
        await page.keyboard.press("Enter")
        await page.wait_for_selector(".notice[role=status]:has-text('Keyboard clinic has ended')")


async def test_my_notes(browser: Browser, house: House) -> None:
    async with desk(browser, house) as page:
        await page.goto(f"{house.inside.settings.owner_origin}/notes")
        await tab_to(page, "#question-0")
        await page.keyboard.type("Is my basal right?")
        await tab_to(page, "main button[type=submit]")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/notes?saved")
        assert await page.input_value("#question-0") == "Is my basal right?"
    await house.inside.store.drop(DRAFT, NEXT)


@pytest.mark.parametrize(("selector", "answer"), [("give", "yes"), ("not-now", "no")])
async def test_what_is_asked_for_is_answered(
    selector: str, answer: str, browser: Browser, house: House
) -> None:
    minted, store = await house.mint(clinician="Keyboard clinic"), house.inside.store
    await store.put(ASK, minted.grant.id, encode(Ask("settings", clock(), (clock(),))), version=None)
    async with desk(browser, house) as page:
        await page.wait_for_selector("nav a[href='/asks'] .badge")
        await tab_to(page, "nav a[href='/asks']")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/asks")
        await tab_to(page, f"form[action='/asks/{minted.grant.id}/{selector}'] button")
        await page.keyboard.press("Enter")
        await page.wait_for_selector(":text('Nobody asks for anything')")
        kept = await store.document(ASK, minted.grant.id)
        assert kept is not None
        assert decode(kept.body).answer == answer
    await house.revoke(minted)


async def test_who_is_about_to_answer_keeps_the_place_when_another_question_comes(
    browser: Browser, house: House
) -> None:
    first, second = (
        await house.mint(clinician="First clinic"),
        await house.mint(clinician="Second clinic"),
    )
    store = house.inside.store
    await store.put(ASK, first.grant.id, encode(Ask("more days", clock(), (clock(),))), version=None)
    async with desk(browser, house) as page:
        await page.clock.install()
        await page.goto(f"{house.inside.settings.owner_origin}/asks")
        await page.focus("input[name=days]")
        await page.keyboard.press("ArrowDown")
        chosen = await page.evaluate("document.activeElement.value")
        await store.put(ASK, second.grant.id, encode(Ask("settings", clock(), (clock(),))), version=None)
        await page.clock.run_for(LOOKS_EVERY)
        await page.wait_for_selector("section.ask:has-text('Second clinic asks')")
        assert await page.evaluate("document.activeElement.value") == chosen
        assert await page.evaluate("document.activeElement.checked")
        assert "Second clinic asks for" in await page.inner_text("#announced")
        # Somebody else answers the one that is held: the keyboard goes on from the heading.
        await store.drop(ASK, first.grant.id)
        await page.clock.run_for(LOOKS_EVERY)
        await page.wait_for_selector("section.ask:has-text('First clinic')", state="detached")
        assert await page.evaluate("document.activeElement.tagName") == "H1"
        await store.drop(ASK, second.grant.id)
        await page.clock.run_for(LOOKS_EVERY)
        await page.wait_for_selector("#asks:has-text('Nobody asks for anything')")
    await house.revoke(first)
    await house.revoke(second)
