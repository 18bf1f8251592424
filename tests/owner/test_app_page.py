"""The authenticator app and the recovery codes."""

import re

import pyotp

from proxy.owner.sessions import owners
from tests.owner.place import Browser, Place, console_place

STEP = 30_000


async def with_app(place: Place) -> tuple[Browser, pyotp.TOTP, list[str]]:
    """Give a browser in which Ada has set up an app, the app, and her recovery codes."""
    browser = await place.signed_in()
    page = await browser.get("/settings/app")
    found = re.search(r'<code class="block">([^<]+)<', page.text)
    assert found
    app = pyotp.TOTP(found.group(1).replace(" ", ""))
    form = {"csrf": page.hidden("csrf"), "sealed": page.hidden("sealed"), "code": now(place, app)}
    answer = await browser.post("/settings/app", form)
    assert answer.status == 200, answer.text
    return browser, app, re.findall(r"<li><code>([^<]+)</code>", answer.text)


def now(place: Place, app: pyotp.TOTP, *, steps: int = 0) -> str:
    return app.generate_otp(place.clock() // STEP + steps)


async def test_with_an_app_name_and_passphrase_need_its_code() -> None:
    async with console_place() as place:
        _, app, codes = await with_app(place)
        assert len(codes) == 10
        place.clock.now += STEP
        assert (await place.browser().sign_in()).status == 401
        assert (await place.browser().sign_in(code="000000")).status == 401
        assert (await place.browser().sign_in(code=now(place, app))).status == 303
        did = [(each["did"], each.get("how")) for each in await place.log()]
        assert did[-1] == ("sign-in", "passphrase and app code")


async def test_a_code_counts_once_and_only_around_its_time() -> None:
    async with console_place() as place:
        _, app, _ = await with_app(place)
        # The one with which the app was set up is used up too.
        assert (await place.browser().sign_in(code=now(place, app))).status == 401
        place.clock.now += 10 * STEP
        code = now(place, app)
        for steps in (-2, 2):
            assert (await place.browser().sign_in(code=now(place, app, steps=steps))).status == 401
        assert (await place.browser().sign_in(code=code)).status == 303
        assert (await place.browser().sign_in(code=code)).status == 401


async def test_a_clock_that_is_half_a_minute_off_is_forgiven() -> None:
    async with console_place() as place:
        _, app, _ = await with_app(place)
        place.clock.now += 10 * STEP
        assert (await place.browser().sign_in(code=now(place, app, steps=1))).status == 303
        assert (await place.browser().sign_in(code=now(place, app))).status == 401


async def test_a_recovery_code_works_once_however_it_is_typed() -> None:
    async with console_place() as place:
        _, _, codes = await with_app(place)
        typed = codes[0].lower().replace("-", " ")
        assert (await place.browser().sign_in(code=typed)).status == 303
        assert (await place.browser().sign_in(code=codes[0])).status == 401
        assert (await place.browser().sign_in(code=codes[1])).status == 303
        (owner,) = await owners(place.store)
        assert len(owner.value.recovery) == 8


async def test_a_code_is_not_used_up_beside_a_wrong_passphrase() -> None:
    async with console_place() as place:
        _, _, codes = await with_app(place)
        assert (await place.browser().sign_in(passphrase="wrong wrong wrong", code=codes[0])).status == 401
        assert (await place.browser().sign_in(code=codes[0])).status == 303


async def test_new_recovery_codes_end_the_earlier_ones() -> None:
    async with console_place() as place:
        browser, _, codes = await with_app(place)
        answer = await browser.post("/settings/recovery", {"csrf": await browser.csrf("/settings")})
        fresh = re.findall(r"<li><code>([^<]+)</code>", answer.text)
        assert not set(fresh) & set(codes)
        assert (await place.browser().sign_in(code=codes[0])).status == 401
        assert (await place.browser().sign_in(code=fresh[0])).status == 303


async def test_the_code_of_the_app_confirms() -> None:
    async with console_place() as place:
        browser, app, _ = await with_app(place)
        place.clock.now += 11 * 60_000
        form = {"csrf": await browser.csrf("/settings"), "name": "Bob", "confirm_secret": now(place, app)}
        assert "Set-up code for Bob" in (await browser.post("/settings/owners", form)).text


async def test_a_wrong_code_sets_up_nothing_and_keeps_the_same_secret() -> None:
    async with console_place() as place:
        browser = await place.signed_in()
        page = await browser.get("/settings/app")
        form = {"csrf": page.hidden("csrf"), "sealed": page.hidden("sealed"), "code": "000000"}
        answer = await browser.post("/settings/app", form)
        assert answer.status == 400
        assert re.findall(r'class="block">([^<]+)<', answer.text) == re.findall(
            r'class="block">([^<]+)<', page.text
        )
        (owner,) = await owners(place.store)
        assert not owner.value.totp


async def test_a_secret_of_another_browsers_page_is_not_taken() -> None:
    async with console_place() as place:
        browser = await place.signed_in()
        other = place.browser()
        await other.sign_in()
        foreign = (await other.get("/settings/app")).hidden("sealed")
        for sealed in (foreign, "", "x", "AAAA" * 30, "ä"):
            form = {"csrf": await browser.csrf("/settings"), "sealed": sealed, "code": "123456"}
            assert (await browser.post("/settings/app", form)).status == 400


async def test_a_copy_of_the_store_gives_no_codes() -> None:
    async with console_place() as place:
        _, app, codes = await with_app(place)
        (owner,) = await owners(place.store)
        kept = repr(owner.value)
        assert app.secret not in kept
        assert not any(code in kept for code in codes)


async def test_without_the_app_the_passphrase_is_enough_again() -> None:
    async with console_place() as place:
        browser, _, _ = await with_app(place)
        await browser.post("/settings/app/remove", {"csrf": await browser.csrf("/settings")})
        assert (await place.browser().sign_in()).status == 303
