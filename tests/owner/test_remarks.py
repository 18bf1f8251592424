"""“My notes for this visit”: kept with the grant or for the next share, on record without their words, erased with it."""

import asyncio

import pytest

from proxy.core.remarks import DRAFT, NEXT, REMARKS, Remark, digest
from tests.owner.notes import WRITTEN, along, draft, of_grant, write
from tests.owner.place import Crossing, console_place
from tests.owner.shares import filled, plain, policies, records, share, visits


async def test_notes_wait_for_the_next_share_and_are_shown_again() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        assert (await write(browser, **WRITTEN)).location == "/notes?saved"
        kept = await draft(place)
        assert kept.questions == ("Is my basal right?",)
        assert kept.dated == (Remark("flu", "2026-03-03", "2026-03-06"), Remark("open loop: travel"))
        page = (await browser.get("/notes")).text
        for value in WRITTEN.values():
            assert f'value="{value}"' in page


async def test_what_is_written_beforehand_needs_no_confirmation_what_goes_to_somebody_does() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await share(browser)
        [grant] = await visits(place.store)
        place.clock.now += 11 * 60_000
        assert (await write(browser, **WRITTEN)).status == 303
        answer = await write(browser, f"/notes/{grant.id}", **WRITTEN)
        assert "Is it you?" in answer.text
        assert not await of_grant(place, grant.id)


async def test_the_share_takes_them_along_and_its_consent_tells_their_hash_and_no_word() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await write(browser, **WRITTEN)
        assert "1 question; 2 remarks;" in plain(await browser.get("/share"))
        assert (await along(browser)).status == 200
        [grant] = await visits(place.store)
        kept = await of_grant(place, grant.id)
        assert kept.questions == ("Is my basal right?",)
        [consent] = await records(place.store, grant)
        assert (consent["questions"], consent["remarks"], consent["picked"]) == (1, 2, 0)
        assert consent["words_hash"] == digest(kept)
        for word in ("basal", "flu", "travel"):
            assert word not in str(consent)
            assert word not in str(await place.log())
        assert await place.store.document(DRAFT, NEXT) is None
        assert "With my notes" not in plain(await browser.get("/share"))


async def test_without_the_tick_they_stay_where_they_are() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await write(browser, **WRITTEN)
        await share(browser, notes_shown="yes")
        [grant] = await visits(place.store)
        assert not await of_grant(place, grant.id)
        assert (await draft(place)).questions == ("Is my basal right?",)


async def test_notes_that_the_page_did_not_show_do_not_go_along() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await write(browser, **WRITTEN)
        page = await browser.get("/share")
        mark = page.text.split('name="notes" value="')[1].split('"')[0]
        form = {**await filled(browser), "notes": mark}
        await write(browser, **{"question-0": "Something that nobody saw on that page"})
        answer = await browser.post("/share", form)
        assert answer.status == 400
        assert "were changed since this page was shown" in plain(answer)
        assert await visits(place.store) == []


async def test_the_preview_shows_them_and_leaves_them_for_the_share() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await write(browser, **WRITTEN)
        page = await browser.get("/share")
        mark = page.text.split('name="notes" value="')[1].split('"')[0]
        await browser.post("/preview", {**await filled(browser), "notes": mark})
        [preview] = [grant for grant in await place.store.grants() if grant.kind == "preview"]
        assert (await of_grant(place, preview.id)).questions == ("Is my basal right?",)
        assert await draft(place)


async def test_adjusting_carries_the_tick_on() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await write(browser, **WRITTEN)
        page = await browser.get("/share")
        mark = page.text.split('name="notes" value="')[1].split('"')[0]
        form = {**await filled(browser), "notes_shown": "yes"}
        assert f'name="notes" value="{mark}">' in (await browser.post("/share/adjust", form)).text
        assert (
            f'name="notes" value="{mark}" checked'
            in (await browser.post("/share/adjust", {**form, "notes": mark})).text
        )


async def test_notes_of_a_share_are_changed_on_both_records() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await share(browser)
        [grant] = await visits(place.store)
        assert (await write(browser, f"/notes/{grant.id}", **WRITTEN)).location == f"/notes/{grant.id}?saved"
        *_, told = await records(place.store, grant)
        assert (told["kind"], told["about"], told["questions"]) == ("told", "remarks", 1)
        assert told["words_hash"] == digest(await of_grant(place, grant.id))
        [noted] = [each for each in await place.log() if each["did"] == "notes changed"]
        assert (noted["grant_of"], noted["who"]) == (grant.id, "Ada")
        assert "flu" not in str(await place.log()) + str(told)
        assert not await draft(place)


