"""Pairing, from the clinic's screen to the page that opens there; and who tries to get in between."""

import asyncio
import re
from dataclasses import replace

from proxy.core.waiting import LASTS, WAITING, decode, encode
from tests.owner.both import CONSOLE, Both, Clinic, both_sides
from tests.owner.place import Answer, Browser
from tests.owner.shares import filled, plain, records, visits


async def waits(clinic: Clinic) -> tuple[str, str]:
    """Ask for a code to scan; give the id in it and the word."""
    begun = await clinic.post("/visit/pairing")
    assert (begun.status, begun.location) == (303, "/visit/waiting")
    page = await clinic.get("/visit/waiting")
    found = re.search(r'class="word">([a-z]+ \d\d)<', page.text)
    assert found
    key = next(iter(clinic.cookies.values())).partition(".")[0]
    return key, found.group(1)


async def scanned(browser: Browser, key: str) -> Answer:
    """Open on the phone what the code says, and share with it."""
    page = await browser.get(f"/pair/{key}")
    form = await filled(browser, way="pair", pairing=key)
    return await browser.post("/share", form | {"once": page.hidden("once")})


async def state(clinic: Clinic) -> str:
    return (await clinic.get("/visit/waiting/state")).text


async def test_the_phone_opens_the_clinics_computer() -> None:
    async with both_sides() as both:
        browser, clinic = await both.place.signed_in(), both.clinic()
        assert "Show a code to scan" in (await clinic.get("/visit")).text
        key, word = await waits(clinic)
        assert "svg" in (await clinic.get("/visit/waiting")).text
        assert await state(clinic) == '{"state":"waiting"}'
        early = await clinic.post("/visit/waiting")
        assert "Not yet." in early.text
        page = await browser.get(f"/pair/{key}")
        assert word in page.text
        assert "Windows" in page.text or "device" in page.text.lower()
        answer = await scanned(browser, key)
        assert "It opens on the computer by itself" in plain(answer)
        assert await state(clinic) == '{"state":"ready"}'
        opened = await clinic.post("/visit/waiting")
        assert (opened.status, opened.location.startswith("/visit/")) == (303, True)
        assert await clinic.is_in()
        [grant] = await visits(both.house.store)
        said = [(each["kind"], each.get("by")) for each in await records(both.house.store, grant)]
        assert said[:3] == [("consent", None), ("sign_in", "pairing"), ("opened", "pairing")]
        assert not [name for name in clinic.cookies if name.endswith("waiting")]


async def test_who_sees_the_code_but_is_not_the_computer_gets_nothing() -> None:
    async with both_sides() as both:
        browser, clinic, thief = await both.place.signed_in(), both.clinic(), both.clinic()
        key, _word = await waits(clinic)
        await waits(thief)
        name, value = next(iter(thief.cookies.items()))
        thief.cookies[name] = f"{key}.{value.partition('.')[2]}"
        await scanned(browser, key)
        assert await state(thief) == '{"state":"gone"}'
        assert (await thief.post("/visit/waiting")).status == 401
        assert not await thief.is_in()
        assert (await thief.post("/visit/handed", {"ticket": key})).status == 401
        await clinic.post("/visit/waiting")
        assert await clinic.is_in()


async def test_one_yes_lets_in_once() -> None:
    async with both_sides() as both:
        browser, clinic = await both.place.signed_in(), both.clinic()
        key, _word = await waits(clinic)
        kept = dict(clinic.cookies)
        await scanned(browser, key)
        copies = [Clinic(both.house, dict(kept)) for _ in range(4)]
        answers = await asyncio.gather(*(each.post("/visit/waiting") for each in copies))
        assert sorted(each.status for each in answers) == [303, 401, 401, 401]
        late = Clinic(both.house, dict(kept))
        assert (await late.post("/visit/waiting")).status == 401
        assert await both.house.store.documents(WAITING) == []


async def test_a_code_is_good_for_minutes() -> None:
    async with both_sides() as both:
        browser, clinic = await both.place.signed_in(), both.clinic()
        key, _word = await waits(clinic)
        both.house.clock.now += LASTS["pairing"]
        page = await browser.get(f"/pair/{key}")
        assert (page.status, "no longer waits" in plain(page)) == (400, True)
        form = await filled(browser, way="pair", pairing=key)
        assert "no longer waits" in plain(await browser.post("/share", form))
        assert await visits(both.house.store) == []
        assert await state(clinic) == '{"state":"gone"}'


