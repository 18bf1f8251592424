"""“My notes for this visit”: kept with the grant or for the next share, on record without their words, erased with it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from proxy.core.errors import UpstreamError
from proxy.core.plan import Fetch
from proxy.core.remarks import DRAFT, NEXT, REMARKS, Remark, Remarks, digest, read_remarks
from tests.owner.place import Answer, Browser, Place, console_place
from tests.owner.shares import filled, plain, policies, records, share, visits

WRITTEN = {
    "question-0": "Is my basal right?",
    "words-0": "flu",
    "first-0": "2026-03-03",
    "last-0": "2026-03-06",
    "words-1": "open loop: travel",
}
ATTACK = "<img src=x onerror=alert(1)>\u202e{{ 7*7 }}%(name)s"


@dataclass
class Nightscout:
    """A site with notes, which can be changed and be away."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    asked: list[Fetch] = field(default_factory=list)
    away: bool = False

    async def __call__(self, fetch: Fetch) -> bytes:
        self.asked.append(fetch)
        if self.away:
            raise UpstreamError("upstream_unreachable", "Not just now.")
        return msgspec.json.encode(self.rows)


def row(at: str, text: str, **more: Any) -> dict[str, Any]:
    base = {"_id": f"id-{text}", "created_at": at, "notes": text, "insulin": 4.25, "enteredBy": "Mum"}
    return {**base, "eventType": "Meal Bolus", **more}


async def write(browser: Browser, path: str = "/notes", **said: str) -> Answer:
    page = await browser.get(path)
    form = {"csrf": page.hidden("csrf"), "version": page.hidden("version"), **said}
    return await browser.post(path, form)


async def draft(place: Place) -> Remarks:
    return read_remarks(await place.store.document(DRAFT, NEXT))


async def of_grant(place: Place, grant: str) -> Remarks:
    return read_remarks(await place.store.document(REMARKS, grant))


async def pick(browser: Browser, notes: Sequence[str], path: str = "/notes", days: str = "14") -> Answer:
    page = await browser.get(f"{path}/nightscout?days={days}")
    form = [("csrf", page.hidden("csrf")), ("version", page.hidden("version")), ("days", days)]
    return await browser.post(f"{path}/nightscout", [*form, *(("note", key) for key in notes)])


def offered(page: Answer) -> Mapping[str, str]:
    """Give the keys of the notes that can be ticked, by their text."""
    parts = page.text.split('<input type="checkbox" name="note" value="')[1:]
    return {part.split("<bdi>")[1].split("</bdi>")[0]: part.split('"')[0] for part in parts}


async def along(browser: Browser, **changed: str) -> Answer:
    """Share with the tick left as it is."""
    page = await browser.get("/share")
    mark = page.hidden("notes_shown") and page.text.split('name="notes" value="')[1].split('"')[0]
    return await share(browser, notes_shown="yes", notes=mark, **changed)


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


async def test_notes_of_nightscout_are_offered_unticked_and_only_what_is_ticked_goes_along() -> None:
    site = Nightscout([row("2026-11-20T10:00:00Z", "felt sick"), row("2026-11-21T10:00:00Z", "secret party")])
    async with console_place(policies=policies, rows=site) as place:
        place.clock.now = 1_795_000_000_000
        browser = await place.signed_in()
        page = await browser.get("/notes/nightscout")
        assert " checked" not in page.text
        keys = offered(page)
        assert list(keys) == ["secret party", "felt sick"]
        assert (await pick(browser, [keys["felt sick"]])).location == "/notes?saved"
        [picked] = (await draft(place)).picked
        assert (picked.words, picked.day) == ("felt sick", "2026-11-20")
        stored = await place.store.document(DRAFT, NEXT)
        assert stored
        for other in (b"party", b"Mum", b"4.25", b"Meal", b"id-felt"):
            assert other not in stored.body
        again = await browser.get("/notes/nightscout")
        assert list(offered(again)) == ["secret party"]
        assert "goes along already" in again.text


