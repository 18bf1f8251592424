import re
from dataclasses import replace

import pytest

from proxy.core.errors import TokenError
from proxy.core.grant import DAY, HOUR
from proxy.core.record import Draft, verify
from proxy.core.session import IDLE, OLDEST
from tests.living import NOW
from tests.visit.place import SHARED, Place, opened


async def test_home_says_who_what_and_until_when(place: Place) -> None:
    cookie = await place.enter(await place.mint(clinician="Dr. <Okonkwo> & team"))
    page = (await place.get("/visit/home", cookie=cookie)).text
    assert "Dr. &lt;Okonkwo&gt; &amp; team" in page
    assert "The last 14 days" in page
    assert "and from then on" not in page
    assert "Monday 23 November 2026, 16:00 (UTC)" in page
    assert "It ends in 4 hours." in page
    assert place.url in page
    shown, _, withheld = page.partition("What is not shared")
    assert "<li>Insulin</li>" in shown
    assert "<li>Pump and loop settings</li>" in withheld


async def test_home_tells_the_sites_zone_only_if_the_policy_does() -> None:
    async with opened() as place:
        cookie = await place.enter(await place.mint())
        assert "Berlin" not in (await place.get("/visit/home", cookie=cookie)).text
    told = replace(SHARED, zone="Europe/Berlin", identity="initials", live=True)
    async with opened(describe=lambda _grant: told) as place:
        await place.store.put("about-me", "me", b'{"name": "Ada Berg"}', version=None)
        cookie = await place.enter(await place.mint())
        page = (await place.get("/visit/home", cookie=cookie)).text
        assert "Monday 23 November 2026, 17:00 (Europe/Berlin)" in page
        assert "<bdi>A. B.</bdi> shares" in page
        assert "Berg" not in page
        assert "and from then on" in page
        assert "data-local" not in page


async def test_home_without_a_session_leads_to_the_entry(place: Place) -> None:
    answer = await place.get("/visit/home")
    assert (answer.status, answer.headers["Location"]) == (303, "/visit")


@pytest.mark.parametrize("value", ["nonsense", "A" * 22, "é"])
async def test_a_cookie_that_is_none_of_ours_is_expired_and_the_entry_shown(place: Place, value: str) -> None:
    answer = await place.get("/visit/home", cookie=value)
    assert answer.status == 401
    assert "Your visit was closed in this browser." in answer.text
    assert answer.cookies == {"chaperone": "", "zone": ""}


async def test_thirty_idle_minutes_end_a_session_and_use_keeps_it(place: Place) -> None:
    cookie = await place.enter(await place.mint())
    place.clock.now += IDLE - 1
    assert (await place.get("/visit/home", cookie=cookie)).status == 200
    place.clock.now += IDLE - 1
    # A program that asks again and again is no person at the screen.
    assert (await place.get("/visit/whoami", cookie=cookie)).status == 200
    place.clock.now += 1
    assert (await place.get("/visit/home", cookie=cookie)).status == 401


async def test_twelve_hours_end_a_session_however_busy(place: Place) -> None:
    minted = await place.mint()
    await place.store.open(minted.grant.id, NOW, zone="UTC", record=Draft("opened", NOW, {}))
    await place.store.extend(minted.grant.id, NOW + DAY, Draft("extended", NOW, {}))
    cookie = await place.enter(minted)
    while place.clock.now < NOW + OLDEST - IDLE + 1:
        place.clock.now += IDLE - 1
        assert (await place.get("/visit/home", cookie=cookie)).status == 200
    place.clock.now = NOW + OLDEST
    assert (await place.get("/visit/home", cookie=cookie)).status == 401


async def test_closing_ends_the_session_here_and_leaves_the_grant(place: Place) -> None:
    minted = await place.mint()
    cookie, elsewhere = await place.enter(minted), await place.enter(minted)
    answer = await place.post("/visit/close", {"csrf": await place.csrf(cookie)}, cookie=cookie)
    assert (answer.status, answer.headers["Location"]) == (303, "/visit/closed")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert answer.cookies == {"chaperone": "", "zone": ""}
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert (await place.get("/visit/home", cookie=cookie)).status == 401
    assert (await place.get("/visit/home", cookie=elsewhere)).status == 200
    assert (await place.grant(minted)).state(place.clock()) == "open"
    assert "Closed on this computer" in (await place.get("/visit/closed")).text
    told = (await place.log(minted))[-1]
    assert (told["kind"], told["n"]) == ("closed", len(await place.log(minted)))


async def test_closing_after_the_end_needs_no_record_and_still_leaves_nothing_here(place: Place) -> None:
    minted = await place.mint()
    cookie = await place.enter(minted)
    csrf = await place.csrf(cookie)
    await place.store.end(minted.grant.id, "revoked", Draft("ended", NOW, {"ending": "revoked"}))
    answer = await place.post("/visit/close", {"csrf": csrf}, cookie=cookie)
    assert (answer.status, answer.cookies) == (303, {"chaperone": "", "zone": ""})
    assert (await place.log(minted))[-1]["kind"] == "ended"


