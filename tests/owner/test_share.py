"""“Share for a visit”: one screen, one tap, secrets shown once."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from proxy.core.codes import check_pin, hash_code, hash_link, read_link
from proxy.core.grant import DAY, HOUR, Grant
from proxy.core.record import Draft
from tests.owner.place import ENTRY_KEY, console_place
from tests.owner.shares import POLICIES, filled, plain, policies, records, secrets, share, visits


async def test_one_tap_makes_the_grant_that_the_page_says() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        answer = await share(browser, words="For Thursday.")
        link, code, pin = secrets(answer)
        [grant] = await visits(place.store)
        assert (answer.status, grant.clinician, grant.policy_name, grant.days) == (
            200,
            "Diabetes clinic",
            "consultant",
            14,
        )
        assert (grant.lasts, grant.opened_at, grant.token_hash) == (4 * HOUR, None, "")
        assert grant.link_hash == hash_link(ENTRY_KEY, read_link(link) or "")
        assert grant.code_hash == hash_code(ENTRY_KEY, code)
        assert check_pin(ENTRY_KEY, pin, grant.pin_hash)
        [consent] = await records(place.store, grant)
        assert "with Diabetes clinic: the last 14 days" in consent["words"]
        assert consent["words"].endswith("For Thursday.")
        said = [each for each in await place.log() if each["did"] == "mint"]
        assert [(each["grant_of"], each["who"]) for each in said] == [(grant.id, "Ada")]
        assert "Diabetes clinic" not in str(await place.log())


async def test_who_computes_first_pages_ahead_is_told_of_each_share_and_preview_once_it_is_kept() -> None:
    told: list[Grant] = []
    async with console_place(policies=policies, given=told.append) as place:
        browser = await place.signed_in()
        await share(browser)
        [grant] = await visits(place.store)
        assert told == [grant]
        await share(browser, clinician="")
        assert told == [grant]
        await browser.post("/preview", await filled(browser))
        assert [each.kind for each in told] == ["visit", "preview"]
        assert await place.store.grant(told[1].id) is not None


async def test_the_next_time_it_begins_as_it_was() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await share(browser, clinician="Dr Berg", policy="cgm-only", days="30", way="send", words="Nights")
        page = (await browser.get("/share")).text
        assert 'value="Dr Berg"' in page
        assert 'value="cgm-only" data-words="Glucose only" checked' in page
        assert 'value="30" data-words="the last 30 days" checked' in page
        assert ">Nights</textarea>" in page
        assert page.index("Share by link") < page.index("Share here")


async def test_an_erased_share_leaves_no_name_in_the_form() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await share(browser, clinician="Dr Berg", words="Please look at Tuesdays")
        [grant] = await visits(place.store)
        await place.store.end(grant.id, "revoked", Draft("ended", place.clock(), {"ending": "revoked"}))
        await place.store.erase(grant.id, day="2028-11-23")
        page = (await browser.get("/share")).text
        assert "Dr Berg" not in page
        assert "Please look at Tuesdays" not in page
        assert not list(await place.store.documents("last-share"))


async def test_secrets_are_shown_once_and_are_kept_nowhere() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        answer = await share(browser)
        link, code, pin = secrets(answer)
        [grant] = await visits(place.store)
        later = await browser.get(f"/share/{grant.id}")
        assert later.status == 200
        assert secrets(later) == ("", "", "")
        assert "Make a new PIN" in later.text
        kept = [
            each for kind in ("last-share", "passing-share") for each in await place.store.documents(kind)
        ]
        told = str([each.body for each in kept]) + str(await records(place.store, grant)) + str(grant)
        assert kept
        assert not [one for one in (link, code, pin) if one in told]
        assert answer.headers["Cache-Control"] == "private, no-store"


async def test_a_form_that_is_sent_twice_makes_one_grant() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        form = await filled(browser)
        both = await asyncio.gather(browser.post("/share", form), browser.post("/share", form))
        assert len(await visits(place.store)) == 1
        assert sorted(bool(secrets(each)[2]) for each in both) == [False, True]
        again = await browser.post("/share", form)
        [grant] = await visits(place.store)
        assert (again.status, again.location) == (303, f"/share/{grant.id}")


async def test_a_form_with_a_fault_can_be_sent_again() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        form = await filled(browser, clinician="")
        wrong = await browser.post("/share", form)
        assert wrong.status == 400
        assert "Say who this is for" in plain(wrong)
        assert (await browser.post("/share", form | {"clinician": "Dr Berg"})).status == 200
        assert len(await visits(place.store)) == 1


async def test_two_owners_at_once_make_two_grants_with_their_names_on_the_log() -> None:
    async with console_place(policies=policies) as place:
        ada = await place.signed_in()
        page = await ada.get("/settings")
        invited = await ada.post("/settings/owners", {"csrf": page.hidden("csrf"), "name": "Ben"})
        code = invited.text.partition('<p class="large"><code>')[2].partition("<")[0]
        ben = place.browser("203.0.113.9")
        assert (await ben.set_up(code, name="Ben")).status == 303
        both = [await filled(each, clinician=f"Clinic {each.address}") for each in (ada, ben)]
        answers = await asyncio.gather(
            *(each.post("/share", form) for each, form in zip((ada, ben), both, strict=True))
        )
        assert [each.status for each in answers] == [200, 200]
        assert len(await visits(place.store)) == 2
        assert {each["who"] for each in await place.log() if each["did"] == "mint"} == {"Ada", "Ben"}


@pytest.mark.parametrize(
    ("until", "opens", "expires"),
    [
        # A visit at 10:00 in Berlin on 1 December 2026 is at 09:00 UTC.
        ({"until": "visit", "visit_at": "2026-12-01T10:00"}, 1_796_112_000_000, 1_796_115_600_000 + 2 * DAY),
        ({"until": "day", "last_day": "2026-12-01"}, None, 1_796_166_000_000),
    ],
)
async def test_dates_are_those_of_the_device(until: dict[str, str], opens: int | None, expires: int) -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await share(browser, zone="Europe/Berlin", **until)
        [grant] = await visits(place.store)
        assert grant.opens_at == (place.clock.now if opens is None else opens)
        assert (grant.lasts, grant.expires_at) == (None, expires)


async def test_without_a_script_dates_are_those_of_the_site() -> None:
    async def zone() -> str:
        return "Europe/Berlin"

    async with console_place(policies=policies, zone=zone) as place:
        browser = await place.signed_in()
        await share(browser, until="day", last_day="2026-12-01", zone="Not/AZone")
        [grant] = await visits(place.store)
        assert grant.expires_at == 1_796_166_000_000


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"policy": "nonsense"}, "Choose what to share"),
        ({"days": "91"}, "between 1 and 90 days"),
        ({"days": "0"}, "between 1 and 90 days"),
        ({"days": "-5"}, "between 1 and 90 days"),
        ({"days": "٣"}, "between 1 and 90 days"),
        ({"policy": "summary", "days": "12"}, "7, 14, 30 or 90"),
        ({"until": "visit"}, "on which day and at what time"),
        ({"until": "day", "last_day": "9999-12-31"}, "until which day"),
        ({"until": "day", "last_day": "2020-01-01"}, "choose a later end"),
        ({"until": "day", "last_day": "2027-12-01"}, "30 days from now"),
        ({"clinician": "x" * 81}, "up to 80 letters"),
        ({"words": "x" * 2001}, "up to 2000 letters"),
        ({"clinician": "Dr\u202eBerg"}, "can't be shown"),
    ],
)
async def test_faults_are_told_in_words_and_nothing_is_shared(changed: dict[str, str], said: str) -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        answer = await share(browser, **{"zone": "UTC", **changed})
        assert answer.status == 400
        assert said in plain(answer)
        assert await visits(place.store) == []


async def test_a_token_for_a_tool_is_made_only_if_it_is_wanted() -> None:
    async with console_place(policies=policies, token_for=lambda grant: f"token-of-{grant.id}") as place:
        browser = await place.signed_in()
        assert "token-of" not in (await share(browser)).text
        assert "token-of" in (await share(browser, token="yes")).text
        assert sorted(bool(each.token_hash) for each in await visits(place.store)) == [False, True]


async def test_who_asks_first_gets_no_token() -> None:
    async with console_place(policies=policies, token_for=lambda _: "token") as place:
        browser = await place.signed_in()
        await share(browser, token="yes", ask_first="yes")
        [grant] = await visits(place.store)
        assert grant.token_hash == ""
        assert await place.store.document("ask-first", grant.id) is not None


async def test_from_a_folder_that_will_be_lost_nothing_is_shared() -> None:
    async with console_place(
        policies=policies, not_lasting=lambda: "The data folder would be lost."
    ) as place:
        browser = await place.signed_in()
        assert "would be lost" in (await browser.get("/share")).text
        assert (await share(browser)).status == 400
        assert await visits(place.store) == []


async def test_sharing_again_begins_with_that_share() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await share(browser, clinician="Dr Berg", policy="full-loop", days="7")
        [grant] = await visits(place.store)
        await share(browser, clinician="Somebody else")
        page = (await browser.get(f"/share?again={grant.id}")).text
        assert 'value="Dr Berg"' in page
        assert 'value="full-loop" data-words="With loop decisions and settings" checked' in page


async def test_a_new_pin_takes_one_tap_and_reopens_the_entry() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        _link, _code, old = secrets(await share(browser))
        [grant] = await visits(place.store)
        for _ in range(10):
            await place.store.spend_try(grant.id)
        page = await browser.get(f"/share/{grant.id}")
        assert "Ten wrong PINs" in plain(page)
        answer = await browser.post(f"/share/{grant.id}/pin", {"csrf": page.hidden("csrf")})
        [now] = await visits(place.store)
        pin = secrets(answer)[2]
        assert pin
        assert pin != old
        assert now.tries_left == 10
        assert check_pin(ENTRY_KEY, pin, now.pin_hash)
        assert not check_pin(ENTRY_KEY, old, now.pin_hash)
        assert (now.link_hash, now.code_hash) == (grant.link_hash, grant.code_hash)


async def test_a_share_that_ended_gets_no_new_pin() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await share(browser)
        [grant] = await visits(place.store)
        page = await browser.get(f"/share/{grant.id}")
        place.clock.now = grant.expires_at
        browser = place.browser()
        await browser.sign_in()
        answer = await browser.post(
            f"/share/{grant.id}/pin", {"csrf": (await browser.get("/settings")).hidden("csrf")}
        )
        assert answer.status == 404
        assert page.status == 200


@pytest.mark.parametrize("path", ["/share/owner-1", "/share/nothing", "/share/owner-1/state"])
async def test_only_shares_have_a_page(path: str) -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        answer = await browser.get(path)
        assert answer.status == (200 if path.endswith("state") else 404)
        assert "ended" in answer.text


async def test_the_state_of_a_share_tells_no_name() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await share(browser)
        [grant] = await visits(place.store)
        assert (await browser.get(f"/share/{grant.id}/state")).text == '{"state": "waiting", "waiting": 0}'


# Attacks


@pytest.mark.parametrize("path", ["/share", "/share/adjust", "/preview"])
async def test_another_site_can_share_nothing(path: str) -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        form = await filled(browser)
        elsewhere = await browser.post(path, form, headers={"Origin": "https://evil.example"})
        old = await browser.post(path, form | {"csrf": "x"})
        stranger = await place.browser("198.51.100.1").post(path, form)
        assert [elsewhere.status, old.status, stranger.status] == [403, 403, 303]
        assert [grant for grant in await place.store.grants() if grant.kind != "owner"] == []


BAD = "<script>alert(1)</script>%(x)s{{7*7}}\"'"


async def test_what_people_type_is_shown_as_text() -> None:
    evil = replace(POLICIES[0], name="evil", title="<img src=x onerror=alert(1)>%(x)s")
    async with console_place(policies=lambda: [*POLICIES, evil]) as place:
        browser = await place.signed_in()
        for changed in (
            {"clinician": BAD[:80], "words": BAD},
            {"policy": "evil"},
            {"policy": BAD},
            {"visit_at": BAD},
        ):
            pages = [
                await share(browser, **changed),
                await browser.post("/share/adjust", await filled(browser, **changed)),
                await browser.get("/share"),
            ]
            pages += [await browser.get(f"/share/{grant.id}") for grant in await visits(place.store)]
            for page in pages:
                assert page.status in (200, 400)
                assert "<script>alert" not in page.text
                assert "<img src=x" not in page.text


async def test_off_this_machine_a_passphrase_alone_shares_nothing() -> None:
    async with console_place(policies=policies, owner_url="https://console.example") as place:
        browser = await place.signed_in()
        form = await filled(browser)
        for path in ("/share", "/preview", "/share/0123456789abcdef/pin", "/share/0123456789abcdef/open"):
            answer = await browser.post(path, form)
            assert (answer.status, "passkey" in answer.text) == (
                403,
                True,
            )
        assert [grant for grant in await place.store.grants() if grant.kind != "owner"] == []


async def test_after_ten_minutes_it_is_asked_again_who_holds_the_phone() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        form = await filled(browser)
        place.clock.now += 11 * 60_000
        asked: Any = await browser.post("/share", form)
        assert asked.status == 403
        assert "Is it you?" in asked.text
        assert await visits(place.store) == []
        wrong = await browser.post("/share", form | {"confirm_secret": "not it"})
        right = await browser.post("/share", form | {"confirm_secret": "correct horse battery staple"})
        assert [wrong.status, right.status] == [403, 200]
        assert len(await visits(place.store)) == 1
