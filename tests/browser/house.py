"""A whole Chaperone on loopback, and Chromium in front of it: the server as it is started, on a site that tests can let live."""

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer, unused_port
from aiohttp.typedefs import Middleware
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, async_playwright

from proxy import app
from proxy.core.grant import HOUR
from proxy.core.mint import Minted, Times, new_grant
from proxy.core.record import Draft
from proxy.demo import SOCKETS, TOKEN, Site, Sockets, make_app
from proxy.house import SITE, clock
from proxy.house import House as Inside
from proxy.settings import read_settings
from tests.sites import QUICK, policy_of, site_of

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
POLICIES = Path(__file__).parents[2] / "policies"
PATIENCE = 30_000
"""Milliseconds after which a page that does not change is given up."""
WIDE: ViewportSize = {"width": 1280, "height": 900}
needs_chromium = pytest.mark.skipif(
    not CHROMIUM and not os.environ.get("CI"), reason="no Chromium on this machine"
)
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class House:
    """A running Chaperone. Behind it is the invented site, with its feed; neither where a test has another one."""

    inside: Inside
    url: str
    site: Site | None = None
    feed: Sockets | None = None

    async def mint(
        self, policy: str = "consultant", *, clinician: str = "Diabetes clinic", days: int = 7
    ) -> Minted:
        """Share, by a bundled policy or a policy's text."""
        text = policy if "\n" in policy else (POLICIES / f"{policy}.yaml").read_text()
        now = clock()
        minted = new_grant(
            policy_of(text, policy[:20]),
            site=SITE,
            clinician=clinician,
            days=days,
            times=Times(now, 4 * HOUR, now + 48 * HOUR),
            now=now,
            random=os.urandom,
            entry_key=self.inside.keys.entry,
            public_url=self.url,
            hashed=QUICK,
        )
        await self.inside.store.add_grant(minted.grant, minted.consent)
        return minted

    async def revoke(self, minted: Minted) -> None:
        """End an access, as the person who shared it does."""
        record = Draft("ended", clock(), {"ending": "revoked"})
        await self.inside.store.end(minted.grant.id, "revoked", record)

    def let_a_reading_arrive(self) -> int:
        """Let the invented site live on until now; give the new value in mg/dL."""
        assert self.feed is not None
        return int(self.feed.beat()["entries"][-1]["sgv"])


@asynccontextmanager
async def open_house(
    data: Path, url: str = "", token: str = "", *, site: Site | None = None, feed: Sockets | None = None
) -> AsyncIterator[House]:
    """Start Chaperone as `serve` does; without an address it brings its own demo site."""
    port = unused_port()
    settings = read_settings(
        {},
        nightscout_url=url,
        nightscout_token=token,
        data=data / "house",
        port=port,
        owner_port=unused_port(),
    )
    async with app.serving(settings) as inside:
        yield House(inside, f"http://127.0.0.1:{port}", site, feed)


@asynccontextmanager
async def demo_house(data: Path, *, between: Sequence[Middleware] = ()) -> AsyncIterator[House]:
    """Start Chaperone before a demo site that lives when it is told to; `between` may stand in the way to it."""
    site = site_of("browser", time.time_ns() // 1_000_000, days=8)
    served = make_app(site, now=clock, delay=0)
    served.middlewares.extend(between)
    async with TestServer(served) as server:
        address = str(server.make_url("")).rstrip("/")
        async with open_house(data, address, TOKEN, site=site, feed=served[SOCKETS]) as house:
            yield house


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start a browser that keeps nothing."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def window(browser: Browser, **options: Any) -> AsyncIterator[Page]:
    """Open a page of its own: another window's cookies are not in it."""
    chosen: dict[str, Any] = {"viewport": WIDE, **options}
    async with await browser.new_context(**chosen) as context:
        context.set_default_timeout(PATIENCE)
        yield await context.new_page()


@asynccontextmanager
async def kept_chromium(profile: Path) -> AsyncIterator[BrowserContext]:
    """Start a browser that keeps in a folder what it keeps."""
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=ARGS, viewport=WIDE
        )
        context.set_default_timeout(PATIENCE)
        try:
            yield context
        finally:
            await context.close()


def faults_of(page: Page) -> list[str]:
    """Collect what goes wrong on a page from now on, and at which address. Leaving a page that loads is no fault."""
    heard: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            heard.append(f"{message.text} {message.location['url']}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


async def sign_in(page: Page, minted: Minted) -> None:
    """Open the link, type the PIN, and say that it is the right patient."""
    await page.goto(minted.link)
    await page.fill("#passcode", minted.passcode)
    await page.click("button.primary")
    await page.click("#onward")
    await page.wait_for_selector(
        "main a[href='/visit/home'], main a[href='/'], form[action='/visit/finish']", state="attached"
    )


async def open_dashboard(page: Page, house: House, minted: Minted) -> None:
    """Sign in, and wait until the demo site's dashboard is live."""
    await sign_in(page, minted)
    await page.goto(house.url)
    await page.wait_for_selector("#state.live")
    await page.wait_for_selector("#chaperone-strip strong")


async def see_a_reading_arrive(page: Page, house: House) -> None:
    """Let a reading arrive, and wait until the page shows it."""
    before = await page.inner_text("#since")
    # The page tells moments to the second: two readings within one would look alike.
    await asyncio.sleep(1 - time.time() % 1)
    value = house.let_a_reading_arrive()
    await page.wait_for_function("old => document.getElementById('since').innerText !== old", arg=before)
    assert await page.inner_text("#value") == str(value)


async def has_ended(page: Page) -> bool:
    """Wait until a page has become the one that says so, with nobody touching it."""
    await page.wait_for_selector("h1:text-is('This access has ended')")
    return await page.locator("main").count() == 1
