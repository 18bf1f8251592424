import re
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from proxy.core.session import session_key
from tests.visit.place import Place, secret, wrong


@pytest.mark.parametrize("path", ["/", "/visit"])
async def test_the_entry_page_shows_and_spends_nothing(place: Place, path: str) -> None:
    minted = await place.mint()
    answer = await place.get(path)
    assert answer.status == 200
    for name in ("code", "passcode", "link"):
        assert f'name="{name}"' in answer.text
    assert 'method="post" action="/visit"' in answer.text
    assert not answer.cookies
    assert len(await place.log(minted)) == 1


async def test_who_is_signed_in_is_shown_the_way_back(place: Place) -> None:
    cookie = await place.enter(await place.mint())
    front = await place.get("/", cookie=cookie)
    assert (front.status, front.headers["Location"]) == (303, "/visit/home")
    assert "A visit is open in this browser." in (await place.get("/visit", cookie=cookie)).text
    assert "A visit is open in this browser." not in (await place.get("/visit")).text


@pytest.mark.parametrize("name", ["link", "code", "secret", "token", "passcode"])
async def test_a_secret_in_the_address_is_never_taken(place: Place, name: str) -> None:
    minted = await place.mint()
    for value in (secret(minted), minted.code, minted.passcode):
        shown = await place.get(f"/visit?{name}={value}")
        assert value not in shown.text
        posted = await place.post(f"/visit?{name}={value}", {"passcode": minted.passcode})
        assert posted.status == 401
        assert "Nothing was found" in posted.text
    both = await place.post(f"/visit?code={minted.code}&passcode={minted.passcode}", {"x": ""})
    assert both.status == 401


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost", None]
)
async def test_a_form_from_elsewhere_is_not_taken(place: Place, origin: str | None) -> None:
    minted = await place.mint()
    form = {"link": secret(minted), "passcode": minted.passcode}
    answer = await place.post("/visit", form, origin=origin)
    assert answer.status == 403
    assert not answer.cookies
    assert len(await place.log(minted)) == 1


async def test_a_cookie_planted_before_signing_in_is_worthless_after(place: Place) -> None:
    minted = await place.mint()
    planted = "A" * 22
    cookie = await place.enter(minted, cookie=planted)
    assert cookie != planted
    assert await place.store.session(session_key(planted)) is None
    assert (await place.get("/visit/whoami", cookie=planted)).status == 401


async def test_signing_in_ends_the_session_that_this_browser_had(place: Place) -> None:
    first, second = await place.mint(), await place.mint()
    old = await place.enter(first)
    new = await place.enter(second, cookie=old)
    assert (await place.get("/visit/whoami", cookie=old)).status == 401
    assert (await place.get("/visit/whoami", cookie=new)).json["grant_id"] == second.grant.id


async def test_a_failed_attempt_leaves_the_session_of_this_browser(place: Place) -> None:
    minted = await place.mint()
    cookie = await place.enter(minted)
    await place.try_pin(minted, wrong(minted), cookie=cookie)
    assert (await place.get("/visit/whoami", cookie=cookie)).status == 200


async def test_the_cookie_is_for_this_host_and_not_for_scripts(place: Place) -> None:
    minted = await place.mint()
    answer = await place.try_pin(minted, minted.passcode)
    attributes = {part.strip() for part in answer.headers["Set-Cookie"].split(";")[1:]}
    assert attributes == {"HttpOnly", "Path=/", "SameSite=Lax"}


async def test_the_store_never_sees_the_cookies_value(place: Place) -> None:
    minted = await place.mint()
    cookie = await place.enter(minted)
    assert cookie not in repr(place.store.sessions_of(minted.grant.id))


async def test_no_secret_is_in_any_header_or_log_line(place: Place) -> None:
    minted = await place.mint()
    secrets = [secret(minted), minted.code, minted.code.replace("-", ""), minted.passcode, wrong(minted)]
    with capture_logs() as lines:
        answers = [
            await place.try_pin(minted, wrong(minted)),
            await place.post("/visit", {"code": minted.code, "passcode": wrong(minted)}),
            await place.post("/visit", {"code": "AAAAA-AAAAA", "passcode": wrong(minted)}),
            await place.try_pin(minted, minted.passcode),
        ]
        cookie = answers[-1].cookies["chaperone"]
    assert {line["event"] for line in lines} == {"not_signed_in", "signed_in"}
    told = repr(lines) + "".join(repr(dict(answer.headers)) for answer in answers).replace(cookie, "", 1)
    told += repr(await place.log(minted))
    for value in (*secrets, cookie):
        assert value not in told


async def test_what_was_typed_is_echoed_only_if_it_is_a_code(place: Place) -> None:
    answer = await place.post("/visit", {"code": '"><script>alert(1)</script>', "passcode": "<b>"})
    assert "alert(1)" not in answer.text
    assert "<b>" not in answer.text


async def test_a_link_that_opens_nothing_is_dropped_so_that_the_page_asks_for_the_code(place: Place) -> None:
    answer = await place.post("/visit", {"link": "B" * 22, "passcode": "830517"})
    assert "B" * 22 not in answer.text
    assert re.search(r'name="code"[^>]* required', answer.text)


def test_the_script_takes_the_secret_out_of_the_address_bar_and_asks_nobody() -> None:
    script = (Path(__file__).parents[2] / "proxy" / "visit" / "static" / "entry.js").read_text()
    assert "history.replaceState" in script
    for word in ("fetch(", "XMLHttpRequest", "innerHTML", "eval(", "localStorage", "sessionStorage", "//cdn"):
        assert word not in script
