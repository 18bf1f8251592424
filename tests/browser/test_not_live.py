"""A live page whose connection stays away says so in words, in the reader's language, until it is back."""

import asyncio
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from playwright.async_api import Browser, Error, Page, Route

from tests.browser.eyes import DESKTOP, PHONE
from tests.browser.house import (
    PATIENCE,
    House,
    demo_house,
    needs_chromium,
    open_dashboard,
    see_a_reading_arrive,
    window,
)

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="session")]
SOCKETS = "**/socket.io/**"
SAYS = "#chaperone-strip .chaperone-not-live"
LONGEST_PAUSE = 10_000
"""Milliseconds between two attempts of the demo site's page to have its connection back."""
WORDS = {
    "en-GB": ("Not live: new readings do not arrive here just now.", "Open the summary"),
    "de-DE": ("Nicht live:", "Zusammenfassung öffnen"),
}
IS_MEASURED = """() => document.documentElement.style.getPropertyValue("--chaperone-strip")
    === document.getElementById("chaperone-strip").offsetHeight + "px\""""
AWAY = {"en-GB": "Not up to date: Nightscout does not answer", "de-DE": "Nicht aktuell: Nightscout antwortet"}


async def _look(page: Page, house: House, policy: str = "consultant") -> None:
    """Open a dashboard on which time passes as it does, and faster when it is told to."""
    await page.clock.install()
    await open_dashboard(page, house, await house.mint(policy))


async def _until_told(page: Page) -> None:
    """Let time pass on the page, second by second, until it says that it is not live."""
    async with asyncio.timeout(PATIENCE / 1000):
        while not await page.locator(f"{SAYS} a").count():
            await page.clock.run_for(1000)


async def _until_back(page: Page) -> None:
    """Let so much time pass that what is tried again now and then has been, and wait until all is well."""
    await page.clock.run_for(LONGEST_PAUSE)
    await page.wait_for_selector(f"{SAYS}:not(:has(*))", state="attached")


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
        await _look(page, house)
        assert await page.inner_text(SAYS) == ""
        slim = await page.locator("#chaperone-strip").bounding_box()
        await _goes_away(page, house)
        await _until_told(page)
        said = page.locator(SAYS)
        assert (await said.inner_text()).startswith(words)
        assert await said.get_attribute("role") == "status"
        assert await said.locator("a").inner_text() == link
        assert await said.locator("a").get_attribute("href") == "/visit/summary"
        for size in (PHONE, DESKTOP):
            await page.set_viewport_size(size)
            assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            # What Nightscout hangs from the top of the window hangs below the strip, however high it is now.
            await page.wait_for_function(IS_MEASURED)
            await _stands_above(page)
        await page.unroute(SOCKETS)
        await _until_back(page)
        await see_a_reading_arrive(page, house)
        await page.set_viewport_size(PHONE)
        assert slim == await page.locator("#chaperone-strip").bounding_box()


class Wall:
    """In the way of every request: none fails, and none is answered, until it is taken away."""

    def __init__(self) -> None:
        self._gone = asyncio.Event()

    async def __call__(self, route: Route) -> None:
        await self._gone.wait()
        with suppress(Error):  # the page may have given it up
            await route.continue_()

    async def goes(self, page: Page) -> None:
        self._gone.set()
        await page.unroute("**/*", self)


@pytest.mark.parametrize("path", ["/", "/clock/clock-color"])
async def test_a_line_on_which_nothing_comes_any_more_is_noticed_before_anything_breaks(
    path: str, house: House, browser: Browser
) -> None:
    async with window(browser) as page:
        await _look(page, house)
        if path != "/":
            await page.goto(house.url + path)
            await page.wait_for_selector("#chaperone-strip strong")
        wall = Wall()
        await page.route("**/*", wall)
        await _until_told(page)
        await wall.goes(page)
        await _until_back(page)
        if path == "/":  # what waited on the dead line was given up for a new one
            await see_a_reading_arrive(page, house)


async def test_a_computer_without_a_network_says_so(house: House, browser: Browser) -> None:
    async with window(browser) as page:
        await _look(page, house)
        await page.context.set_offline(True)
        await _until_told(page)
        await page.context.set_offline(False)
        await _until_back(page)
        await see_a_reading_arrive(page, house)


class Slow:
    """In the way of every request: each is let through when somebody says so."""

    def __init__(self) -> None:
        self.held: list[Route] = []

    async def __call__(self, route: Route) -> None:
        self.held.append(route)

    def holds(self, part: str) -> bool:
        return any(part in each.request.url for each in self.held)

    async def let_through(self) -> None:
        held, self.held = self.held, []
        for each in held:
            await each.continue_()


async def test_a_slow_line_is_no_false_alarm(house: House, browser: Browser) -> None:
    async with window(browser) as page:
        await _look(page, house)
        await page.evaluate(f"""new MutationObserver(() => document.title = "alarmed").observe(
            document.querySelector({SAYS!r}), {{ childList: true }})""")
        # From now on time passes here only as it is told to.
        await page.clock.pause_at(await page.evaluate("Date.now() / 1000 + 1"))
        slow = Slow()
        await page.route("**/*", slow)
        for _ in range(3):
            async with asyncio.timeout(PATIENCE / 1000):
                while not slow.holds("whoami"):
                    await page.clock.run_for(500)
            await page.clock.run_for(3000)
            async with page.expect_response("**/visit/whoami*"):
                await slow.let_through()
        assert await page.title() != "alarmed"
        await page.unroute("**/*", slow)
        await slow.let_through()


class Switch:
    """A Nightscout that can be gone."""

    def __init__(self) -> None:
        self.is_off = False

    def in_the_way(self) -> Middleware:
        @web.middleware
        async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
            if self.is_off:
                raise web.HTTPBadGateway
            return await handler(request)

        return refuse


async def test_a_nightscout_that_is_gone_is_told_of_in_everybodys_language_until_it_is_back(
    tmp_path: Path, browser: Browser
) -> None:
    nightscout = Switch()
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(demo_house(tmp_path, between=[nightscout.in_the_way()]))
        pages = {each: await stack.enter_async_context(window(browser, locale=each)) for each in AWAY}
        for page in pages.values():
            await open_dashboard(page, house, await house.mint())
        nightscout.is_off = True
        house.let_a_reading_arrive()
        for language, page in pages.items():
            await page.wait_for_selector(f"{SAYS} a")
            assert (await page.inner_text(SAYS)).startswith(AWAY[language])
        nightscout.is_off = False
        for page in pages.values():
            await page.wait_for_selector(f"{SAYS}:not(:has(*))", state="attached")
            await see_a_reading_arrive(page, house)


async def _stands_above(page: Page) -> None:
    strip = await page.locator("#chaperone-strip").bounding_box()
    below = await page.locator("main").bounding_box()
    assert strip is not None
    assert below is not None
    assert below["y"] >= strip["y"] + strip["height"]