async def test_closing_leaves_nothing_here_even_if_the_log_can_not_tell_of_it(place: Place) -> None:
    minted = await place.mint()
    cookie = await place.enter(minted)
    csrf = await place.csrf(cookie)
    place.store.fails = {"append"}
    answer = await place.post("/visit/close", {"csrf": csrf}, cookie=cookie)
    place.store.fails = set()
    assert (answer.status, answer.cookies) == (303, {"chaperone": "", "zone": ""})
    assert (await place.get("/visit/home", cookie=cookie)).status == 401


async def test_finishing_ends_the_grant_everywhere_and_shows_the_check_number(place: Place) -> None:
    minted = await place.mint()
    cookie, elsewhere = await place.enter(minted), await place.enter(minted)
    answer = await place.post("/visit/finish", {"csrf": await place.csrf(cookie)}, cookie=cookie)
    grant = await place.grant(minted)
    assert (answer.status, grant.ending, grant.ended_at) == (200, "finished", NOW)
    assert f'<code class="head">{grant.head}</code>' in answer.text
    assert f"signature of {grant.head}" in answer.text
    assert f"has {grant.length} lines" in answer.text
    assert "I have what I need" in answer.text
    assert answer.cookies["chaperone"] == ""
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    bodies = [record.body async for record in place.store.records(grant.id)]
    assert verify(bodies, head=grant.head, grant=grant.id).ok
    last = (await place.log(minted))[-1]
    assert (last["kind"], last["ending"], last["by"]) == ("ended", "finished", "clinician")
    assert not {"copies_filed", "copies_deleted"} & last.keys(), "nobody said anything of copies"
    assert "You said" not in answer.text
    assert (await place.get("/visit/whoami", cookie=elsewhere)).status == 401
    assert grant.head in (await place.get("/visit/home", cookie=elsewhere)).text
    assert (await place.try_pin(minted, minted.passcode)).status == 401


@pytest.mark.parametrize(
    ("ticked", "words"),
    [
        (("copies_filed",), "what you need is filed in the patient"),
        (("copies_deleted",), "You said: other copies are deleted."),
        (("copies_filed", "copies_deleted"), "record, and other copies are deleted."),
    ],
)
async def test_what_is_ticked_at_the_end_stands_on_the_last_line_of_the_log(
    place: Place, ticked: tuple[str, ...], words: str
) -> None:
    minted = await place.mint()
    cookie = await place.enter(minted)
    form = {"csrf": await place.csrf(cookie), **dict.fromkeys(ticked, "yes")}
    answer = await place.post("/visit/finish", form, cookie=cookie)
    assert words in answer.text
    last = (await place.log(minted))[-1]
    assert {key for key in ("copies_filed", "copies_deleted") if last.get(key) is True} == set(ticked)


async def test_nothing_else_that_is_sent_at_the_end_comes_on_record(place: Place) -> None:
    minted = await place.mint()
    cookie = await place.enter(minted)
    form = {"csrf": await place.csrf(cookie), "copies_filed": "<b>no</b>", "note": "words", "by": "owner"}
    await place.post("/visit/finish", form, cookie=cookie)
    last = (await place.log(minted))[-1]
    assert (last["by"], last.get("copies_filed"), "note" in last) == ("clinician", None, False)


async def test_an_expired_grant_is_sealed_before_its_check_number_is_shown(place: Place) -> None:
    minted = await place.mint()
    cookie = await place.enter(minted)
    place.clock.now = NOW + 4 * HOUR - IDLE + 1
    cookie = await place.enter(minted, cookie=cookie)
    place.clock.now = NOW + 4 * HOUR
    answer = await place.get("/visit/home", cookie=cookie)
    grant = await place.grant(minted)
    assert answer.status == 401
    assert "Its time was over" in answer.text
    assert "Monday 23 November 2026, 16:00 (UTC)" in answer.text
    assert (grant.ending, grant.ended_at) == ("expired", NOW + 4 * HOUR)
    assert grant.head in answer.text
    assert answer.cookies["chaperone"] == ""


async def test_finishing_what_was_revoked_meanwhile_tells_how_it_really_ended(place: Place) -> None:
    minted = await place.mint()
    cookie = await place.enter(minted)
    csrf = await place.csrf(cookie)
    await place.store.end(minted.grant.id, "revoked", Draft("ended", NOW, {"ending": "revoked"}))
    answer = await place.post("/visit/finish", {"csrf": csrf}, cookie=cookie)
    assert answer.status == 401
    assert "The person who shared ended it" in answer.text
    assert (await place.grant(minted)).ending == "revoked"


@pytest.mark.parametrize("path", ["/visit/close", "/visit/finish"])
async def test_a_change_needs_the_sessions_own_token(place: Place, path: str) -> None:
    minted = await place.mint()
    cookie, elsewhere = await place.enter(minted), await place.enter(minted)
    for form in ({"x": ""}, {"csrf": ""}, {"csrf": "A" * 22}, {"csrf": await place.csrf(elsewhere)}):
        assert (await place.post(path, form, cookie=cookie)).status == 403
    assert (await place.get("/visit/home", cookie=cookie)).status == 200


