"""“Ask me at the first opening”: the right PIN waits, the owner's yes opens, and nothing else does."""

import re

import pytest

from tests.owner.both import Both, Clinic, both_sides
from tests.owner.place import Answer, Browser
from tests.owner.shares import plain, records, secrets, share, visits


async def asked(both: Both) -> tuple[Browser, Clinic, str, Answer]:
    """Share so that the owner is asked, and type the right PIN in the clinic."""
    browser, clinic = await both.place.signed_in(), both.clinic()
    _link, code, pin = secrets(await share(browser, ask_first="yes"))
    [grant] = await visits(both.house.store)
    answer = await clinic.post("/visit", {"code": code, "passcode": pin})
    return browser, clinic, grant.id, answer


async def test_the_owners_yes_opens_it() -> None:
    async with both_sides() as both:
        browser, clinic, grant, answer = await asked(both)
        assert (answer.status, answer.location) == (303, "/visit/waiting")
        word = re.search(r'class="word">([a-z]+ \d\d)<', (await clinic.get("/visit/waiting")).text)
        assert not await clinic.is_in()
        page = await browser.get(f"/share/{grant}")
        assert word
        assert word.group(1) in page.text
        form = {"csrf": page.hidden("csrf"), "browser": page.hidden("browser")}
        assert (await browser.post(f"/share/{grant}/open", form)).location == f"/share/{grant}"
        assert (await clinic.post("/visit/waiting")).status == 303
        assert await clinic.is_in()
        outcomes = [
            each.get("outcome")
            for each in await records(both.house.store, (await visits(both.house.store))[0])
        ]
        assert outcomes == [None, "waits", "entered", None]
        assert [each["did"] for each in await both.place.log()][-1] == "opening allowed"


@pytest.mark.parametrize("answered", [False, True])
async def test_silence_and_a_no_look_alike_and_open_nothing(answered: bool) -> None:
    async with both_sides() as both:
        browser, clinic, grant, _answer = await asked(both)
        page = await browser.get(f"/share/{grant}")
        if answered:
            form = {"csrf": page.hidden("csrf"), "browser": page.hidden("browser")}
            assert (await browser.post(f"/share/{grant}/not-now", form)).status == 303
        assert (await clinic.get("/visit/waiting/state")).text == '{"state":"waiting"}'
        assert "Not yet." in (await clinic.post("/visit/waiting")).text
        assert not await clinic.is_in()
        both.house.clock.now += 15 * 60_000
        assert (await clinic.get("/visit/waiting/state")).text == '{"state":"gone"}'
        [kept] = await visits(both.house.store)
        assert kept.opened_at is None


async def test_a_dead_console_opens_nothing_however_often_the_pin_is_typed() -> None:
    async with both_sides() as both:
        browser = await both.place.signed_in()
        _link, code, pin = secrets(await share(browser, ask_first="yes"))
        for _ in range(12):
            clinic = both.clinic()
            answer = await clinic.post("/visit", {"code": code, "passcode": pin})
            assert answer.location == "/visit/waiting"
            assert not await clinic.is_in()
            both.house.clock.now += 60_000
        [grant] = await visits(both.house.store)
        assert (grant.opened_at, grant.tries_left) == (None, 10)


async def test_a_yes_is_for_one_browser_and_once() -> None:
    async with both_sides() as both:
        browser, clinic, grant, _answer = await asked(both)
        page = await browser.get(f"/share/{grant}")
        form = {"csrf": page.hidden("csrf"), "browser": page.hidden("browser")}
        await browser.post(f"/share/{grant}/open", form)
        assert "Nobody waits" in plain(await browser.post(f"/share/{grant}/open", form))
        other = both.clinic()
        other.cookies = {name: value[:-1] + "A" for name, value in clinic.cookies.items()}
        assert (await other.post("/visit/waiting")).status == 401
        assert (await clinic.post("/visit/waiting")).status == 303


async def test_a_wrong_pin_does_not_ask_the_owner() -> None:
    async with both_sides() as both:
        browser = await both.place.signed_in()
        _link, code, pin = secrets(await share(browser, ask_first="yes"))
        wrong = f"{(int(pin) + 1) % 1_000_000:06d}"
        answer = await both.clinic().post("/visit", {"code": code, "passcode": wrong})
        assert answer.status == 401
        [grant] = await visits(both.house.store)
        assert "Somebody wants to open it" not in (await browser.get(f"/share/{grant.id}")).text


async def test_after_the_first_opening_the_pin_is_enough() -> None:
    async with both_sides() as both:
        browser = await both.place.signed_in()
        _link, code, pin = secrets(await share(browser, ask_first="yes"))
        first, second = both.clinic(), both.clinic()
        await first.post("/visit", {"code": code, "passcode": pin})
        [grant] = await visits(both.house.store)
        page = await browser.get(f"/share/{grant.id}")
        form = {"csrf": page.hidden("csrf"), "browser": page.hidden("browser")}
        await browser.post(f"/share/{grant.id}/open", form)
        await first.post("/visit/waiting")
        await second.post("/visit", {"code": code, "passcode": pin})
        assert await second.is_in()


async def test_nobody_says_yes_from_elsewhere() -> None:
    async with both_sides() as both:
        browser, clinic, grant, _answer = await asked(both)
        page = await browser.get(f"/share/{grant}")
        form = {"csrf": page.hidden("csrf"), "browser": page.hidden("browser")}
        evil = {"Origin": both.house.gate.public_url}
        assert (await browser.post(f"/share/{grant}/open", form, headers=evil)).status == 403
        assert (await browser.post(f"/share/{grant}/open", form | {"csrf": "x"})).status == 403
        assert (await both.place.browser().post(f"/share/{grant}/open", form)).status == 303
        both.house.clock.now += 11 * 60_000
        assert "Is it you?" in (await browser.post(f"/share/{grant}/open", form)).text
        assert "Not yet." in (await clinic.post("/visit/waiting")).text


async def test_a_link_holder_who_burns_the_tries_is_beaten_by_a_new_pin() -> None:
    async with both_sides() as both:
        browser = await both.place.signed_in()
        link, code, pin = secrets(await share(browser))
        inside = both.clinic()
        await inside.post("/visit", {"code": code, "passcode": pin})
        assert await inside.is_in()
        wrong = f"{(int(pin) + 1) % 1_000_000:06d}"
        for _ in range(10):
            await both.clinic().post("/visit", {"link": link, "passcode": wrong})
        closed = await both.clinic().post("/visit", {"code": code, "passcode": pin})
        assert closed.status == 403
        assert await inside.is_in()
        [grant] = await visits(both.house.store)
        page = await browser.get(f"/share/{grant.id}")
        assert "Ten wrong PINs" in plain(page)
        fresh = secrets(await browser.post(f"/share/{grant.id}/pin", {"csrf": page.hidden("csrf")}))[2]
        again = both.clinic()
        await again.post("/visit", {"code": code, "passcode": fresh})
        assert await again.is_in()
