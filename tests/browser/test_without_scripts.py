"""Nightscout's own pages in a browser whose scripts are off: plain words over what loads for ever, and a way to the summary."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.browser.eyes import DESKTOP, PHONE
from tests.browser.house import House, needs_chromium, open_house, window

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="session")]
LOADING = """<!DOCTYPE html><html><head><title>x</title></head><body class="grey">
<div style="position: fixed; top: 0; left: 0; right: 0; height: 100%; background: #000; color: #fff; z-index: 1000">Loading</div>
<script>document.title = "runs";</script></body></html>"""
"""As Nightscout's own page begins, and stays without scripts."""
WORDS = {
    "en-GB": ("This page needs scripts", "Open the summary", "summary"),
    "de-DE": ("Diese Seite braucht Skripte", "Zusammenfassung öffnen", "Zusammenfassung"),
}


async def _answer(request: web.Request) -> web.Response:
    if request.path == "/api/v3/version":
        return web.json_response({"result": {"version": "15.0.7"}})
    if request.path.startswith("/api/"):
        return web.json_response([])
    return web.Response(text=LOADING, content_type="text/html")


@asynccontextmanager
async def _house(folder: Path) -> AsyncIterator[House]:
    app = web.Application()
    app.router.add_get("/{path:.*}", _answer)
    async with TestServer(app) as site, open_house(folder, str(site.make_url("")), "read-1234") as house:
        yield house


async def _enter(page: Page, house: House) -> None:
    """Type code and PIN: the link's secret needs a script."""
    minted = await house.mint()
    await page.goto(f"{house.url}/visit")
    await page.fill("#code", minted.code)
    await page.fill("#passcode", minted.passcode)
    await page.click("button.primary")
    await page.wait_for_url("**/visit/welcome")


async def _is_told(page: Page, words: str, link: str, heading: str) -> None:
    await expect(page.get_by_role("heading", name=words)).to_be_visible()
    assert "loading" not in (await page.title()).lower()
    await page.get_by_role("link", name=link).click()  # refused by the browser if something lay over it
    await page.wait_for_url("**/visit/summary")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert heading in await page.title()


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_over_what_loads_for_ever_stand_plain_words_and_a_way_to_the_summary(
    size: ViewportSize, language: str, tmp_path: Path, browser: Browser
) -> None:
    options = {"viewport": size, "locale": language, "java_script_enabled": False}
    async with _house(tmp_path) as house, window(browser, **options) as page:
        await _enter(page, house)
        for path in ("/", "/report/", "/clock/clock-color"):
            await page.goto(house.url + path)
            await _is_told(page, *WORDS[language])


async def test_where_scripts_run_nothing_of_it_is_there(tmp_path: Path, browser: Browser) -> None:
    async with _house(tmp_path) as house, window(browser) as page:
        await _enter(page, house)
        await page.goto(house.url)
        await page.wait_for_selector("#chaperone-strip strong")
        assert await page.title() == "runs"
        assert await page.locator(".chaperone-without-scripts").count() == 0
