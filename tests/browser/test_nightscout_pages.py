"""Nightscout's own pages, of a real Nightscout, as a clinician sees them: live, filtered, and gone at the end."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import ConsoleMessage, FloatRect, Page, expect

from proxy.core.mint import Minted
from tests.browser.house import (
    House,
    chromium,
    kept_chromium,
    needs_chromium,
    open_house,
    sign_in,
    window,
)

URL, TOKEN = os.environ.get("NIGHTSCOUT_URL", "").rstrip("/"), os.environ.get("NIGHTSCOUT_TOKEN", "")
pytestmark = [pytest.mark.nightscout, needs_chromium, pytest.mark.timeout(600)]

POLICIES = ("cgm-only", "consultant", "full-loop")
UNITS = {"mg/dl": ("mg/dL", "70"), "mmol": ("mmol/L", "3.9")}
_DOSES = {"iob", "cob", "cage", "sage", "iage", "bage", "upbat", "pump", "openaps"}
PILLS = {"cgm-only": set[str](), "consultant": _DOSES, "full-loop": _DOSES | {"basal", "loop"}}
"""The pills that may be there beside those of the glucose itself."""
GLUCOSE = {"direction", "delta", "timeago"}
TABS = (
    "daytoday",
    "weektoweek",
    "dailystats",
    "glucosedistribution",
    "hourlystats",
    "percentile",
    "success",
    "calibrations",
)
MORE_TABS = {
    "cgm-only": (),
    "consultant": ("treatments",),
    "full-loop": ("treatments", "profiles", "loopalyzer"),
}
NEVER = (
    "#treatmentDrawerToggle",
    "#boluscalcDrawerToggle",
    "#lockedToggle",
    "#editbutton",
    "#adminnotifies",
    "#testAlarms",
    "#editprofilelink",
    "#editfoodlink",
    "#admintoolslink",
    ".authentication-status",
    ".deleteTreatment",
    ".editTreatment",
    "#rp_enablenotes",
    "#rp_notes",
    "#rp_enableeventtype",
    "#rp_eventtype",
    "#rp_enablefood",
    "#mmol-browser",
    "#customTitle",
    "#editmode-browser",
    "#alarm-high-browser",
)
FALSE = re.compile(r"CANARY|NaN|\"mills\"|Timezone not set|▬ +undefined|Timezone:\s*undefined")
"""What no page may say: the seeded site's private words, no numbers, program text, and a wrong reason."""
IN_MGDL = re.compile(r"[0-9]{2,3} \((Sensor|Finger)\)")
"""A measured glucose in the list of treatments that was left in mg/dL."""
FROM_SETTINGS = re.compile(r"basal insulin|Total daily|Careportal IOB|TDD|Render Basal|Profile 1|▲")
"""What a page computes from pump settings, or says of them."""


@dataclass(frozen=True)
class Visit:
    """A clinician who has signed in."""

    house: House
    page: Page
    minted: Minted
    heard: list[str]

    async def open(self, path: str) -> Page:
        await self.page.goto(f"{self.house.url}{path}")
        await self.page.wait_for_selector("#chaperone-strip strong")
        return self.page

    async def open_dashboard(self) -> Page:
        page = await self.open("/")
        await expect(page.locator(".bgStatus .currentBG")).to_have_text(re.compile(r"\d"))
        return page

    async def open_report(self, days: int) -> Page:
        page = await self.open("/report/")
        await expect(page.locator("#rp_from")).to_have_value(re.compile(r"\d"))
        await page.click(f".presetdates[days='{days}']")
        return page


@asynccontextmanager
async def visiting(data: Path, policy: str, *, width: int = 1280) -> AsyncIterator[Visit]:
    async with (
        open_house(data, URL, TOKEN) as house,
        chromium() as browser,
        window(browser, viewport={"width": width, "height": 844}) as page,
    ):
        yield await _entered(house, page, policy)


@asynccontextmanager
async def visiting_for_good(data: Path, policy: str, profile: Path) -> AsyncIterator[Visit]:
    """Visit by a browser that keeps what it keeps."""
    async with open_house(data, URL, TOKEN) as house, kept_chromium(profile) as browser:
        yield await _entered(house, await browser.new_page(), policy)


async def _entered(house: House, page: Page, policy: str) -> Visit:
    heard = _faults_of(page)
    page.on("dialog", lambda dialog: heard.append(f"dialog: {dialog.message}"))
    minted = await house.mint(policy, clinician="Clinic Seaside-4711", days=90)
    await sign_in(page, minted)
    return Visit(house, page, minted, heard)


