"""Who has access, in Chromium: the log follows, one tap ends, and nothing of others becomes part of a page."""

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from proxy.owner.notices_page import teller
from proxy.owner.notices_watch import look
from tests.browser.house import faults_of, needs_chromium, window
from tests.browser.test_console_sign_in import DESKTOP, PHONE
from tests.owner.place import Browser as Ada
from tests.owner.place import Place
from tests.owner.visits import ON_A_PC, at_home, given, opened, told

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="session")]
EVIL = "<img src=x onerror=\"document.title='taken'\">"


@asynccontextmanager
async def watching(
    browser: Browser, *, script: bool = True, phone: bool = True
) -> AsyncIterator[tuple[Page, Place, Ada, list[str]]]:
    """Open a window in which Ada has signed in; hear what it complains of."""
    async with (
        at_home() as (ada, place),
        window(
            browser,
            base_url=place.console.origin,
            viewport=PHONE if phone else DESKTOP,
            java_script_enabled=script,
        ) as page,
    ):
        cookies = [
            {"name": name, "value": value, "url": place.console.origin} for name, value in ada.cookies.items()
        ]
        await page.context.add_cookies(cookies)  # type: ignore[arg-type]  # plain dicts in place of typed ones
        yield page, place, ada, faults_of(page)


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desktop"])
async def test_the_open_log_follows_what_the_clinician_does_and_one_tap_ends_it(
    browser: Browser, phone: bool
) -> None:
    async with watching(browser, phone=phone) as (page, place, _, heard):
        grant = await given(place)
        await page.goto("/access")
        await page.click("text=Watch the log")
        await expect(page.locator("#following")).to_be_visible()
        await opened(place, grant)
        await expect(page.locator(".state.open")).to_be_visible(timeout=30_000)
        await told(place, grant, "answer", door="summary", query="page days=14", rows=1, bytes=1)
        await expect(page.locator(".story")).to_contain_text(
            "Looked at the summary (14 days)", timeout=30_000
        )
        wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0
        await page.click("button.final")
        await expect(page.locator(".notice[role=status]")).to_contain_text(
            "Access for Diabetes clinic has ended."
        )
        ended = await place.store.grant(grant.id)
        assert ended is not None
        assert ended.ending == "revoked"
        assert heard == []


async def test_ending_works_by_keyboard_alone_and_without_a_script(browser: Browser) -> None:
    async with watching(browser, script=False) as (page, place, _, _heard):
        grant = await given(place)
        await page.goto("/access")
        focused = page.locator("button.final:focus")
        for _ in range(30):
            await page.keyboard.press("Tab")
            if await focused.count():
                break
        assert await focused.get_attribute("aria-label") == "End access now for Diabetes clinic"
        await page.keyboard.press("Enter")
        await expect(page.locator(".notice[role=status]")).to_contain_text("has ended")
        ended = await place.store.grant(grant.id)
        assert ended is not None
        assert ended.ending == "revoked"


async def test_what_others_wrote_stays_text_also_where_the_script_writes_it(browser: Browser) -> None:
    async with watching(browser) as (page, place, _, heard):
        grant = await given(place, f"Dr {EVIL}", words=EVIL)
        await page.goto(f"/access/{grant.id}")
        await opened(place, grant, device=EVIL)
        await expect(page.locator(".state.open")).to_be_visible(timeout=30_000)
        await told(place, grant, "answer", door="summary", query=f"page days={EVIL}", device=EVIL)
        await told(place, grant, "refusal", door=EVIL, reason=EVIL, device=EVIL)
        await expect(page.locator(".story")).to_contain_text("1 request refused (<img", timeout=30_000)
        await look(teller(place.console))
        for path in ("/access", f"/access/{grant.id}", f"/access/{grant.id}/receipt", "/notices"):
            await page.goto(path)
            assert await page.locator("img[src=x]").count() == 0
            assert await page.title() != "taken"
        assert heard == []


async def test_the_badge_counts_what_is_new_until_it_was_looked_at(browser: Browser) -> None:
    async with watching(browser) as (page, place, _, heard):
        await opened(place, await given(place))
        await look(teller(place.console))
        await page.goto("/settings")
        await expect(page.locator("nav .badge")).to_have_text("1")
        await page.click("nav a[href='/notices']")
        await expect(page.locator(".notices .new")).to_contain_text("was opened")
        await page.goto("/settings")
        await page.wait_for_load_state("networkidle")
        assert await page.locator("nav .badge").count() == 0
        assert heard == []


async def test_a_saved_log_is_chosen_as_a_file_and_checked(browser: Browser, tmp_path: Path) -> None:
    async with watching(browser) as (page, place, _, heard):
        grant = await opened(place, await given(place))
        await page.goto(f"/access/{grant.id}")
        await page.click("text=The exact records")
        async with page.expect_download() as saving:
            await page.click("text=Save the log as a file")
        saved, edited = tmp_path / "log.jsonl", tmp_path / "edited.jsonl"
        await (await saving.value).save_as(saved)
        shutil.copy(saved, edited)
        edited.write_text(saved.read_text().replace(ON_A_PC["address"], "10.9.9.0/24", 1))
        for file, words in ((saved, "All 3 lines are as they were"), (edited, "Line 2 was changed.")):
            await page.goto(f"/access/{grant.id}/receipt")
            await page.set_input_files("#file", file)
            await expect(page.locator("#lines")).not_to_have_value("")
            await page.click("text=Check it")
            await expect(page.locator("#finding")).to_contain_text(words)
        assert heard == []


async def test_a_tick_is_kept_as_it_is_set(browser: Browser) -> None:
    async with watching(browser) as (page, place, _, heard):
        grant = await given(place)
        await page.goto(f"/access/{grant.id}")
        async with page.expect_response(lambda answer: answer.url.endswith("/checklist")):
            await page.check("input[value=old]")
        await page.reload()
        assert await page.is_checked("input[value=old]")
        kept = await place.store.document("checklist", grant.id)
        assert kept is not None
        assert json.loads(kept.body)["by_hand"] == ["old"]
        assert heard == []
