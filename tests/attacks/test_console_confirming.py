"""Attacks on sessions of the console, and on what an unlocked phone may do."""

from dataclasses import replace

import pytest
from aiohttp import web

from proxy.owner.console import Console
from proxy.owner.sessions import owners
from proxy.owner.signed import signed_in
from proxy.owner.turn import Turn
from tests.attacks.console import MINUTE, is_in
from tests.owner.authenticator import Authenticator
from tests.owner.place import PASSPHRASE, Browser, console_place

# Sessions


async def test_a_session_that_was_planted_stays_worthless() -> None:
    async with console_place() as place:
        await place.signed_in()
        browser = place.browser()
        planted = {place.console.cookie.name: "p" * 22, f"{place.console.cookie.name}-before": "q" * 22}
        browser.cookies |= planted
        await browser.sign_in()
        assert browser.cookies[place.console.cookie.name] != "p" * 22
        attacker = place.browser()
        attacker.cookies |= planted
        assert not await is_in(attacker)


async def test_signing_in_again_ends_the_session_that_this_browser_had() -> None:
    async with console_place() as place:
        browser, copied = await place.signed_in(), place.browser()
        copied.cookies = dict(browser.cookies)
        csrf = await browser.csrf("/set-up")
        await browser.post("/sign-in", {"csrf": csrf, "name": "Ada", "passphrase": PASSPHRASE})
        assert await is_in(browser)
        assert not await is_in(copied)


async def test_a_session_ends_at_sign_out_for_whoever_copied_it() -> None:
    async with console_place() as place:
        browser = await place.signed_in()
        copied = place.browser()
        copied.cookies = dict(browser.cookies)
        answer = await browser.post("/sign-out", {"csrf": await browser.csrf("/settings")})
        assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
        assert not await is_in(copied)


@pytest.mark.parametrize(
    ("remember", "minutes", "still"),
    [("", 59, True), ("", 61, False), ("yes", 29 * 1440, True), ("yes", 30 * 1440, False)],
)
async def test_how_long_a_sign_in_lasts(remember: str, minutes: int, still: bool) -> None:
    async with console_place() as place:
        browser = await place.signed_in(**({"remember": remember} if remember else {}))
        place.clock.now += minutes * MINUTE
        assert await is_in(browser) is still


async def test_the_store_holds_no_cookie_passphrase_or_code() -> None:
    async with console_place() as place:
        code = await place.code()
        browser = place.browser()
        await browser.set_up(code)
        kept = repr(vars(place.store)).encode()
        kept += b"".join(each.body for each in vars(place.store)["_documents"].values())
        assert b"Ada" in kept
        for secret in (code, code.replace("-", ""), PASSPHRASE, browser.cookies[place.console.cookie.name]):
            assert secret.encode() not in kept


# Confirming


async def shared(turn: Turn) -> web.Response:
    return web.Response(text=f"shared with {turn.form.get('clinician')}")


def more(console: Console) -> list[web.RouteDef]:
    return [web.post("/try-share", signed_in(console, shared, share=True))]


async def test_an_unlocked_phone_alone_shares_nothing() -> None:
    async with console_place(more=more) as place:
        browser = await place.signed_in(remember="yes")
        csrf = await browser.csrf("/settings")
        form = {"csrf": csrf, "clinician": "Clinic <b>"}
        assert (await browser.post("/try-share", form)).text == "shared with Clinic <b>"
        place.clock.now += 11 * MINUTE
        asked = await browser.post("/try-share", form)
        assert asked.status == 403
        assert asked.hidden("clinician") == "Clinic <b>"
        wrong = await browser.post("/try-share", {**form, "confirm_secret": "wrong wrong wrong"})
        assert wrong.status == 403
        right = await browser.post("/try-share", {**form, "confirm_secret": PASSPHRASE})
        assert right.text == "shared with Clinic <b>"
        assert (await browser.post("/try-share", form)).status == 200
        assert [each["did"] for each in await place.log()] == ["owner added", "not confirmed", "confirm"]