def _faults_of(page: Page) -> list[str]:
    """Collect what goes wrong from now on. A page too busy with a report to answer pings connects anew: direct, too."""
    heard: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        where = message.location["url"]
        if message.type == "error" and not ("/socket.io/?" in where and page.url.endswith("/report/")):
            heard.append(f"{message.text} {where}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


async def _pills(page: Page) -> set[str]:
    found = await page.evaluate(
        """[...document.querySelectorAll(".pill")].filter(each => each.offsetParent).map(
             each => each.className.split(" ")[1] === "undefined" ? "cob" : each.className.split(" ")[1])"""
    )
    return set(found)


async def _tooltips(page: Page) -> str:
    """Point at everything that can tell more, and give all that was told."""
    return str(
        await page.evaluate(
            """async () => {
              const told = new Set();
              const all = ".pill, #chartContainer circle, #chartContainer path, #chartContainer rect, #chartContainer g";
              for (const each of document.querySelectorAll(all)) {
                each.dispatchEvent(new MouseEvent("mouseover", { bubbles: true, clientX: 300, clientY: 300, view: window }));
                await new Promise(done => setTimeout(done));
                document.querySelectorAll(".tooltip").forEach(tip => told.add(tip.innerText));
                each.dispatchEvent(new MouseEvent("mouseout", { bubbles: true, view: window }));
              }
              return [...told].join("\\n");
            }"""
        )
    )


async def _offers_nothing_that_acts(page: Page) -> None:
    for selector in NEVER:
        assert await page.locator(f"{selector}:visible").count() == 0, selector


@pytest.mark.parametrize("policy", POLICIES)
async def test_the_dashboard_shows_what_is_shared_and_nothing_else(policy: str, tmp_path: Path) -> None:
    async with visiting(tmp_path, policy) as visit:
        page = await visit.open_dashboard()
        await expect(page.locator(".pill.timeago")).to_have_text(re.compile(r"ago"))
        pills = await _pills(page)
        assert GLUCOSE <= pills <= GLUCOSE | PILLS[policy] | {"override"}
        assert policy == "cgm-only" or {"iob", "cob", "pump", "sage"} <= pills
        await page.click("#drawerToggle")
        await page.wait_for_selector("#drawer:visible")
        await _offers_nothing_that_acts(page)
        words = await page.inner_text("body") + await _tooltips(page)
        assert "Time:" in words  # a tooltip was told
        assert FALSE.search(words) is None, FALSE.search(words)
        if policy != "full-loop":
            assert FROM_SETTINGS.search(words) is None, FROM_SETTINGS.search(words)
        assert "CANARY" not in await page.content()
        assert page.url == f"{visit.house.url}/"
        assert visit.heard == []


@pytest.mark.parametrize(
    ("policy", "units", "days"),
    [*((policy, units, 14) for policy in POLICIES for units in UNITS), ("consultant", "mmol", 90)],
)
async def test_every_tab_of_the_report(policy: str, units: str, days: int, tmp_path: Path) -> None:
    words, bottom = UNITS[units]
    async with visiting(tmp_path, policy) as visit:
        page = await visit.open_report(days)
        await page.click(f"#chaperone-strip >> text={words}")
        await page.wait_for_selector(f"#chaperone-strip button[aria-pressed=true]:has-text('{words}')")
        await expect(page.locator("#rp_targetlow")).to_have_value(bottom)
        page = await visit.open_report(days)
        await expect(page.locator("#rp_targetlow")).to_have_value(bottom)
        tabs = [*TABS, *MORE_TABS[policy]]
        for tab in tabs:
            told = await _shown(page, tab)
            assert FALSE.search(told) is None, (tab, FALSE.search(told))
            assert units == "mg/dl" or IN_MGDL.search(told) is None, (tab, IN_MGDL.search(told))
            if policy != "full-loop":
                assert FROM_SETTINGS.search(told) is None, (tab, FROM_SETTINGS.search(told))
            await _offers_nothing_that_acts(page)
        await page.click("#dailystats")
        heads = await page.locator("#dailystats-report th:visible").all_inner_texts()
        assert {"25%", "Median", "75%"} <= set(heads)
        assert any("A1c" in head for head in heads) == (units == "mmol")
        listed = await page.locator("#tabnav li:visible").evaluate_all("all => all.map(each => each.id)")
        assert set(listed) == set(tabs)
        assert visit.heard == []


async def _shown(page: Page, tab: str) -> str:
    await page.click(f"#{tab}")
    await page.click("#rp_show")
    # While it renders the button is away, and a line says how far it is.
    await expect(page.locator("#info")).to_have_text(re.compile(r"^\s*$"), timeout=120_000)
    await page.wait_for_selector("#rp_show:visible", timeout=120_000)
    told = await page.inner_text(f"#{tab}-placeholder")
    assert len(told) > 50, tab
    return told


@pytest.mark.parametrize("face", ["bgclock", "clock", "clock-color"])
async def test_a_clock_shows_the_reading_in_the_units_that_were_chosen(face: str, tmp_path: Path) -> None:
    async with visiting(tmp_path, "consultant") as visit:
        page = await visit.open(f"/clock/{face}")
        await expect(page.locator("main .sg").first).to_have_text(re.compile(r"^\d{2,3}$"))
        await page.click("#chaperone-strip >> text=mmol/L")
        await expect(page.locator("main .sg").first).to_have_text(re.compile(r"^\d{1,2}(\.\d)?$"))
        await _offers_nothing_that_acts(page)
        strip, main = await _box(page, "#chaperone-strip"), await _box(page, "main")
        assert main["y"] >= strip["y"] + strip["height"] or strip["y"] >= main["y"] + main["height"]
        assert visit.heard == []


async def test_the_units_of_one_page_are_those_of_all(tmp_path: Path) -> None:
    async with visiting(tmp_path, "consultant") as visit:
        await visit.open_dashboard()
        await visit.page.click("#chaperone-strip >> text=mmol/L")
        await visit.page.wait_for_selector("#chaperone-strip button[aria-pressed=true]:has-text('mmol/L')")
        page = await visit.open_dashboard()
        await expect(page.locator(".bgStatus .currentBG")).to_have_text(re.compile(r"^\d{1,2}\.\d$"))
        page = await visit.open_report(3)
        assert await page.input_value("#rp_targetlow") == "3.9"
        assert await page.input_value("#rp_targethigh") == "10"


async def test_all_open_pages_end_and_nothing_is_left(tmp_path: Path) -> None:
    leaves = tmp_path / "profile"
    async with visiting_for_good(tmp_path, "consultant", leaves) as visit:
        await visit.open_dashboard()
        opened = [visit.page]
        for path in ("/report/", "/clock/clock-color"):
            page = await visit.page.context.new_page()
            await page.goto(f"{visit.house.url}{path}")
            await page.wait_for_selector("#chaperone-strip strong")
            opened.append(page)
        rows = await visit.page.evaluate(
            "fetch('/api/v1/entries.json?count=20').then(answer => answer.json())"
        )
        await visit.house.revoke(visit.minted)
        ended = await visit.house.inside.store.grant(visit.minted.grant.id)
        assert ended is not None
        for page in opened:  # with nobody touching them
            await page.wait_for_url("**/visit/ended")
            said = await page.inner_text("main")
            assert said.startswith("This access has ended\n")
            assert "The person who shared ended it on" in said
            # The first to come takes the session's cookie: what it leaves tells the others the same.
            assert ended.head in said
        assert await visit.page.evaluate("localStorage.length + sessionStorage.length") == 0
    marks = [*(row["_id"] for row in rows), "Seaside-4711"]
    assert len(marks) == 21
    async with kept_chromium(leaves) as browser:
        await (await browser.new_page()).goto("about:blank")
    assert _found_in(leaves, marks) == []


def _found_in(folder: Path, marks: list[str]) -> list[str]:
    wanted = [form for mark in marks for form in (mark.encode(), mark.encode("utf-16-le"))]
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert len(files) > 20
    return [path.name for path in files if any(mark in path.read_bytes() for mark in wanted)]


@pytest.mark.parametrize("width", [1280, 390])
async def test_the_strip_is_never_over_the_chart_and_can_be_used_by_keyboard(
    width: int, tmp_path: Path
) -> None:
    async with visiting(tmp_path, "consultant", width=width) as visit:
        page = await visit.open_dashboard()
        strip = await _box(page, "#chaperone-strip")
        for below in ("#toolbar", ".bgStatus", "#chartContainer"):
            assert (await _box(page, below))["y"] >= strip["y"] + strip["height"], below
        await page.keyboard.press("Tab")
        reached = [await _focused(page)]
        while len(reached) < 6:
            await page.keyboard.press("Tab")
            reached.append(await _focused(page))
        assert reached[:4] == ["Not shared", "mg/dL", "mmol/L", "Summary"]
        assert "Close on this computer" in reached
        await page.focus("#chaperone-strip summary")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#chaperone-strip details[open]")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Escape")
        assert await page.locator("#chaperone-strip details[open]").count() == 0
        assert await _focused(page) == "Not shared"


async def test_a_printed_page_says_where_it_came_from(tmp_path: Path) -> None:
    async with visiting(tmp_path, "consultant") as visit:
        page = await visit.open_report(3)
        await _shown(page, "percentile")
        await page.emulate_media(media="print")
        strip = page.locator("#chaperone-strip")
        assert "Shared with Clinic Seaside-4711" in await strip.inner_text()
        assert await strip.locator("button:visible").count() == 0
        assert len(await page.pdf()) > 10_000


async def _focused(page: Page) -> str:
    return str(await page.evaluate("document.activeElement.innerText"))


async def _box(page: Page, selector: str) -> FloatRect:
    box = await page.locator(selector).first.bounding_box()
    assert box is not None, selector
    return box
