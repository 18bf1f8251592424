"""Single notes of Nightscout, picked by a tick: what was on the page goes along, and nothing else of its row."""

import msgspec
import pytest

from proxy.core.identity import ABOUT_ME, ME, AboutMe
from proxy.core.remarks import DRAFT, NEXT
from tests.owner.notes import ATTACK, WRITTEN, Nightscout, draft, offered, pick, row, write
from tests.owner.place import console_place
from tests.owner.shares import plain, policies, share, visits


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


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "../etc/passwd", "europe/berlin ", "."])
async def test_a_zone_that_is_not_known_here_gives_way_to_the_sites(zone: str) -> None:
    site = Nightscout([row("2026-11-20T23:30:00Z", "felt sick")])
    async with console_place(policies=policies, rows=site) as place:
        place.clock.now = 1_795_000_000_000
        await place.store.put(ABOUT_ME, ME, msgspec.json.encode(AboutMe(zone=zone)), version=None)
        browser = await place.signed_in()
        page = await browser.get("/notes/nightscout")
        assert page.status == 200
        assert list(offered(page)) == ["felt sick"]
        since = {fetch.since for fetch in site.asked}
        assert len(since) == 1
        site.asked.clear()
        about = await place.store.document(ABOUT_ME, ME)
        assert about is not None
        await place.store.put(ABOUT_ME, ME, msgspec.json.encode(AboutMe()), version=about.version)
        await browser.get("/notes/nightscout")
        assert {fetch.since for fetch in site.asked} == since, "as if no zone had been named"