async def test_guessing_at_a_confirmation_is_slowed_too() -> None:
    async with console_place(more=more) as place:
        browser = await place.signed_in(remember="yes")
        form = {"csrf": await browser.csrf("/settings"), "clinician": "x"}
        place.clock.now += 11 * MINUTE
        for number in range(5):
            await browser.post("/try-share", {**form, "confirm_secret": f"wrong wrong {number}"})
        assert (await browser.post("/try-share", {**form, "confirm_secret": PASSPHRASE})).status == 403


async def test_from_the_internet_a_passphrase_is_no_way_around_the_passkey() -> None:
    async with console_place(owner_url="https://console.example", more=more) as place:
        phone = Authenticator(place.console.origin)
        owner = await place.signed_in()
        page = await owner.get("/settings")
        made = {"csrf": page.hidden("csrf"), "credential": phone.create(page.options())}
        assert (await owner.post("/settings/passkeys", made)).status == 303
        thief = place.browser()
        assert (await thief.sign_in()).status == 303
        page = await thief.get("/settings")
        csrf = page.hidden("csrf")
        for path, form in (
            ("/try-share", {"clinician": "x"}),
            (
                "/settings/passkeys",
                {"credential": Authenticator(place.console.origin).create(page.options())},
            ),
            ("/settings/owners", {"name": "Eve"}),
            ("/settings/app", {}),
        ):
            for more_words in ({}, {"confirm_secret": PASSPHRASE}):
                answer = await thief.post(path, {"csrf": csrf, **form, **more_words})
                assert (answer.status, "Is it you?" in answer.text) == (403, True), path
        form = {"csrf": await owner.csrf("/settings"), "clinician": "x"}
        assert (await owner.post("/try-share", form)).text == "shared with x"
        page = await thief.get("/settings")
        proof = phone.get(page.options("data-confirm"))
        shown = {"csrf": csrf, "clinician": "y", "confirm_passkey": proof}
        assert (await thief.post("/try-share", shown)).text == "shared with y"


async def test_a_removed_owner_does_not_come_back_by_a_code_of_their_own() -> None:
    async with console_place() as place:
        ada, bob = await place.signed_in(), place.browser()
        await bob.set_up(await invite(ada, "Bob"), passphrase="bobs own four words")
        for_eve = await invite(bob, "Eve")
        page = await ada.get("/settings")
        await ada.post(
            "/settings/owners/remove", {"csrf": page.hidden("csrf"), "owner": page.hidden("owner")}
        )
        assert (await bob.set_up(for_eve)).status == 401


async def invite(browser: Browser, name: str) -> str:
    answer = await browser.post("/settings/owners", {"csrf": await browser.csrf("/settings"), "name": name})
    return answer.text.partition('class="large"><code>')[2].partition("<")[0]


async def test_from_the_internet_a_passphrase_alone_shares_nothing() -> None:
    async with console_place(owner_url="https://console.example", more=more) as place:
        browser = await place.signed_in()
        form = {"csrf": await browser.csrf("/settings"), "clinician": "x"}
        answer = await browser.post("/try-share", form)
        assert answer.status == 403
        assert "authenticator app" in answer.text
        (owner,) = await owners(place.store)
        assert place.console.may_share(replace(owner.value, totp=b"x"))


# A clock that was wrong


async def test_a_phone_confirmed_while_the_clock_was_ahead_does_not_share_for_a_year() -> None:
    async with console_place() as place:
        right = place.clock.now
        place.clock.now += 365 * 1440 * MINUTE
        phone = await place.signed_in(remember="yes")
        csrf = await phone.csrf("/settings")
        place.clock.now = right
        assert not await is_in(phone)
        assert (await phone.post("/settings/owners", {"csrf": csrf, "name": "Eve"})).location == "/sign-in"
        assert [each.value.name for each in await owners(place.store)] == ["Ada"]
