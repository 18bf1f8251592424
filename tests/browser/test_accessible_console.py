"""Every page of the owner's console under axe-core: phone and desktop, light and dark, nothing serious."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Route

from proxy.core.ask import ASK, Ask, encode
from proxy.core.record import Draft, Kind, Value
from proxy.core.waiting import WAITING, Waiting
from proxy.core.waiting import encode as encode_waiting
from proxy.house import clock
from tests.browser.eyes import Eyes
from tests.browser.house import House, needs_chromium, window
from tests.browser.test_console_share import phone
from tests.owner.place import PASSPHRASE, Place, console_place

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="session")]
FAR = "https://console.example"
UNFOLD = "document.querySelectorAll('main details').forEach(each => { each.open = true })"


@asynccontextmanager
async def reached_from_afar(browser: Browser) -> AsyncIterator[tuple[Eyes, Place]]:
    """Open a console that stands on the internet, where a passphrase needs a companion."""
    async with console_place(owner_url=FAR) as place, window(browser, bypass_csp=True) as page:

        async def hand_on(route: Route) -> None:
            asked = route.request
            headers = {**await asked.all_headers(), "host": place.host}
            async with place.http.request(
                asked.method,
                asked.url.replace(FAR, place.server),
                headers=headers,
                data=asked.post_data,
                allow_redirects=False,
            ) as answer:
                told = dict(answer.headers)
                await route.fulfill(status=answer.status, headers=told, body=await answer.read())

        await page.route(f"{FAR}/**", hand_on)
        yield Eyes(page), place


async def test_coming_in(browser: Browser, house: House) -> None:
    origin = house.inside.settings.owner_origin
    async with window(browser, bypass_csp=True) as page:
        eyes = Eyes(page)
        for path in ("/sign-in", "/set-up", "/nothing-here"):
            await page.goto(f"{origin}{path}")
            await eyes.look(f"console{path.replace('/', '-')}")
        await page.goto(f"{origin}/set-up")
        await page.fill("#code", "AAAAA-AAAAA")
        await page.fill("#name", "Ada")
        await page.click("main button.primary")
        await page.wait_for_selector("#fault")
        await eyes.look("console-set-up-wrong")
    assert eyes.found == []


async def test_a_second_factor(browser: Browser) -> None:
    async with reached_from_afar(browser) as (eyes, place):
        page = eyes.page
        await page.goto(f"{FAR}/set-up")
        await page.fill("#code", await place.code())
        await page.fill("#name", "Ada")
        await page.click("main button.primary")
        await page.wait_for_url("**/set-up/choose")
        await eyes.look("console-choose")
        await page.fill("#passphrase", PASSPHRASE)
        await page.fill("#again", PASSPHRASE)
        await page.click("text=Use this passphrase")
        await page.wait_for_selector("nav")
        await page.goto(f"{FAR}/pair/0123456789abcdef")
        assert "One more step" in await page.inner_text("h1")
        await eyes.look("console-second-factor")
        await page.goto(f"{FAR}/settings/app")
        await eyes.look("console-app")
    assert eyes.found == []


async def test_recovery_codes_and_is_it_you(browser: Browser) -> None:
    async with console_place() as place, window(browser, bypass_csp=True) as page:
        ada, eyes = await place.signed_in(), Eyes(page)
        cookies = [
            {"name": name, "value": value, "url": place.console.origin} for name, value in ada.cookies.items()
        ]
        await page.context.add_cookies(cookies)  # type: ignore[arg-type]  # plain dicts in place of typed ones
        await page.goto(f"{place.console.origin}/settings/app")
        await page.fill("#code", _code_of(await page.inner_text("code.block"), place.clock()))
        await page.click("text=Use this app")
        await page.wait_for_selector("ol.codes")
        await eyes.look("console-recovery")
        place.clock.now += 11 * 60_000
        await page.goto(f"{place.console.origin}/settings")
        await page.fill("#new-owner", "Bob")
        await page.click("text=Make a set-up code for them")
        await page.wait_for_selector("#secret")
        await eyes.look("console-is-it-you")
        await page.fill("#secret", "wrong")
        await page.click("button:has-text('Confirm')")
        await page.wait_for_selector("#fault")
        await eyes.look("console-is-it-you-wrong")
    assert eyes.found == []


def _code_of(secret: str, now: int) -> str:
    import pyotp  # noqa: PLC0415 - only this test counts codes

    return pyotp.TOTP("".join(secret.split())).at(now // 1000)


async def test_sharing(browser: Browser, house: House) -> None:
    origin, store = house.inside.settings.owner_origin, house.inside.store
    async with phone(browser, house, bypass_csp=True, is_mobile=False) as page:
        eyes = Eyes(page)
        await page.goto(f"{origin}/share")
        await page.click("summary:has-text('More choices')")
        await eyes.look("console-share")
        await page.get_by_role("button", name="Adjust for this visit").click()
        await page.wait_for_selector("#switches")
        await eyes.look("console-adjust")
        await page.goto(f"{origin}/share")
        await page.get_by_role("button", name="See exactly what they will see").click()
        await page.wait_for_selector("text=Open the preview")
        await eyes.look("console-preview")
        await page.goto(f"{origin}/share")
        await page.fill("#clinician", "Dr Berg")
        await page.get_by_role("button", name="Share by link").click()
        await page.wait_for_selector("#link")
        await eyes.look("console-shared-link")
        await page.get_by_role("button", name="Next: the PIN").click()
        await eyes.look("console-shared-pin")
        waiting = Waiting("pairing", "0" * 64, "otter", "Windows PC", "10.1.2.0/24", clock())
        await store.put(WAITING, "0123456789abcdef", encode_waiting(waiting), version=None)
        await page.goto(f"{origin}/pair/0123456789abcdef")
        await eyes.look("console-pair")
        await page.goto(f"{origin}/share")
        await page.fill("#clinician", "Diabetes clinic")
        await page.get_by_role("button", name="Share here").click()
        await page.wait_for_selector("#room")
        await eyes.look("console-shared-room")
        opening = Waiting("opening", "0" * 64, "otter", "Mac", "10.1.2.0/24", clock())
        grant = page.url.rpartition("/")[2]
        await store.put(WAITING, f"{grant}/0123456789abcdef", encode_waiting(opening), version=None)
        await page.goto(f"{origin}/share/{grant}")
        await page.wait_for_selector("text=Somebody wants to open it")
        await eyes.look("console-somebody-waits")
    assert eyes.found == []


async def test_watching(browser: Browser, house: House) -> None:
    origin, store = house.inside.settings.owner_origin, house.inside.store
    live, over, erased = await house.mint(), await house.mint(), await house.mint()
    await _used(house, live.grant.id)
    for ended in (over, erased):
        await house.revoke(ended)
    await store.erase(erased.grant.id, day="2026-11-23")
    question = Ask("settings", clock(), (clock(),))
    await store.put(ASK, live.grant.id, encode(question), version=None)
    async with phone(browser, house, bypass_csp=True, is_mobile=False) as page:
        eyes = Eyes(page)
        for name, path in {
            "access": "/access",
            "access-live": f"/access/{live.grant.id}",
            "access-over": f"/access/{over.grant.id}",
            "access-erased": f"/access/{erased.grant.id}",
            "receipt": f"/access/{over.grant.id}/receipt",
            "receipt-so-far": f"/access/{live.grant.id}/receipt",
            "outside": "/access/outside",
            "asks": "/asks",
            "notices": "/notices",
            "log": "/console-log",
        }.items():
            await page.goto(f"{origin}{path}")
            await page.evaluate(UNFOLD)
            await eyes.look(f"console-{name}")
        await store.drop(ASK, live.grant.id)
        await page.goto(f"{origin}/asks")
        await eyes.look("console-asks-none")
        await house.revoke(live)
    assert eyes.found == []


async def _used(house: House, grant: str) -> None:
    seen: dict[str, Value] = {"device": "Windows PC", "address": "10.1.2.0/24"}
    told: tuple[tuple[Kind, dict[str, Value]], ...] = (
        ("sign_in", {"by": "code", "outcome": "wrong_pin", "tries_left": 9}),
        ("sign_in", {"by": "code", "outcome": "entered"}),
        ("answer", {"door": "summary", "query": "page days=7", "rows": 3, "bytes": 900}),
        ("refusal", {"door": "/pebble", "reason": "not_shared", "status": 403}),
        ("closed", {}),
    )
    for kind, fields in told:
        await house.inside.store.append(grant, Draft(kind, clock(), {**seen, **fields}))


async def test_ones_own_words_and_settings(browser: Browser, house: House) -> None:
    origin = house.inside.settings.owner_origin
    async with phone(browser, house, bypass_csp=True, is_mobile=False) as page:
        eyes = Eyes(page)
        for path in ("/notes", "/notes/nightscout?days=14", "/about-me", "/settings", "/settings/app"):
            await page.goto(f"{origin}{path}")
            await page.evaluate(UNFOLD)
            await eyes.look(f"console{path.partition('?')[0].replace('/', '-')}")
        await page.goto(f"{origin}/about-me")
        await page.fill("#name", "Ada Example")
        await page.get_by_role("button", name="Look first").click()
        await page.wait_for_selector("#seen")
        await eyes.look("console-about-me-looked")
        await page.goto(f"{origin}/inventory")
        await eyes.look("console-inventory")
        await page.click("main button[type=submit]")
        await page.wait_for_selector("main table, main .found, main dl")
        await eyes.look("console-inventory-found")
    assert eyes.found == []