async def test_a_yes_that_nobody_fetches_in_time_is_lost() -> None:
    async with both_sides() as both:
        browser, clinic = await both.place.signed_in(), both.clinic()
        key, _word = await waits(clinic)
        await scanned(browser, key)
        both.house.clock.now += LASTS["pairing"]
        assert (await clinic.post("/visit/waiting")).status == 401
        assert not await clinic.is_in()


async def test_two_owners_answer_once() -> None:
    async with both_sides() as both:
        browser, clinic = await both.place.signed_in(), both.clinic()
        key, _word = await waits(clinic)
        forms = [await filled(browser, way="pair", pairing=key) for _ in range(2)]
        answers = await asyncio.gather(*(browser.post("/share", form) for form in forms))
        assert sorted(each.status for each in answers) == [200, 400]
        assert len(await visits(both.house.store)) == 1


async def test_after_a_fault_the_computer_waits_on() -> None:
    async with both_sides() as both:
        browser, clinic = await both.place.signed_in(), both.clinic()
        key, word = await waits(clinic)
        wrong = await browser.post("/share", await filled(browser, way="pair", pairing=key, clinician=""))
        assert (wrong.status, word in wrong.text) == (400, True)
        await scanned(browser, key)
        await clinic.post("/visit/waiting")
        assert await clinic.is_in()


async def test_a_yes_to_a_share_that_has_ended_opens_nothing() -> None:
    async with both_sides() as both:
        browser, clinic = await both.place.signed_in(), both.clinic()
        key, _word = await waits(clinic)
        await scanned(browser, key)
        [grant] = await visits(both.house.store)
        await _end(both, grant.id)
        answer = await clinic.post("/visit/waiting")
        assert (answer.status, "ended" in answer.text) == (401, True)
        assert not await clinic.is_in()


async def _end(both: Both, grant: str) -> None:
    from proxy.core.record import Draft  # noqa: PLC0415

    await both.house.store.end(grant, "revoked", Draft("ended", both.house.clock.now, {"ending": "revoked"}))


async def test_a_stranger_without_the_console_cannot_say_yes() -> None:
    async with both_sides() as both:
        clinic = both.clinic()
        key, _word = await waits(clinic)
        stranger = both.place.browser("198.51.100.9")
        page = await stranger.get(f"/pair/{key}")
        assert (page.status, page.location) == (303, f"/sign-in?next=/pair/{key}")
        for elsewhere in ("https://evil.example", "null", ""):
            answer = await clinic.post("/visit/pairing", headers={"Origin": elsewhere})
            assert answer.status == 403


async def test_the_phone_takes_no_other_document_for_a_computer() -> None:
    async with both_sides() as both:
        browser, clinic = await both.place.signed_in(), both.clinic()
        key, _word = await waits(clinic)
        found = await both.house.store.document(WAITING, key)
        assert found is not None
        other = f"{'0a' * 8}~{key}"
        waiting = replace(decode(found.body), kind="opening")
        await both.house.store.put(WAITING, other.replace("~", "/"), encode(waiting), version=None)
        for odd in (other, "..", "%2e%2e", "x" * 16, "owner"):
            page = await browser.get(f"/pair/{odd}")
            assert page.status in (303, 400, 404), odd


async def test_not_everybody_can_fill_the_waiting_room() -> None:
    async with both_sides() as both:
        answers = [await both.clinic().post("/visit/pairing") for _ in range(40)]
        assert [each.status for each in answers[:30]] == [303] * 30
        assert answers[-1].status == 429
        both.house.clock.now += LASTS["pairing"]
        assert (await both.clinic().post("/visit/pairing")).status == 303
        assert len(await both.house.store.documents(WAITING)) == 1


async def test_the_code_leads_to_the_console_and_holds_no_secret() -> None:
    async with both_sides() as both:
        clinic = both.clinic()
        key, _word = await waits(clinic)
        secret = next(iter(clinic.cookies.values())).partition(".")[2]
        page = await clinic.get("/visit/waiting")
        assert secret not in page.text
        kept = await both.house.store.document(WAITING, key)
        assert kept is not None
        assert secret.encode() not in kept.body
        assert "HttpOnly" in str((await both.clinic().post("/visit/pairing")).cookies)
        assert CONSOLE.startswith("https://")
