"""Passkeys: made, used, and every way in which an answer is not one."""

import json

import pytest

from proxy.owner.passkeys import LASTS
from proxy.owner.sessions import owners
from tests.owner.authenticator import Authenticator
from tests.owner.place import PASSPHRASE, Answer, Browser, Place, console_place


async def with_passkey(place: Place, *, phone: Authenticator | None = None) -> tuple[Browser, Authenticator]:
    """Give a browser in which the first owner has set up a passkey, and the device that holds it."""
    browser, phone = place.browser(), phone or Authenticator(place.console.origin)
    form = {"csrf": await browser.csrf("/set-up"), "code": await place.code(), "name": "Ada"}
    await browser.post("/set-up", form)
    page = await browser.get("/set-up/choose")
    sent = {"csrf": page.hidden("csrf"), "credential": phone.create(page.options())}
    answer = await browser.post("/set-up/passkey", sent)
    assert answer.status == 303, answer.text
    return browser, phone


async def sign_in(browser: Browser, phone: Authenticator, page: Answer | None = None) -> Answer:
    page = page or await browser.get("/sign-in")
    sent = {"csrf": page.hidden("csrf"), "credential": phone.get(page.options())}
    return await browser.post("/sign-in/passkey", sent)


async def test_a_passkey_alone_sets_up_and_signs_in() -> None:
    async with console_place() as place:
        _, phone = await with_passkey(place)
        browser = place.browser()
        assert (await sign_in(browser, phone)).location == "/"
        assert (await browser.get("/settings")).status == 200
        assert [(each["did"], each["how"]) for each in await place.log()] == [
            ("owner added", "passkey"),
            ("sign-in", "passkey"),
        ]


async def test_from_the_internet_a_passkey_is_enough_to_share() -> None:
    async with console_place(owner_url="https://console.example") as place:
        await with_passkey(place)
        (owner,) = await owners(place.store)
        assert place.console.may_share(owner.value)


async def test_an_answer_counts_once() -> None:
    async with console_place() as place:
        _, phone = await with_passkey(place)
        browser = place.browser()
        page = await browser.get("/sign-in")
        sent = {"csrf": page.hidden("csrf"), "credential": phone.get(page.options())}
        assert (await browser.post("/sign-in/passkey", sent)).status == 303
        thief = place.browser()
        thief.cookies = {name: value for name, value in browser.cookies.items() if name.endswith("-before")}
        assert (await thief.post("/sign-in/passkey", sent)).status == 401


async def test_an_answer_counts_only_in_the_browser_that_asked() -> None:
    async with console_place() as place:
        _, phone = await with_passkey(place)
        asked, other = place.browser(), place.browser()
        credential = phone.get((await asked.get("/sign-in")).options())
        sent = {"csrf": await other.csrf(), "credential": credential}
        assert (await other.post("/sign-in/passkey", sent)).status == 401


async def test_a_challenge_runs_out() -> None:
    async with console_place() as place:
        _, phone = await with_passkey(place)
        browser = place.browser()
        page = await browser.get("/sign-in")
        place.clock.now += LASTS + 1
        assert (await sign_in(browser, phone, page)).status == 401
        assert (await sign_in(browser, phone)).status == 303


@pytest.mark.parametrize("what", ["origin", "verifies", "key", "count", "credential"])
async def test_what_is_not_this_owners_device_on_this_site_opens_nothing(what: str) -> None:
    async with console_place() as place:
        _, phone = await with_passkey(place)
        for _ in range(2):
            assert (await sign_in(place.browser(), phone)).status == 303
        match what:
            case "origin":
                phone.origin = "https://console.evil.example"
            case "verifies":
                phone.verifies = False
            case "key":
                phone.key = Authenticator("").key
            case "count":
                phone.count = 0
            case _:
                phone.credential = b"another"
        assert (await sign_in(place.browser(), phone)).status == 401


async def test_a_challenge_of_somebody_elses_making_is_refused() -> None:
    async with console_place() as place:
        _, phone = await with_passkey(place)
        browser = place.browser()
        page = await browser.get("/sign-in")
        for challenge in ("", "AAAA", "A" * 75, "not base64 ~"):
            options = json.dumps(json.loads(page.options()) | {"challenge": challenge})
            sent = {"csrf": page.hidden("csrf"), "credential": phone.get(options)}
            assert (await browser.post("/sign-in/passkey", sent)).status == 401


@pytest.mark.parametrize(
    "sent", ["", "{}", "[]", "null", '{"response":1}', '{"response":{"clientDataJSON":"W10"}}', "[" * 20_000]
)
async def test_what_is_no_answer_at_all_is_refused(sent: str) -> None:
    async with console_place() as place:
        await with_passkey(place)
        browser = place.browser()
        form = {"csrf": await browser.csrf(), "credential": sent}
        assert (await browser.post("/sign-in/passkey", form)).status == 401


async def test_a_challenge_for_signing_in_confirms_nothing() -> None:
    async with console_place() as place:
        _, phone = await with_passkey(place)
        browser = place.browser()
        page = await browser.get("/sign-in")
        await sign_in(browser, phone, page)
        place.clock.now += 11 * 60_000
        csrf = await browser.csrf("/settings")
        again = await browser.get("/sign-in", headers={})
        assert again.status == 303
        stranger = place.browser()
        options = (await stranger.get("/sign-in")).options()
        form = {"csrf": csrf, "name": "Bob", "confirm_passkey": phone.get(options)}
        assert (await browser.post("/settings/owners", form)).status == 403


async def test_a_passkey_confirms_in_the_same_tap() -> None:
    async with console_place() as place:
        browser, phone = await with_passkey(place)
        place.clock.now += 11 * 60_000
        page = await browser.get("/settings")
        form = {
            "csrf": page.hidden("csrf"),
            "name": "Bob",
            "confirm_passkey": phone.get(page.options("data-confirm")),
        }
        answer = await browser.post("/settings/owners", form)
        assert answer.status == 200
        assert "Set-up code for Bob" in answer.text


async def test_a_second_passkey_is_added_and_the_first_removed_but_never_the_last() -> None:
    async with console_place() as place:
        browser, phone = await with_passkey(place)
        tablet = Authenticator(place.console.origin, credential=b"tablet")
        page = await browser.get("/settings")
        form = {"csrf": page.hidden("csrf"), "name": "Tablet", "credential": tablet.create(page.options())}
        assert (await browser.post("/settings/passkeys", form)).status == 303
        (owner,) = await owners(place.store)
        first, second = owner.value.passkeys
        assert second.name == "Tablet"
        for passkey, status in ((first, 303), (second, 400)):
            form = {"csrf": await browser.csrf("/settings"), "passkey": passkey.id}
            assert (await browser.post("/settings/passkeys/remove", form)).status == status
        assert (await sign_in(place.browser(), phone)).status == 401
        assert (await sign_in(place.browser(), tablet)).status == 303


async def test_a_console_opened_by_a_number_offers_no_passkeys() -> None:
    async with console_place(owner_url="http://127.0.0.1:9") as place:
        assert "data-passkey" not in (await place.browser().get("/sign-in")).text
        browser = await place.signed_in()
        assert "data-passkey" not in (await browser.get("/settings")).text
        assert (await place.browser().sign_in("Ada", PASSPHRASE)).status == 303
