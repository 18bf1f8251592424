"""Attacks on coming in: the first visitor on a fresh console, and whoever guesses from many addresses."""

import asyncio

from proxy.owner.chain import chains
from proxy.owner.sessions import owners
from proxy.owner.setting_up import offer
from tests.attacks.console import FORMS, MINUTE, PAGES, is_in
from tests.owner.place import PASSPHRASE, Answer, Place, console_place

# The first visitor on a fresh console


async def test_the_first_visitor_without_the_code_gets_nothing() -> None:
    async with console_place() as place:
        await place.code()
        stranger = place.browser()
        for path in PAGES:
            answer = await stranger.get(path)
            assert answer.status in (303, 404), path
        for path in FORMS:
            assert (await stranger.post(path, {"csrf": "x"})).status in (303, 403), path
        for code in ("", "AAAAA-AAAAA", "0" * 10, "given", "None"):
            assert (await stranger.set_up(code)).status == 401
        assert not await is_in(stranger)
        assert await owners(place.store) == []


async def test_a_fresh_console_looks_like_one_that_is_in_use() -> None:
    async with console_place() as fresh, console_place() as used:
        await used.signed_in()
        for path in ("/", "/sign-in", "/set-up", "/settings"):
            one, two = await fresh.browser().get(path), await used.browser().get(path)
            assert (one.status, one.location) == (two.status, two.location)
        for name in ("Ada", "Nobody"):
            assert (await fresh.browser().sign_in(name)).status == (
                await used.browser().sign_in(name, "x" * 20)
            ).status


async def test_a_set_up_code_works_once_even_in_two_browsers_at_a_time() -> None:
    async with console_place() as place:
        code = await place.code()
        browsers = [place.browser(), place.browser()]
        for number, browser in enumerate(browsers):
            form = {"csrf": await browser.csrf("/set-up"), "code": code, "name": f"Owner {number}"}
            assert (await browser.post("/set-up", form)).status == 303
        forms = [
            {"csrf": await browser.csrf("/set-up/choose"), "passphrase": PASSPHRASE, "again": PASSPHRASE}
            for browser in browsers
        ]
        answers = await asyncio.gather(
            *(browser.post("/set-up/passphrase", form) for browser, form in zip(browsers, forms, strict=True))
        )
        assert sorted(answer.status for answer in answers) == [303, 401]
        assert len(await owners(place.store)) == 1
        assert (await place.browser().set_up(code)).status == 401


async def test_a_set_up_code_runs_out() -> None:
    async with console_place() as place:
        code = await place.code()
        place.clock.now += 7 * 24 * 60 * MINUTE
        assert (await place.browser().set_up(code)).status == 401


async def test_whoever_is_setting_up_is_not_in_yet() -> None:
    async with console_place() as place:
        browser = place.browser()
        form = {"csrf": await browser.csrf("/set-up"), "code": await place.code(), "name": "Ada"}
        assert (await browser.post("/set-up", form)).status == 303
        assert not await is_in(browser)


async def test_the_machines_code_makes_no_second_owner() -> None:
    async with console_place() as place:
        code = await offer(place.store, place.console.key, now=place.clock(), random=place.dice)
        await place.signed_in()
        assert (await place.browser().set_up(code, name="Eve")).status == 401


async def test_a_given_passphrase_lets_the_first_owner_in_and_nobody_after() -> None:
    async with console_place(passphrase="from a secret file") as place:
        assert (await place.browser().set_up("from a secret fil")).status == 401
        assert (await place.browser().set_up("from a secret file")).status == 303
        assert (await place.browser().set_up("from a secret file", name="Eve")).status == 401


# Guessing


async def guesses(place: Place, count: int, *, name: str = "Ada") -> list[int]:
    return [
        (await place.browser(f"203.0.{number}.7").sign_in(name, f"wrong guess number {number}")).status
        for number in range(count)
    ]


async def test_guessing_from_many_addresses_is_slowed_like_from_one() -> None:
    async with console_place() as place:
        await place.signed_in()
        assert await guesses(place, 9) == [401] * 5 + [429] * 4
        assert (await place.browser("198.51.100.1").sign_in()).status == 429


async def test_waits_grow() -> None:
    async with console_place() as place:
        await place.signed_in()
        await guesses(place, 6)
        waits = []
        for _ in range(4):
            waited = 0
            while (await guesses(place, 1)) == [429]:
                place.clock.now += 5_000
                waited += 5_000
            waits.append(waited)
        assert waits == sorted(waits)
        assert waits[-1] >= 4 * waits[0] > 0