@pytest.mark.parametrize("path", ["/visit/close", "/visit/finish"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_a_change_from_elsewhere_is_not_made_even_with_the_token(
    place: Place, path: str, origin: str | None
) -> None:
    minted = await place.mint()
    cookie = await place.enter(minted)
    answer = await place.post(path, {"csrf": await place.csrf(cookie)}, cookie=cookie, origin=origin)
    assert answer.status == 403
    assert (await place.get("/visit/home", cookie=cookie)).status == 200


@pytest.mark.parametrize("path", ["/visit/close", "/visit/finish"])
async def test_a_change_needs_a_session_and_a_form(place: Place, path: str) -> None:
    assert (await place.post(path, {"csrf": "A"})).status == 401
    assert (await place.get(path)).status == 405


async def test_a_failing_store_ends_nothing_and_says_so(place: Place) -> None:
    minted = await place.mint()
    cookie = await place.enter(minted)
    csrf = await place.csrf(cookie)
    place.store.fails = {"end"}
    answer = await place.post("/visit/finish", {"csrf": csrf}, cookie=cookie)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
    assert (await place.grant(minted)).state(place.clock()) == "open"


async def test_whoami_tells_a_browser_what_it_may_see(place: Place) -> None:
    minted = await place.mint()
    cookie = await place.enter(minted)
    answer = await place.get("/visit/whoami", cookie=cookie)
    assert answer.headers["Content-Type"] == "application/json"
    csrf = answer.json.pop("csrf")
    assert csrf == await place.csrf(cookie)
    words = answer.json["strip"]
    assert words["title"] == "Shared with Diabetes clinic"
    assert words["locale"] == "en-GB"
    assert answer.json | {"csrf": "", "strip": {}} == {
        "csrf": "",
        "strip": {},
        "grant_id": minted.grant.id,
        "clinician": "Diabetes clinic",
        "preview": False,
        "whose": "",
        "policy": {"name": "consultant", "title": "For a diabetes visit", "hash": "ab" * 32},
        "shared": ["Glucose", "Insulin"],
        "not_shared": ["Notes", "Pump and loop settings"],
        "parts": [],
        "window": {"days": 14, "live": False},
        "pages": False,
        "state": "open",
        "opens_at": "2026-11-23T12:00:00Z",
        "opened_at": "2026-11-23T12:00:00Z",
        "expires_at": "2026-11-23T16:00:00Z",
        "address": place.url,
    }


async def test_whoami_tells_a_tool_by_its_token(place: Place) -> None:
    minted = await place.mint()
    place.by_token["Bearer t"] = minted.grant
    answer = await place.get("/visit/whoami", headers={"Authorization": "Bearer t"})
    assert (answer.status, answer.json["grant_id"], answer.json["state"]) == (200, minted.grant.id, "waiting")


async def test_whoami_refuses_a_cookie_and_a_token_of_different_visits(place: Place) -> None:
    cookie = await place.enter(await place.mint())
    place.by_token["Bearer t"] = (await place.mint()).grant
    answer = await place.get("/visit/whoami", cookie=cookie, headers={"Authorization": "Bearer t"})
    assert (answer.status, answer.json["reason"]) == (403, "other_visit")


async def test_whoami_refuses_nobody_and_the_dead_alike(place: Place) -> None:
    minted = await place.mint()
    place.by_token["Bearer t"] = replace(minted.grant, expires_at=NOW)
    nobody = await place.get("/visit/whoami")
    dead = await place.get("/visit/whoami", headers={"Authorization": "Bearer t"})
    assert (nobody.status, nobody.json["reason"], nobody.json["request_id"]) == (401, "no_access", "r1")
    assert (dead.status, dead.text) == (nobody.status, nobody.text)


async def test_whoami_refuses_a_token_that_the_gate_does_not_take() -> None:
    async def holder(_request: object) -> None:
        raise TokenError("secret detail")

    async with opened(holder=holder) as place:
        answer = await place.get("/visit/whoami")
        assert (answer.status, answer.json["reason"]) == (401, "token_invalid")
        assert "secret detail" not in answer.text


async def test_whoami_speaks_json_even_when_the_store_is_away(place: Place) -> None:
    cookie = await place.enter(await place.mint())
    place.store.fails = {"*"}
    answer = await place.get("/visit/whoami", cookie=cookie)
    assert (answer.status, answer.json["reason"]) == (503, "store_unavailable")


async def test_home_has_both_ways_to_end_and_each_form_its_token(place: Place) -> None:
    cookie = await place.enter(await place.mint())
    page = (await place.get("/visit/home", cookie=cookie)).text
    assert "Close on this computer" in page
    assert "I have what I need: end access" in page
    tokens = re.findall(r'name="csrf" value="([^"]+)"', page)
    assert len(tokens) == 2
    assert len(set(tokens)) == 1
