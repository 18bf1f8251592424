"""The encrypted visit file in Chromium, offline and from a folder, as on a clinic's computer that lets no site through."""

import asyncio
import os
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from proxy.report.visitfile import visit_file
from tests.browser.house import PATIENCE, faults_of, needs_chromium, window
from tests.report.hostile import PLAIN, hostile_cover, hostile_summary
from tests.report.papers import COVER, summary

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="session")]
WORDS = "acorn-badge-cabin-dawn-eagle-fabric"


def written(folder: Path) -> str:
    path = folder / "glucose-2026-11-23.html"
    path.write_bytes(visit_file(summary(), COVER, WORDS, random=os.urandom))
    return path.as_uri()


async def open_with(page: Page, words: str) -> None:
    await page.fill("#words", words)
    await page.click("button[type=submit]")


async def test_it_opens_offline_with_the_six_words_and_with_no_others(
    browser: Browser, tmp_path: Path
) -> None:
    address = await asyncio.to_thread(written, tmp_path)
    async with window(browser, offline=True) as page:
        faults, asked = faults_of(page), []
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(address)
        await expect(page.locator("main")).to_contain_text("can’t be taken back")  # noqa: RUF001 - as printed
        await open_with(page, "acorn badge")
        await expect(page.locator("#said")).to_contain_text("not six words")
        await open_with(page, WORDS.replace("acorn", "acre"))
        await expect(page.locator("#said")).to_contain_text("not the six words", timeout=PATIENCE)
        assert "Diabetes clinic" not in await page.content()
        await open_with(page, "  Acorn badge CABIN-dawn eagle fabric ")
        await expect(page.locator("h1")).to_have_text("Glucose summary", timeout=PATIENCE)
        await expect(page.locator("svg.curve")).to_be_visible()
        assert "Diabetes clinic" in await page.inner_text("article")
        assert await page.locator("#form").count() == 0
        for width, scheme in ((1280, "light"), (390, "dark")):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
            await page.set_viewport_size({"width": width, "height": 800})
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
        await page.click("#close")
        await expect(page.locator("#words")).to_be_visible()
        assert "Diabetes clinic" not in await page.content()
        assert faults == []
        assert asked == [address] * 2


async def test_hostile_words_stand_in_it_as_words_and_nothing_of_them_runs(
    browser: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "glucose-2026-11-23.html"
    body = await asyncio.to_thread(
        visit_file, hostile_summary(), hostile_cover(), WORDS, random=os.urandom, rounds=1000
    )
    await asyncio.to_thread(path.write_bytes, body)
    async with window(browser, offline=True) as page:
        faults, asked, spoken = faults_of(page), [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: spoken.append(dialog.message))
        await page.goto(path.as_uri())
        await open_with(page, WORDS)
        await expect(page.locator("h1")).to_have_text("Glucose summary", timeout=PATIENCE)
        shown = await page.locator("bdi").all_text_contents()
        assert set(PLAIN) <= set(shown)
        assert (
            await page.locator("article script, article img, article iframe, article [onload]").count() == 0
        )
        await page.locator("bdi").first.hover()
        assert await page.evaluate("typeof hit") == "undefined"
        assert (faults, asked, spoken) == ([], [path.as_uri()], [])
