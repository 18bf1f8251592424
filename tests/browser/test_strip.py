"""The strip on a page of Nightscout's, in Chromium: what it says, the units, closing, and the end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, ViewportSize

from proxy.core.record import Draft
from tests.browser.house import faults_of, needs_chromium, window
from tests.living import Access, Living, living

PAGE = """<!DOCTYPE html><html><head><title>Nightscout</title><link rel="icon" href="data:,"></head><body><div id="toolbar">bar</div>
<a id="treatmentDrawerToggle" href="#">+</a><table><tr id="row"><td><input id="rp_enablenotes"></td></tr></table>
<p id="chart" style="height: 400px">chart</p><script>document.title = "ran " + localStorage.getItem("units");</script>
</body></html>"""

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="session")]


def small_site() -> web.Application:
    async def answer(request: web.Request) -> web.Response:
        if request.path == "/api/v3/version":
            return web.json_response({"result": {"version": "15.0.7"}})
        if request.path.startswith("/api/"):
            return web.json_response([])
        return web.Response(text=PAGE, content_type="text/html")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    return app


@asynccontextmanager
async def looking(
    browser: Browser, *, width: int = 1280
) -> AsyncIterator[tuple[Page, Living, Access, list[str]]]:
    """Sign in with link and PIN in a window of its own, and open the dashboard."""
    size: ViewportSize = {"width": width, "height": 800}
    async with living(upstream=small_site) as house, window(browser, viewport=size) as page:
        heard = faults_of(page)
        access = await house.mint("consultant")
        await page.goto(access.minted.link)
        await page.fill("#passcode", access.minted.passcode)
        await page.click("button.primary")
        await page.wait_for_url("**/visit/welcome")
        await page.goto(str(house.url))
        await page.wait_for_selector("#chaperone-strip strong")
        yield page, house, access, heard


async def test_the_strip_says_with_whom_what_is_withheld_and_hides_what_can_not_be_used(
    browser: Browser,
) -> None:
    async with looking(browser) as (page, _, _, heard):
        strip = page.locator("#chaperone-strip")
        assert "Shared with Diabetes clinic" in await strip.inner_text()
        assert "nobody is asked to watch it" in await strip.inner_text()
        await page.click("#chaperone-strip summary")
        assert "Notes and messages" in await strip.inner_text()
        assert not await page.is_visible("#treatmentDrawerToggle")
        assert not await page.is_visible("#row")
        assert await page.title() == "ran mg/dl"
        assert heard == []


@pytest.mark.parametrize("width", [1280, 390])
async def test_the_strip_is_slim_and_never_over_the_page(browser: Browser, width: int) -> None:
    async with looking(browser, width=width) as (page, _, _, _):
        strip = await page.locator("#chaperone-strip").bounding_box()
        toolbar = await page.locator("#toolbar").bounding_box()
        assert strip is not None
        assert toolbar is not None
        assert strip["height"] <= 90
        assert toolbar["y"] >= strip["y"] + strip["height"]


async def test_units_are_chosen_once_for_all_pages(browser: Browser) -> None:
    async with looking(browser) as (page, house, _, _):
        await page.click("text=mmol/L")
        await page.wait_for_function("document.title === 'ran mmol'")
        assert await page.get_attribute("text=mmol/L", "aria-pressed") == "true"
        status = await page.evaluate("fetch('/api/v1/status.json').then(answer => answer.json())")
        assert status["settings"]["units"] == "mmol"
        await page.goto(f"{house.url}clock/clock-color")
        assert await page.title() == "ran mmol"


async def test_closing_leaves_nothing_in_this_browser(browser: Browser) -> None:
    async with looking(browser) as (page, house, _, _):
        await page.keyboard.press("Tab")
        await page.click("text=Close on this computer")
        await page.wait_for_url("**/visit/closed")
        names = [each.get("name") for each in await page.context.cookies()]
        assert "chaperone" not in names
        assert await page.evaluate("localStorage.length") == 0
        await page.goto(str(house.url))
        assert await page.is_visible("#passcode")


async def test_an_open_page_leaves_when_the_access_ends(browser: Browser) -> None:
    async with looking(browser) as (page, house, access, _):
        await house.store.end(access.id, "revoked", Draft("ended", house.clock(), {"ending": "revoked"}))
        await page.wait_for_url("**/visit/ended", timeout=20_000)
        assert "This access has ended" in await page.inner_text("main")
