"""Attacks on the owner's console, through HTTP: each is tried as a stranger would."""

import asyncio
from dataclasses import replace
from html import unescape

import pytest
from aiohttp import web

from proxy.core.owners import session_key
from proxy.core.session import new_session
from proxy.owner.chain import chains
from proxy.owner.console import Console
from proxy.owner.sessions import owners
from proxy.owner.setting_up import offer
from proxy.owner.signed import signed_in
from proxy.owner.turn import Turn, safe_path
from tests.owner.authenticator import Authenticator
from tests.owner.place import PASSPHRASE, Answer, Browser, Place, console_place

MINUTE = 60_000
PAGES = ("/", "/settings", "/settings/app", "/set-up/choose", "/share", "/access", "/nothing")
FORMS = (
    "/sign-out",
    "/settings/passkeys",
    "/settings/passkeys/remove",
    "/settings/passphrase",
    "/settings/sessions/end",
    "/settings/owners",
    "/settings/owners/remove",
    "/settings/app",
    "/settings/app/remove",
    "/settings/recovery",
    "/set-up/passkey",
    "/set-up/passphrase",
)
BEFORE = ("/sign-in", "/sign-in/passkey", "/set-up")


async def is_in(browser: Browser) -> bool:
    return (await browser.get("/settings")).status == 200


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


# Forms


@pytest.mark.parametrize(
    "origin", [None, "null", "https://evil.example", "http://localhost", "http://localhost:1"]
)
async def test_a_form_of_another_origin_changes_nothing(origin: str | None) -> None:
    async with console_place() as place:
        browser = await place.signed_in()
        csrf = await browser.csrf("/settings")
        for path in (*FORMS, *BEFORE):
            headers = {} if origin is None else {"Origin": origin}
            answer = await browser.ask("POST", path, data={"csrf": csrf}, headers=headers)
            assert answer.status == 403, path
        assert await is_in(browser)


async def test_a_form_without_the_sessions_own_token_changes_nothing() -> None:
    async with console_place() as place:
        browser, other = await place.signed_in(), place.browser()
        await other.sign_in()
        foreign = await other.csrf("/settings")
        for path in FORMS[:-2]:
            for csrf in ("", "x", foreign, browser.cookies[place.console.cookie.name]):
                assert (await browser.post(path, {"csrf": csrf})).status == 403, path
        assert await is_in(browser)
        stranger = place.browser()
        for path in BEFORE:
            assert (await stranger.post(path, {"csrf": await other.csrf("/set-up")})).status == 403, path


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "application/json"])
async def test_only_our_own_kind_of_form_is_read(kind: str) -> None:
    async with console_place() as place:
        browser = await place.signed_in()
        csrf = await browser.csrf("/settings")
        headers = {"Origin": place.console.origin, "Content-Type": kind}
        answer = await browser.ask("POST", "/sign-out", data=f"csrf={csrf}".encode(), headers=headers)
        assert answer.status == 415
        assert await is_in(browser)


async def test_nothing_changes_by_looking() -> None:
    async with console_place() as place:
        browser = await place.signed_in()
        there = [each.value for each in await owners(place.store)]
        for path in FORMS:
            expected = 200 if path == "/settings/app" else 405
            assert (await browser.get(path)).status == expected, path
        assert await is_in(browser)
        assert [each.value for each in await owners(place.store)] == there


async def test_a_form_too_large_is_not_read() -> None:
    async with console_place() as place:
        browser = await place.signed_in()
        answer = await browser.post(
            "/settings/owners", {"csrf": await browser.csrf("/settings"), "name": "x" * 140_000}
        )
        assert answer.status == 413


# Frames, names, other cookies, redirects


async def test_no_page_goes_into_a_frame_or_a_cache() -> None:
    async with console_place() as place:
        browser = await place.signed_in()
        for path in ("/", "/settings", "/settings/app", "/sign-in", "/set-up", "/nothing"):
            headers = (await browser.get(path)).headers
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert headers["X-Frame-Options"] == "DENY"
            assert headers["Cache-Control"] == "private, no-store"
            assert headers["Referrer-Policy"] == "same-origin"
            assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "localhost", "localhost:1", "localhost.evil.example", ""]
)
async def test_a_name_that_was_bent_to_lead_here_is_refused(host: str) -> None:
    async with console_place() as place:
        browser = await place.signed_in()
        for path in ("/", "/settings", "/sign-in", "/files/console.css"):
            assert (await browser.get(path, headers={"Host": host})).status == 421
        csrf = await browser.csrf("/settings")
        assert (await browser.post("/sign-out", {"csrf": csrf}, headers={"Host": host})).status == 421
        assert (await browser.get("/healthz", headers={"Host": host})).text == "ok"


async def test_cookies_of_the_two_sides_are_worth_nothing_on_the_other() -> None:
    async with console_place() as place:
        browser = await place.signed_in()
        value, session = new_session("grant", now=place.clock(), random=place.dice)
        await place.store.add_session(session)
        clinician = place.browser()
        clinician.cookies = {"chaperone": value, place.console.cookie.name: value}
        assert not await is_in(clinician)
        owners_value = browser.cookies[place.console.cookie.name]
        assert await place.store.session(session_key(owners_value)) is None
        assert place.console.cookie.name not in ("chaperone", "__Host-chaperone")


async def test_the_cookie_is_for_this_host_only_and_for_no_script() -> None:
    async with console_place(owner_url="https://console.example") as place:
        browser = place.browser()
        await browser.get("/sign-in")
        answer = await browser.set_up(await place.code())
        set_cookie = answer.cookies["__Host-chaperone-owner"]
        for word in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/"):
            assert word in set_cookie
        assert "Domain" not in set_cookie
        assert "Max-Age" not in set_cookie


@pytest.mark.parametrize(
    "following",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/%2f/evil.example",
        "/../..//evil.example",
        "javascript:alert(1)",
        "/x?y=//evil",
        "/x#y",
        "/ /evil",
        "/x\r\nSet-Cookie: a=b",
        "///",
        "/a//b",
        "/" + "a" * 300,
    ],
)
async def test_signing_in_leads_nowhere_else(following: str) -> None:
    assert safe_path(following) == "/"
    async with console_place() as place:
        browser = await place.signed_in()
        await browser.post("/sign-out", {"csrf": await browser.csrf("/settings")})
        assert (await browser.sign_in(next=following)).location == "/"


async def test_signing_in_leads_back_to_where_one_was_sent_away() -> None:
    async with console_place() as place:
        browser = await place.signed_in()
        await browser.post("/sign-out", {"csrf": await browser.csrf("/settings")})
        sent_away = await browser.get("/settings/app")
        assert sent_away.location == "/sign-in?next=/settings/app"
        page = await browser.get(sent_away.location)
        assert page.hidden("next") == "/settings/app"


# Text


async def test_a_name_is_text_on_every_page() -> None:
    async with console_place() as place:
        name = '"><script>alert(1)</script>'
        browser = place.browser()
        await browser.set_up(await place.code(), name=name)
        for path in ("/settings", "/settings/app"):
            text = (await browser.get(path)).text
            assert "<script>alert" not in text
        assert name in unescape((await browser.get("/settings")).text)


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
