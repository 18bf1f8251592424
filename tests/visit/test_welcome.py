"""The first page after link and PIN, and that nothing of it is told before."""

from dataclasses import replace

from proxy.core.identity import ABOUT_ME, ME
from proxy.core.record import Draft
from tests.visit.place import SHARED, Place, opened, wrong

NAMED = replace(SHARED, identity="name")


async def test_nothing_is_told_before_link_and_pin_are_right() -> None:
    async with opened(describe=lambda _grant: NAMED) as place:
        await place.store.put(ABOUT_ME, ME, b'{"name": "Ada Example"}', version=None)
        minted = await place.mint()
        for answer in (
            await place.get("/visit"),
            await place.get("/"),
            await place.get("/visit/welcome"),
            await place.try_pin(minted, wrong(minted)),
        ):
            assert "Ada" not in answer.text
            assert "Insulin" not in answer.text
            assert "For a diabetes visit" not in answer.text
        page = (await place.get("/visit/welcome", cookie=await place.enter(minted))).text
        assert "<bdi>Ada Example</bdi>" in page


async def test_it_asks_whether_this_is_the_patient_and_says_what_is_shared_and_what_is_noted(
    place: Place,
) -> None:
    minted = await place.mint(clinician="Dr. <Okonkwo>")
    page = (await place.get("/visit/welcome", cookie=await place.enter(minted))).text
    assert "<h1>Is this your patient?</h1>" in page
    assert "Not named" in page
    assert "Dr. &lt;Okonkwo&gt;" in page
    assert "It ends in 4 hours:" in page
    shown, _, withheld = page.partition("What is not shared")
    assert "<li>Insulin</li>" in shown
    assert "<li>Pump and loop settings</li>" in withheld
    assert "No account is needed, and nothing is installed." in page
    assert "What is noted of you" in page
    assert "kept for 24 months" in page
    assert "look back on it together" in page


async def test_yes_is_a_link_and_no_closes_this_browser_and_leaves_the_access_as_it_is(place: Place) -> None:
    minted = await place.mint()
    cookie = await place.enter(minted)
    page = (await place.get("/visit/welcome", cookie=cookie)).text
    assert '<a class="way" href="/visit/home" id="onward">' in page
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    assert (await place.post("/visit/close", {"csrf": csrf}, cookie=cookie)).status == 303
    assert (await place.get("/visit/home", cookie=cookie)).status == 401
    assert (await place.grant(minted)).state(place.clock()) == "open"


async def test_looking_at_it_reads_nothing_of_nightscout_and_leaves_no_answer_on_record(place: Place) -> None:
    minted = await place.mint()
    cookie = await place.enter(minted)
    before = await place.log(minted)
    await place.get("/visit/welcome", cookie=cookie)
    assert await place.log(minted) == before


async def test_after_the_end_it_shows_the_end(place: Place) -> None:
    minted = await place.mint()
    cookie = await place.enter(minted)
    await place.store.end(minted.grant.id, "revoked", Draft("ended", place.clock(), {"ending": "revoked"}))
    answer = await place.get("/visit/welcome", cookie=cookie)
    assert answer.status == 401
    assert "This access has ended" in answer.text
    assert "If you still need something" in answer.text
    assert "Insulin" not in answer.text


async def test_how_long_the_log_is_kept_is_as_it_was_set() -> None:
    async with opened(kept_months=7) as place:
        page = (await place.get("/visit/welcome", cookie=await place.enter(await place.mint()))).text
        assert "kept for 7 months" in page
