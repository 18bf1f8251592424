"""What stays on a clinic's computer: after the end, and a new start of the browser, nothing of what was shown."""

from pathlib import Path

import pytest

from proxy.core.mint import Minted
from proxy.demo.moment import iso
from proxy.house import clock
from tests.browser.house import (
    House,
    demo_house,
    has_ended,
    kept_chromium,
    needs_chromium,
    open_dashboard,
)

pytestmark = needs_chromium
NOTE = "CANARY-NOTE-leftover-7f3a"
WITH_WORDS = """
version: 1
name: words
title: With notes
window: 7
detail: full
identity: nothing
timezone: site
pages: true
live: true
exports: [csv]
derive: []
may_ask: []
show:
  entries:
    types: [sgv]
    classes: [glucose]
  treatments:
    event_types: [Note]
    fields: [notes]
"""


def _put_canaries(house: House) -> None:
    assert house.site is not None
    at = clock() - 60_000
    row = {"_id": f"{at:024x}", "eventType": "Note", "created_at": iso(at), "notes": NOTE, "enteredBy": "a"}
    house.site.collections["treatments"].append(row)


def _found_in(folder: Path, *marks: str) -> list[str]:
    """Search every file as bytes, in the two ways in which a browser writes text."""
    wanted = [form for mark in marks for form in (mark.encode(), mark.encode("utf-16-le"))]
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert len(files) > 20
    return [str(path.relative_to(folder)) for path in files for mark in wanted if mark in path.read_bytes()]


async def _looked_at(house: House, profile: Path) -> Minted:
    """Look at everything that a clinician can open, until the access ends."""
    minted = await house.mint(WITH_WORDS)
    async with kept_chromium(profile) as browser:
        page = await browser.new_page()
        await open_dashboard(page, house, minted)
        assert NOTE in await page.inner_text("#treatments")
        for path in ("/api/v1/treatments.json?count=10", "/api/v1/entries.json?count=10"):
            await page.goto(house.url + path)
        assert '"sgv"' in await page.content()
        for path in ("/report/", "/clock/clock-color", "/visit/home", "/"):
            await page.goto(house.url + path)
        await page.wait_for_selector("#state.live")
        await house.revoke(minted)
        assert await has_ended(page)
        assert await page.evaluate("localStorage.length + sessionStorage.length") == 0
        assert await page.evaluate("caches.keys().then(keys => keys.length)") == 0
        assert await page.evaluate("indexedDB.databases().then(all => all.length)") == 0
    return minted


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "profile"


async def test_after_the_end_nothing_is_left_in_the_browser(tmp_path: Path, profile: Path) -> None:
    async with demo_house(tmp_path) as house:
        _put_canaries(house)
        minted = await _looked_at(house, profile)
        async with kept_chromium(profile) as browser:
            page = await browser.new_page()
            await page.goto(house.url)
            assert await page.is_visible("#passcode")
            assert [each.get("name") for each in await browser.cookies()] == []
    assert _found_in(profile, house.url) != []  # the history: what is kept, this search finds
    assert _found_in(profile, NOTE, '"sgv":', '"mgdl":', minted.passcode, minted.code) == []
