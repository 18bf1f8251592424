"""Attacks on the console's forms and pages, through HTTP: each is tried as a stranger would."""

from html import unescape

import pytest

from proxy.core.owners import session_key
from proxy.core.session import new_session
from proxy.owner.sessions import owners
from proxy.owner.turn import safe_path
from tests.attacks.console import BEFORE, FORMS, is_in
from tests.owner.place import console_place

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