async def test_unknown_names_wait_like_known_ones_and_get_the_same_answer() -> None:
    async with console_place() as place:
        await place.signed_in()
        assert await guesses(place, 7) == await guesses(place, 7, name="Nobody")
    async with console_place() as place:
        await place.signed_in()
        one, two = place.browser(), place.browser()
        known, unknown = (
            await one.sign_in("Ada", "wrong wrong wrong"),
            await two.sign_in("Eve", "wrong wrong wrong"),
        )
        assert known.status == unknown.status == 401
        assert plain(known) == plain(unknown)


def plain(answer: Answer) -> str:
    """Give a page without what differs each time it is made."""
    options = answer.text.partition('data-options="')[2].partition('"')[0]
    return answer.text.replace(answer.hidden("csrf"), "").replace(options, "")


async def test_guessing_in_all_is_limited_whatever_the_names() -> None:
    async with console_place() as place:
        await place.signed_in()
        answers = [
            (await place.browser().sign_in(f"Name {number}", "wrong wrong wrong")).status
            for number in range(40)
        ]
        assert answers.count(401) <= 26
        assert answers[-1] == 429


async def test_parallel_guesses_can_not_share_a_try() -> None:
    async with console_place() as place:
        await place.signed_in()
        browsers = [place.browser() for _ in range(12)]
        forms = [
            {"csrf": await browser.csrf(), "name": "Ada", "passphrase": f"wrong wrong {number}"}
            for number, browser in enumerate(browsers)
        ]
        answers = await asyncio.gather(
            *(browser.post("/sign-in", form) for browser, form in zip(browsers, forms, strict=True))
        )
        assert sorted(answer.status for answer in answers).count(401) == 5


async def test_strangers_do_not_shut_the_owner_out_of_a_browser_that_is_known() -> None:
    async with console_place() as place:
        browser = await place.signed_in()
        await browser.post("/sign-out", {"csrf": await browser.csrf("/settings")})
        await guesses(place, 8)
        assert (await browser.sign_in()).status == 303


async def test_set_up_codes_are_guessed_no_faster() -> None:
    async with console_place() as place:
        await place.code()
        answers = [(await place.browser(f"203.0.{n}.1").set_up("AAAAA-AAAAA")).status for n in range(8)]
        assert answers == [401] * 5 + [429] * 3


async def test_every_refused_sign_in_is_on_the_owners_record_without_what_was_typed() -> None:
    async with console_place() as place:
        await place.signed_in()
        await place.browser().sign_in("Ada", "my other passphrase")
        await place.browser().sign_in("a passphrase in the wrong field", "x" * 20)
        found = [each for each in await place.log() if each["did"] == "sign-in refused"]
        assert [each["who"] for each in found] == ["Ada", None]
        bodies = [
            record.body
            for chain in await chains(place.store)
            async for record in place.store.records(chain.id)
        ]
        assert not any(b"passphrase in the wrong" in body or b"my other" in body for body in bodies)


async def test_a_code_made_while_the_clock_was_ahead_is_good_for_nothing_afterwards() -> None:
    async with console_place() as place:
        right = place.clock.now
        place.clock.now += 365 * 1440 * MINUTE
        code = await place.code()
        place.clock.now = right
        assert (await place.browser().set_up(code)).status == 401
        assert (await place.browser().set_up(await place.code())).status == 303


async def test_guesses_made_while_the_clock_was_ahead_do_not_shut_the_owner_out_until_then() -> None:
    async with console_place() as place:
        right = place.clock.now
        await place.signed_in()
        place.clock.now += 365 * 1440 * MINUTE
        assert 429 in await guesses(place, 7)
        place.clock.now = right
        assert (await place.browser("198.51.100.1").sign_in()).status == 303


async def test_a_browser_that_keeps_no_cookies_is_told_so_and_gets_nothing() -> None:
    async with console_place() as place:
        code = await place.code()
        for path, more in (("/set-up", {"code": code, "name": "Ada"}), ("/sign-in", {"name": "Ada"})):
            page = await place.browser().get(path)
            answer = await place.browser().post(path, {"csrf": page.hidden("csrf"), **more})
            assert answer.status == 403
            assert "keeps no cookies" in answer.text
            assert place.console.cookie.name not in answer.cookies
        assert (await place.browser().set_up(code)).status == 303
