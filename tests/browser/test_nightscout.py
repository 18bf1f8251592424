"""The same visit on a real Nightscout, with its own pages: they move, they end, and they tell nothing that is not shared."""

import hashlib
import os
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from playwright.async_api import Browser, Page

from tests.browser.house import (
    House,
    faults_of,
    has_ended,
    needs_chromium,
    open_house,
    sign_in,
    window,
)

URL, TOKEN = os.environ.get("NIGHTSCOUT_URL", ""), os.environ.get("NIGHTSCOUT_TOKEN", "")
SECRET = os.environ.get("API_SECRET", "")
pytestmark = [
    pytest.mark.nightscout,
    needs_chromium,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(not URL or not TOKEN, reason="set NIGHTSCOUT_URL and NIGHTSCOUT_TOKEN"),
]
IS_DRAWN = "() => /^[0-9.]+$/.test(document.querySelector('.currentBG').innerText.trim())"


NOT_NOW_AND_THEN = """
const timer = window.setInterval;
window.setInterval = (work, every) => timer(work, every === 10000 ? 1e9 : every);
"""
"""So that the strip can't have noticed the end by asking every ten seconds."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def real(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(tmp_path_factory.mktemp("real"), URL, TOKEN) as house:
        yield house


async def _open(page: Page, house: House) -> None:
    await page.goto(house.url)
    await page.wait_for_function(IS_DRAWN)
    await page.wait_for_selector("#chaperone-strip strong")


async def _write_reading(sgv: int) -> None:
    now = time.time_ns() // 1_000_000
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(now / 1000))
    row = {
        "type": "sgv",
        "sgv": sgv,
        "date": now,
        "dateString": stamp,
        "direction": "Flat",
        "device": "CANARY-D",
    }
    secret = {"api-secret": hashlib.sha1(SECRET.encode()).hexdigest()}
    async with (
        ClientSession() as session,
        session.post(f"{URL}/api/v1/entries.json", json=[row], headers=secret) as done,
    ):
        assert done.status == 200


@pytest.mark.skipif(not SECRET, reason="set API_SECRET to let the test write a reading")
async def test_from_the_link_to_the_end(real: House, browser: Browser) -> None:
    async with window(browser) as page:
        await page.add_init_script(NOT_NOW_AND_THEN)
        minted = await real.mint()
        await sign_in(page, minted)
        faults = faults_of(page)
        await _open(page, real)
        before = await page.inner_text(".currentBG")
        value = 131 if before.strip() != "131" else 137
        await _write_reading(value)
        await page.wait_for_function(
            "value => document.querySelector('.currentBG').innerText.trim() === value", arg=str(value)
        )
        assert faults == []
        assert "CANARY" not in await page.content()
        await real.revoke(minted)
        assert await has_ended(page)


async def test_two_clinicians_each_see_what_is_shared_with_them(real: House, browser: Browser) -> None:
    async with window(browser) as wide, window(browser) as narrow:
        team, school = await real.mint("full-loop"), await real.mint("cgm-only", clinician="School")
        await sign_in(wide, team)
        await sign_in(narrow, school)
        await _open(wide, real)
        await _open(narrow, real)
        await wide.wait_for_selector(".pill.iob")
        assert await narrow.locator(".pill.iob").count() == 0
        await real.revoke(team)
        assert await has_ended(wide)
        assert await narrow.is_visible(".currentBG")


async def test_a_telephone_is_wide_enough(real: House, browser: Browser) -> None:
    async with window(browser, viewport={"width": 390, "height": 844}) as page:
        await sign_in(page, await real.mint())
        await _open(page, real)
        strip = await page.locator("#chaperone-strip").bounding_box()
        assert strip is not None
        assert strip["height"] <= 90
