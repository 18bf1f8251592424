"""“About me”: kept once, told as each policy says, and on record where somebody reads it already."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from proxy.core.identity import ABOUT_ME, ME, read_about_me
from proxy.core.policyfile import parse
from tests.owner.place import Browser, Crossing, Place, console_place
from tests.owner.shares import POLICIES, filled, plain, policies, records, share, visits

NAMED = [
    replace(
        each,
        identity="name and birth date",
        text=each.text.replace("identity: nothing", "identity: name and birth date"),
    )
    for each in POLICIES
]
SAID = {
    "paper": "us-letter",
    "name": "Ada Example",
    "birth_date": "1985-03-31",
    "clinic_number": "K-123",
    "pump": "Dana-i",
    "sensor": "Dexcom G6",
    "loop_system": "AndroidAPS",
    "insulin": "Fiasp",
    "zone": "Europe/Berlin",
    "units": "mmol/L",
}
ATTACK = "<img src=x onerror=alert(1)>\u202e{{ 7*7 }}%(name)s\"'"


async def say(browser: Browser, to: str = "/about-me", **said: str) -> Any:
    page = await browser.get("/about-me")
    form = {"csrf": page.hidden("csrf"), "version": page.hidden("version"), **SAID, **said}
    return await browser.post(to, form)


async def kept(place: Place) -> Any:
    return read_about_me(await place.store.document(ABOUT_ME, ME))


async def test_what_is_said_is_kept_and_shown_again() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        assert (await say(browser)).location == "/about-me?saved"
        about = await kept(place)
        assert {name: getattr(about, name) for name in SAID} == SAID
        page = (await browser.get("/about-me")).text
        for value in SAID.values():
            assert f'value="{value}"' in page
        [noted] = [each for each in await place.log() if each["did"] == "about me changed"]
        assert noted["who"] == "Ada"
        assert "Example" not in str(await place.log())


async def test_the_page_says_for_each_policy_what_a_clinic_sees() -> None:
    async with console_place(
        policies=lambda: [*POLICIES[:1], replace(NAMED[1], title="With a name")]
    ) as place:
        browser = await place.signed_in()
        await say(browser)
        page = plain(await browser.get("/about-me"))
        without, named = page.split("What a clinic sees of this")[1].split("With a name")
        assert "Glucose only Who you are not told What you use not told" in without
        assert "Ada Example, born 31 March 1985, clinic number K-123" in named
        assert "Pump: Dana-i; Sensor: Dexcom G6; Loop system: AndroidAPS; Insulin: Fiasp" in named.replace(
            " ;", ";"
        )


async def test_looking_first_shows_what_was_typed_and_keeps_nothing() -> None:
    async with console_place(policies=lambda: NAMED) as place:
        browser = await place.signed_in()
        place.clock.now += 11 * 60_000
        answer = await say(browser, "/about-me/look", name="Grace")
        assert answer.status == 200
        assert "Grace, born 31 March 1985" in plain(answer)
        assert "Nothing is saved yet" in plain(answer)
        assert await place.store.document(ABOUT_ME, ME) is None


async def test_saving_widens_what_is_open_so_it_is_confirmed() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        place.clock.now += 11 * 60_000
        answer = await say(browser)
        assert "Is it you?" in answer.text
        assert await place.store.document(ABOUT_ME, ME) is None


async def test_a_share_that_shows_something_else_now_has_it_on_record_and_others_have_not() -> None:
    async with console_place(policies=lambda: [NAMED[1], POLICIES[0]]) as place:
        browser = await place.signed_in()
        await share(browser, clinician="Sees it", policy=NAMED[1].name)
        await share(browser, clinician="Sees nothing", policy=POLICIES[0].name)
        await say(browser)
        await say(browser, zone="")  # tells nobody anything
        said = {}
        for grant in await visits(place.store):
            said[grant.clinician] = [
                each for each in await records(place.store, grant) if each["kind"] == "told"
            ]
        assert said["Sees nothing"] == []
        [told] = said["Sees it"]
        assert (told["by"], told["about"]) == ("owner", "identity")
        assert "Example" not in str(told)
        page = plain(await browser.get("/about-me"))
        assert "Sees it · " in page


async def test_an_older_page_does_not_undo_what_was_saved_since() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        page = await browser.get("/about-me")
        stale = {"csrf": page.hidden("csrf"), "version": page.hidden("version"), **SAID, "name": "Old"}
        await say(browser, name="New")
        answer = await browser.post("/about-me", stale)
        assert answer.status == 400
        assert 'value="New"' in answer.text
        assert (await kept(place)).name == "New"


async def test_what_one_person_saves_twice_in_a_row_is_saved() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        first = await browser.get("/about-me")
        form = {"csrf": first.hidden("csrf"), "version": first.hidden("version"), **SAID}
        for _ in range(2):  # by two taps, or by going back to the form: it names an older edition
            assert (await browser.post("/about-me", form)).location == "/about-me?saved"
        saved = await browser.get("/about-me?saved")
        more = {**form, "version": saved.hidden("version"), "name": "Grace"}
        assert (await browser.post("/about-me", more)).location == "/about-me?saved"
        assert (await kept(place)).name == "Grace"
        changes = [each for each in await place.log() if each["did"] == "about me changed"]
        assert len(changes) == 2, "what changed nothing is no change on record"


@pytest.mark.parametrize("other", ["Ada Example", "Grace"])
async def test_two_forms_that_arrive_at_once_are_both_answered_with_what_is_kept(other: str) -> None:
    async with console_place(policies=policies, store=Crossing(ABOUT_ME)) as place:
        browser = await place.signed_in()
        page = await browser.get("/about-me")
        form = {"csrf": page.hidden("csrf"), "version": page.hidden("version"), **SAID}
        answers = await asyncio.gather(
            *(browser.post("/about-me", {**form, "name": name}) for name in ("Ada Example", other))
        )
        won = (await kept(place)).name
        late = 303 if won == other == "Ada Example" else 400
        assert sorted(answer.status for answer in answers) == [303, late]
        for answer in answers:
            assert answer.location == "/about-me?saved" or f'value="{won}"' in answer.text


async def test_what_was_looked_at_first_does_not_undo_what_another_window_saved_before() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        page = await browser.get("/about-me")
        form = {"csrf": page.hidden("csrf"), "version": page.hidden("version"), **SAID, "name": "Old"}
        await say(browser, name="New")
        looked = await browser.post("/about-me/look", form)
        answer = await browser.post("/about-me", {**form, "version": looked.hidden("version")})
        assert answer.status == 400
        assert (await kept(place)).name == "New"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": "x" * 81}, "up to 80 letters"),
        ({"birth_date": "31.3.1985"}, "no birth date"),
        ({"birth_date": "2999-01-01"}, "no birth date"),
        ({"zone": "Berlin"}, "time zone is not known"),
        ({"zone": "../../etc/passwd"}, "time zone is not known"),
    ],
)
async def test_what_cannot_be_meant_is_told_and_not_kept(wrong: dict[str, str], sentence: str) -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        answer = await say(browser, **wrong)
        assert answer.status == 400
        assert sentence in plain(answer)
        assert await place.store.document(ABOUT_ME, ME) is None


async def test_markup_and_direction_marks_act_nowhere_on_the_console() -> None:
    async with console_place(policies=lambda: NAMED) as place:
        browser = await place.signed_in()
        await say(browser, **dict.fromkeys(("name", "clinic_number", "pump", "sensor", "insulin"), ATTACK))
        await browser.post("/share", await filled(browser, clinician="<i>Dr</i> %(x)s", policy=NAMED[1].name))
        page = (await browser.get("/about-me")).text
        assert "<img src=x" not in page
        assert "<i>Dr" not in page
        assert "\u202e" not in page
        assert "{{ 7*7 }}%(name)s" in page


async def test_units_that_are_none_are_not_kept() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await say(browser, units="<script>")
        assert (await kept(place)).units == ""


async def test_how_much_is_told_is_chosen_as_it_is_shared_and_shows_nothing_else_otherwise() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await say(browser)
        page = await browser.get("/share")
        assert '<option value="initials">A. E.</option>' in page.text
        assert "Ada Example, born 31 March 1985, clinic number K-123</option>" in page.text
        await share(browser, identity="name")
        await share(browser, identity="whatever")
        made = [parse(grant.policy_text, file="x") for grant in await visits(place.store)]
        named, other = sorted(made, key=lambda each: each.identity)
        assert (named.identity, other.identity) == ("name", "nothing")
        assert named.collections == other.collections
        assert (named.name, named.title) == (other.name, other.title)


async def test_what_was_chosen_is_carried_through_adjusting_and_kept_for_the_next_time() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await say(browser)
        adjust = await browser.post("/share/adjust", await filled(browser, identity="initials"))
        assert '<input type="hidden" name="identity" value="initials">' in adjust.text
        form = {**await filled(browser, identity="initials", adjusted="consultant"), "switch": "glucose"}
        await browser.post("/share", form)
        [grant] = await visits(place.store)
        policy = parse(grant.policy_text, file="x")
        assert (policy.identity, set(policy.collections)) == ("initials", {"entries", "treatments"})
        assert '<option value="initials" selected>A. E.</option>' in (await browser.get("/share")).text


async def test_where_nothing_was_said_nothing_can_be_chosen_but_nothing() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        page = (await browser.get("/share")).text
        assert page.count(" disabled>") == 3
        assert '<option value="nothing">Tell nothing</option>' in page