async def test_a_note_that_was_picked_can_be_taken_away_again() -> None:
    site = Nightscout([row("2026-11-20T10:00:00Z", "felt sick")])
    async with console_place(policies=policies, rows=site) as place:
        place.clock.now = 1_795_000_000_000
        browser = await place.signed_in()
        [key] = offered(await browser.get("/notes/nightscout")).values()
        await pick(browser, [key])
        await write(browser, **WRITTEN)
        assert len((await draft(place)).picked) == 1, "saving the page keeps what was picked"
        await write(browser, **WRITTEN, unpick=key)
        assert (await draft(place)).picked == ()


async def test_a_note_that_was_changed_since_it_was_shown_is_not_taken() -> None:
    site = Nightscout([row("2026-11-20T10:00:00Z", "felt sick")])
    async with console_place(policies=policies, rows=site) as place:
        place.clock.now = 1_795_000_000_000
        browser = await place.signed_in()
        [key] = offered(await browser.get("/notes/nightscout")).values()
        site.rows[0]["notes"] = "what the uploader put there meanwhile"
        answer = await pick(browser, [key])
        assert answer.status == 400
        assert "Look again, then pick" in plain(answer)
        assert await place.store.document(DRAFT, NEXT) is None


async def test_nightscout_is_asked_only_for_treatments_of_the_days_that_are_offered() -> None:
    site = Nightscout()
    async with console_place(policies=policies, rows=site) as place:
        browser = await place.signed_in()
        await browser.get("/notes")
        assert site.asked == []
        await browser.get("/notes/nightscout?days=100000")
        [asked] = site.asked
        assert asked.collection == "treatments"
        assert 14 * 86_400_000 <= asked.until - asked.since < 15 * 86_400_000 + 1


async def test_a_nightscout_that_is_away_takes_nothing_from_what_is_kept() -> None:
    site = Nightscout([row("2026-11-20T10:00:00Z", "felt sick")])
    async with console_place(policies=policies, rows=site) as place:
        place.clock.now = 1_795_000_000_000
        browser = await place.signed_in()
        await write(browser, **WRITTEN)
        page = await browser.get("/notes/nightscout")
        [key] = offered(page).values()
        site.away = True
        form = {"csrf": page.hidden("csrf"), "version": page.hidden("version"), "note": key}
        answer = await browser.post("/notes/nightscout", form)
        assert "can't be read just now" in plain(answer)
        assert "No notes were found" not in plain(answer)
        assert (await draft(place)).questions == ("Is my basal right?",)


async def test_more_than_twenty_notes_are_not_taken() -> None:
    site = Nightscout([row("2026-11-20T10:00:00Z", f"note {n}") for n in range(21)])
    async with console_place(policies=policies, rows=site) as place:
        place.clock.now = 1_795_000_000_000
        browser = await place.signed_in()
        keys = list(offered(await browser.get("/notes/nightscout")).values())
        assert "Pick fewer" in plain(await pick(browser, keys))
        assert (await pick(browser, keys[:20])).status == 303


async def test_markup_and_direction_marks_act_nowhere_on_the_console() -> None:
    site = Nightscout([row("2026-11-20T10:00:00Z", ATTACK), row("2026-11-20T11:00:00Z", ATTACK + "x" * 1000)])
    async with console_place(policies=policies, rows=site) as place:
        place.clock.now = 1_795_000_000_000
        browser = await place.signed_in()
        await share(browser, clinician="<i>Dr</i> %(x)s")
        [grant] = await visits(place.store)
        await write(browser, **{"question-0": ATTACK, "words-0": ATTACK})
        [key] = offered(await browser.get("/notes/nightscout")).values()
        await pick(browser, [key])
        for path in ("/notes", f"/notes/{grant.id}", "/notes/nightscout", "/share"):
            page = (await browser.get(path)).text
            assert "<img src=x" not in page, path
            assert "<i>Dr" not in page, path
            assert "\u202e" not in page, path
        assert "{{ 7*7 }}%(name)s" in (await browser.get("/notes")).text


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