async def test_the_same_words_have_another_hash_each_time_so_that_nobody_can_try_short_ones() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await share(browser)
        [grant] = await visits(place.store)
        for _ in range(2):
            await write(browser, f"/notes/{grant.id}", **WRITTEN)
        hashes = [each["words_hash"] for each in await records(place.store, grant) if each["kind"] == "told"]
        assert len(set(hashes)) == 2


@pytest.mark.parametrize("ending", ["revoked", "by the clock"])
async def test_an_ended_share_takes_no_more_words(ending: str) -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await share(browser)
        [grant] = await visits(place.store)
        page = await browser.get(f"/notes/{grant.id}")
        if ending == "revoked":
            await browser.post(f"/access/{grant.id}/end", {"csrf": page.hidden("csrf")})
        else:
            place.clock.now = grant.expires_at
            browser = place.browser()
            await browser.sign_in()
            page = await browser.get("/notes")
        form = {"csrf": page.hidden("csrf"), "version": "", **WRITTEN}
        assert (await browser.post(f"/notes/{grant.id}", form)).status == 404
        assert (await browser.get(f"/notes/{grant.id}/nightscout")).status == 404
        assert not await of_grant(place, grant.id)


async def test_notes_go_with_the_grant_when_it_is_erased() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await write(browser, **WRITTEN)
        await along(browser)
        [grant] = await visits(place.store)
        await browser.post(f"/access/{grant.id}/end", {"csrf": await browser.csrf("/notes")})
        await place.store.erase(grant.id, day="2026-11-23")
        assert await place.store.document(REMARKS, grant.id) is None


async def test_an_older_page_does_not_undo_what_was_saved_since() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        page = await browser.get("/notes")
        stale = {"csrf": page.hidden("csrf"), "version": page.hidden("version"), "question-0": "Old?"}
        await write(browser, **WRITTEN)
        answer = await browser.post("/notes", stale)
        assert answer.status == 400
        assert "Is my basal right?" in answer.text
        assert (await draft(place)).questions == ("Is my basal right?",)


async def test_two_who_save_at_once_do_not_mix() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await write(browser, **WRITTEN)
        page = await browser.get("/notes")
        form = {"csrf": page.hidden("csrf"), "version": page.hidden("version")}
        answers = await asyncio.gather(
            *(browser.post("/notes", {**form, "question-0": f"{n}?", "words-0": f"{n}"}) for n in range(4))
        )
        assert sorted(answer.status for answer in answers).count(303) == 1
        kept = await draft(place)
        assert kept.questions[0] == f"{kept.dated[0].words}?"


async def test_a_form_sent_twice_at_once_is_saved_once_and_says_so_twice() -> None:
    async with console_place(policies=policies, store=Crossing(DRAFT)) as place:
        browser = await place.signed_in()
        page = await browser.get("/notes")
        form = {"csrf": page.hidden("csrf"), "version": page.hidden("version"), "question-0": "Twice?"}
        answers = await asyncio.gather(*(browser.post("/notes", form) for _ in range(2)))
        assert [answer.location for answer in answers] == ["/notes?saved"] * 2
        assert (await draft(place)).questions == ("Twice?",)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"question-0": "x" * 301}, "up to 300 letters"),
        ({"words-0": "x" * 301}, "up to 300 letters"),
        ({"words-0": "flu", "first-0": "3 March"}, "This is no day"),
        ({"words-0": "", "first-0": "2026-03-03"}, "a day without words"),
        ({"words-0": "flu", "first-0": "2026-03-06", "last-0": "2026-03-03"}, "before the first one"),
    ],
)
async def test_what_cannot_be_meant_is_told_and_not_kept(wrong: dict[str, str], sentence: str) -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        answer = await write(browser, **wrong)
        assert answer.status == 400
        assert sentence in plain(answer)
        assert await place.store.document(DRAFT, NEXT) is None


async def test_nobody_who_is_not_signed_in_reads_or_writes_notes() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await write(browser, **WRITTEN)
        stranger = place.browser()
        for path in ("/notes", "/notes/nightscout", "/about-me"):
            answer = await stranger.get(path)
            assert answer.status == 303
            assert "basal" not in answer.text
            assert (await stranger.post(path, {"csrf": "", "question-0": "x"})).status in (303, 401, 403)
        assert (await draft(place)).questions == ("Is my basal right?",)


async def test_what_is_saved_by_two_taps_is_saved_and_not_called_changed_meanwhile() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        page = await browser.get("/notes")
        form = {"csrf": page.hidden("csrf"), "version": page.hidden("version"), **WRITTEN}
        first, second = [await browser.post("/notes", form) for _ in range(2)]
        assert (first.location, second.location) == ("/notes?saved", "/notes?saved")
        assert [each["did"] for each in await place.log()].count("notes changed") == 1
