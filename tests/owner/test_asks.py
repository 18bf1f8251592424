"""Ask for more, from the clinician's button to the page that follows; and what a clinician can't find out by it."""

import asyncio
from dataclasses import replace

import msgspec
import pytest

from proxy.core.ask import ASK, LASTS
from proxy.core.policyfile import parse
from proxy.demo import generate
from tests.living import NOW
from tests.owner.asking import neutral, visit_of
from tests.owner.both import both_sides
from tests.owner.shares import plain, records

PROFILE = "/api/v1/profile.json"
NEUTRAL = '"store":{"-":'
"""Stands in every answer for a profile that is not shared."""


async def test_the_owners_yes_shows_the_class_at_once_and_both_chains_tell() -> None:
    async with both_sides(days=3) as both:
        visit = await visit_of(both)
        assert "Ask for pump and loop settings" in (await visit.clinic.get("/visit/home")).text
        assert NEUTRAL in (await visit.clinic.get(PROFILE)).text
        answer = await visit.ask("settings")
        assert (answer.status, answer.location) == (303, "/visit/home#asking")
        page = await visit.clinic.get("/visit/home")
        assert "Asked on" in page.text
        assert "The answer comes on this page." in page.text
        assert "Ask for" not in page.text
        mark = (await visit.clinic.get("/visit/ask/state")).text
        assert f'data-mark="{msgspec.json.decode(mark)["mark"]}"' in page.text
        asked = await visit.owner.get("/asks")
        assert "Diabetes clinic asks for pump and loop settings" in plain(asked)
        assert "What the loop planned and predicted" in plain(asked)
        assert (await visit.give(await visit.form())).location == "/asks?given=yes"
        assert (await visit.clinic.get("/visit/ask/state")).text != mark
        page = await visit.clinic.get("/visit/home")
        assert "said yes to pump and loop settings" in plain(page)
        assert "<li>Pump and loop settings</li>" in page.text.partition("What is not shared")[0]
        assert NEUTRAL not in (await visit.clinic.get(PROFILE)).text
        grant = await visit.grant()
        policy = parse(grant.policy_text, file="x")
        assert (grant.policy_name, grant.policy_hash) == ("consultant-adjusted", policy.hash)
        kept = await records(both.house.store, grant)
        [question] = [each for each in kept if each["kind"] == "asked"]
        [given] = [each for each in kept if each["kind"] == "reshaped"]
        assert (question["asked"], given["asked"], given["by"]) == ("settings", "settings", "owner")
        assert given["policy"] == f"consultant-adjusted@{policy.hash}"
        assert "profile, class settings: all" in given["reveals"]
        [noted] = [each for each in await both.place.log() if each["did"].startswith("ask")]
        assert (noted["did"], noted["who"], noted["grant_of"]) == ("ask granted", "Ada", grant.id)
        assert "Diabetes" not in str(noted)


async def test_more_days_are_as_many_as_the_owner_chooses() -> None:
    async with both_sides() as both:
        visit = await visit_of(both)
        await visit.ask("more days")
        form = await visit.form()
        for odd in ("", "14", "7", "91", "365", "1e9", "-1", "٣٠"):
            assert (await visit.give(form, days=odd)).status == 409
        assert (await visit.give(form, days="30")).status == 303
        grant = await visit.grant()
        assert (grant.days, grant.policy_name) == (30, "consultant")
        assert [
            each["reveals"] for each in await records(both.house.store, grant) if each["kind"] == "reshaped"
        ] == ["days 15 to 30 before the visit"]
        assert "The last 30 days" in (await visit.clinic.get("/visit/home")).text


async def test_more_time_moves_the_end_and_nothing_else() -> None:
    async with both_sides() as both:
        visit = await visit_of(both)
        before = await visit.grant()
        await visit.ask("more time")
        form = await visit.form()
        assert (await visit.give(form, more="10y")).status == 409
        assert (await visit.give(form, more="2h")).status == 303
        after = await visit.grant()
        assert after.expires_at == before.expires_at + 2 * 3_600_000
        assert (after.policy_hash, after.days) == (before.policy_hash, before.days)
        [given] = [each for each in await records(both.house.store, after) if each["kind"] == "extended"]
        assert given["asked"] == "more time"


async def test_a_no_and_silence_and_a_dead_console_are_the_same_bytes_at_every_moment() -> None:
    seen = {}
    for owner_does in ("says no", "says nothing"):
        async with both_sides(days=3) as both:
            visit = await visit_of(both)
            await visit.ask("settings")
            if owner_does == "says no":
                assert (await visit.not_now(await visit.form())).location == "/asks"
            told = []
            for minute in range(12):
                answers = [
                    await visit.clinic.get(path)
                    for path in ("/visit/home", "/visit/ask/state", "/visit/whoami")
                ]
                told += [(one.status, neutral(one.text), one.headers["Content-Length"]) for one in answers]
                if minute == 5:
                    again = await visit.ask("more days")
                    told.append((again.status, again.location, ""))
                both.house.clock.now += 60_000
            # The check number that the clinician sees at the end tells nothing either.
            kinds = [each["kind"] for each in await records(both.house.store, await visit.grant())]
            seen[owner_does] = (told, kinds)
            declined = [each for each in await both.place.log() if each["did"] == "ask declined"]
            assert len(declined) == (owner_does == "says no")
    assert seen["says no"] == seen["says nothing"]
    assert any("no answer came" in text for _status, text, _length in seen["says no"][0])


