"""Nightscout's dashboard in Chromium: from the navigation to the first glucose on screen, through and direct.

In turn, so that both see the same machine. Cold: a browser that has never been there. Warm: its second visit. The
service worker of the direct way is blocked: at its first visit it would load the page twice.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.bench.served import CHROMIUM, Served, served
from tests.bench.subjects import CACHE

BUDGET = 1.0
ROUNDS = 9
_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_WATCH = """
(function look() {
  var shown = document.querySelector(".bgStatus .currentBG");
  if (shown && /\\d/.test(shown.textContent)) { window.glucoseAfter = performance.now(); } else { requestAnimationFrame(look); }
})();
"""
_DEADLINE_MS = 60_000


@dataclass
class Way:
    """One way to the dashboard, and the milliseconds that it took."""

    name: str
    address: str
    state: Path | None = None
    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)


def navigation(url: str, token: str) -> list[Way]:
    """Measure through Chaperone and direct, before a real Nightscout. Gives direct first."""
    with served(url, token) as site:
        return asyncio.run(_measured(Way("direct", f"{url}/?token={token}"), site))


async def _measured(direct: Way, site: Served) -> list[Way]:
    through = Way("Chaperone", f"{site.address}/", CACHE / f"session-{secrets.token_hex(4)}.json")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGS)
        try:
            await _sign_in(browser, through, site)
            for way in (direct, through):  # each once for nothing, so that no server is at its first answer
                await _visit_twice(browser, way)
                way.cold.clear()
                way.warm.clear()
            for number in range(ROUNDS):
                for way in (direct, through) if number % 2 else (through, direct):
                    await _visit_twice(browser, way)
        finally:
            await browser.close()
            if through.state is not None:
                through.state.unlink(missing_ok=True)
    return [direct, through]


async def _sign_in(browser: Browser, way: Way, site: Served) -> None:
    minted = await asyncio.to_thread(site.mint)
    async with _context(browser, None) as context:
        page = await context.new_page()
        await page.goto(minted["link"])
        await page.fill("#passcode", minted["passcode"])
        await page.click("button.primary")
        await page.wait_for_url("**/visit/welcome")
        await context.storage_state(path=way.state)


async def _visit_twice(browser: Browser, way: Way) -> None:
    async with _context(browser, way.state) as context:
        way.cold.append(await _visit(context, way.address))
        way.warm.append(await _visit(context, way.address))


async def _visit(context: BrowserContext, address: str) -> float:
    page = await context.new_page()
    await page.goto(address, wait_until="commit")
    shown = await page.wait_for_function("() => window.glucoseAfter", timeout=_DEADLINE_MS)
    milliseconds = float(await shown.json_value())
    await page.close()
    return milliseconds


@asynccontextmanager
async def _context(browser: Browser, state: Path | None) -> AsyncIterator[BrowserContext]:
    # Without the content policy's ban on eval, only so that the page can be asked what it shows.
    context = await browser.new_context(service_workers="block", storage_state=state, bypass_csp=True)
    await context.add_init_script(_WATCH)
    try:
        yield context
    finally:
        await context.close()


def table(ways: list[Way]) -> str:
    """Write the medians, and the ratio to direct."""
    direct, through = ways
    lines = [
        "| visit | direct ms | Chaperone ms | Chaperone / direct | budget |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name in ("cold", "warm"):
        there, here = (median(getattr(way, name)) for way in (direct, through))
        lines.append(f"| {name} | {there:.0f} | {here:.0f} | **{here / there:.2f}** | {BUDGET:.1f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(navigation(os.environ["NIGHTSCOUT_URL"].rstrip("/"), os.environ["NIGHTSCOUT_TOKEN"])))