async def test_what_is_not_listed_or_shown_already_is_refused_on_record() -> None:
    async with both_sides() as both:
        visit = await visit_of(both)
        for forged in ("glucose", "insulin", "", "everything", "settings ", "MORE DAYS", "<script>"):
            answer = await visit.ask(forged)
            assert answer.status == 403
            assert not forged or forged not in answer.text
        assert await both.house.store.document(ASK, visit.id) is None
        kept = await records(both.house.store, await visit.grant())
        assert [each["reason"] for each in kept if each["kind"] == "refusal"] == ["not_offered"] * 7
        assert "script" not in str(kept)
        [button] = [
            part
            for part in (await visit.clinic.get("/visit/home")).text.split("<form")
            if "Ask for more d" in part
        ]
        assert "Ask for more days" in button


async def test_a_question_needs_our_own_page_a_session_and_its_token() -> None:
    async with both_sides() as both:
        visit, stranger = await visit_of(both), both.clinic()
        form = {"csrf": await visit.csrf(), "ask": "settings"}
        assert (
            await visit.clinic.post("/visit/ask", form, headers={"Origin": "https://evil.example"})
        ).status == 403
        assert (await visit.clinic.post("/visit/ask", form | {"csrf": "x"})).status == 403
        assert (await stranger.post("/visit/ask", form)).status == 401
        assert await both.house.store.document(ASK, visit.id) is None
        assert "asked" not in [each["kind"] for each in await records(both.house.store, await visit.grant())]


@pytest.mark.parametrize(
    "back",
    [
        "//evil.example",
        "https://evil.example",
        "/visit/home/../..",
        "/",
        "/visit/summary?a=b\r\nX: y",
        "/visit/close",
    ],
)
async def test_the_way_back_leads_to_our_own_pages_only(back: str) -> None:
    async with both_sides() as both:
        visit = await visit_of(both)
        assert (await visit.ask("more time", back=back)).location == "/visit/home#asking"


async def test_the_way_back_to_the_summary_keeps_what_was_chosen_there() -> None:
    async with both_sides() as both:
        visit = await visit_of(both)
        back = "/visit/summary?days=7&units=mmol"
        assert (await visit.ask("more time", back=back)).location == f"{back}#asking"


async def test_one_question_at_a_time_however_many_ask_at_once() -> None:
    async with both_sides() as both:
        visit = await visit_of(both)
        answers = await asyncio.gather(
            *(visit.ask(wish) for wish in ("settings", "more days", "more time") * 2)
        )
        assert {answer.status for answer in answers} == {303}
        assert len(await both.house.store.documents(ASK)) == 1
        [document] = await both.house.store.documents(ASK)
        assert len(msgspec.json.decode(document.body)["times"]) == 1
        before = document.version
        await visit.ask("settings")
        [document] = await both.house.store.documents(ASK)
        assert document.version == before


async def test_nothing_is_asked_after_the_end() -> None:
    async with both_sides() as both:
        visit = await visit_of(both)
        form = {"csrf": await visit.csrf(), "ask": "settings"}
        csrf = await visit.owner.csrf("/access")
        await visit.owner.post(f"/access/{visit.id}/end", {"csrf": csrf})
        answer = await visit.clinic.post("/visit/ask", form)
        assert answer.status == 401
        assert "ended" in answer.text
        assert await both.house.store.document(ASK, visit.id) is None


async def test_two_owners_at_once_one_of_them_answers() -> None:
    async with both_sides() as both:
        visit = await visit_of(both)
        await visit.ask("settings")
        form = await visit.form()
        answers = await asyncio.gather(
            visit.give(form), visit.not_now(form), visit.give(form), visit.not_now(form)
        )
        assert sorted(answer.status for answer in answers) == [303, 409, 409, 409]
        did = [each["did"] for each in await both.place.log() if each["did"].startswith("ask")]
        assert len(did) == 1
        kinds = [each["kind"] for each in await records(both.house.store, await visit.grant())]
        assert kinds.count("reshaped") == (did == ["ask granted"])


async def test_a_yes_after_the_lapse_gives_nothing() -> None:
    async with both_sides() as both:
        visit = await visit_of(both)
        await visit.ask("settings")
        form = await visit.form()
        both.house.clock.now += LASTS
        assert (await visit.give(form)).status in (403, 409)
        csrf = await visit.owner.csrf("/settings")
        assert (await visit.not_now(form | {"csrf": csrf})).status == 409
        assert (await visit.grant()).policy_name == "consultant"
        assert "Nobody asks for anything" in (await visit.owner.get("/asks")).text


async def test_a_yes_counts_for_the_question_and_the_share_that_the_owner_saw() -> None:
    async with both_sides() as both:
        visit = await visit_of(both)
        await visit.ask("more time")
        old = await visit.form()
        both.house.clock.now += LASTS
        await visit.ask("settings")
        csrf = await visit.owner.csrf("/asks")
        assert (await visit.give(old | {"csrf": csrf}, more="7d")).status != 303
        visit.owner.cookies.clear()
        await visit.owner.sign_in()
        form = await visit.form()
        assert (await visit.give(form | {"was": "something else"})).status == 409
        assert (await visit.give(form | {"question": old["question"]}, more="7d")).status == 409
        assert (await visit.grant()).policy_name == "consultant"
        assert (await visit.give(form)).status == 303


async def test_an_access_that_ends_while_the_owner_thinks_is_not_widened() -> None:
    async with both_sides() as both:
        visit = await visit_of(both)
        await visit.ask("settings")
        form = await visit.form()
        csrf = await visit.owner.csrf("/access")
        await visit.owner.post(f"/access/{visit.id}/end", {"csrf": csrf})
        assert (await visit.give(form)).status == 409
        assert "Nobody asks for anything" in (await visit.owner.get("/asks")).text


async def test_a_yes_needs_a_fresh_confirmation_and_a_no_needs_none() -> None:
    async with both_sides() as both:
        visit = await visit_of(both)
        both.house.clock.now += 11 * 60_000
        await visit.ask("settings")
        form = await visit.form()
        answer = await visit.give(form)
        assert "Is it you?" in answer.text
        assert (await visit.grant()).policy_name == "consultant"
        assert (await visit.not_now(form)).status == 303


async def test_the_owners_forms_need_our_own_page_and_its_token() -> None:
    async with both_sides() as both:
        visit = await visit_of(both)
        await visit.ask("settings")
        form = await visit.form()
        for path in ("give", "not-now"):
            address = f"/asks/{visit.id}/{path}"
            assert (
                await visit.owner.post(address, form, headers={"Origin": "https://evil.example"})
            ).status == 403
            assert (await visit.owner.post(address, form | {"csrf": "x"})).status == 403
            assert (await both.place.browser().post(address, form)).status == 303
        assert (await visit.clinic.post(f"/asks/{visit.id}/give", form)).status == 404
        assert (await visit.grant()).policy_name == "consultant"


async def test_if_the_store_fails_on_the_way_nothing_is_given_and_the_question_waits_on() -> None:
    async with both_sides() as both:
        visit = await visit_of(both)
        await visit.ask("settings")
        form = await visit.form()
        both.house.store.fails.add("reshape")  # type: ignore[attr-defined]  # the store of the tests
        assert (await visit.give(form)).status == 503
        assert "waits" not in (await visit.clinic.get("/visit/ask/state")).text
        both.house.store.fails.clear()  # type: ignore[attr-defined]
        assert (await visit.grant()).policy_name == "consultant"
        assert (await visit.give(await visit.form())).status == 303
        assert (await visit.grant()).policy_name == "consultant-adjusted"


async def test_in_a_preview_the_page_is_the_same_and_no_owner_is_asked() -> None:
    async with both_sides() as both:
        visit = await visit_of(both)
        await visit.ask("settings")
        assert (await visit.owner.get("/asks/state")).text.count(visit.id) == 1
        grant = await visit.grant()
        both.house.store._grants[grant.id] = replace(grant, kind="preview")  # type: ignore[attr-defined]
        assert (await visit.owner.get("/asks/state")).text == '{"waiting": []}'


async def test_erasing_a_log_erases_what_was_asked() -> None:
    async with both_sides() as both:
        visit = await visit_of(both)
        await visit.ask("settings")
        csrf = await visit.owner.csrf("/access")
        await visit.owner.post(f"/access/{visit.id}/end", {"csrf": csrf})
        await both.house.store.erase(visit.id, day="2026-11-23")
        assert await both.house.store.document(ASK, visit.id) is None


@pytest.mark.parametrize("collection", ["profile", "treatments", "food"])
async def test_whether_there_is_any_of_it_does_not_show_in_the_asking(collection: str) -> None:
    """Promise 2: one site has it and the other none; asked for and declined, both pages are the same bytes."""
    seen = []
    for is_there in (True, False):
        site = generate("tests", NOW, days=3)
        if not is_there:
            site.collections[collection].clear()
        async with both_sides(site=site) as both:
            visit = await visit_of(both)
            before = await visit.clinic.get("/visit/home")
            await visit.ask("settings")
            await visit.not_now(await visit.form())
            pages = [
                before,
                await visit.clinic.get("/visit/home"),
                await visit.clinic.get("/visit/ask/state"),
            ]
            seen.append([neutral(page.text) for page in pages])
    assert seen[0] == seen[1]
