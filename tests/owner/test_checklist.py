"""The checklist of safe sharing: it ticks itself where the system knows."""

import re

from proxy.core.record import Draft, Value
from tests.owner.place import Answer, Browser
from tests.owner.visits import at_home, given, opened


def done(page: Answer) -> dict[str, bool]:
    """Give each line of the checklist, and whether it is ticked."""
    part = page.text[page.text.index('id="checklist"') :]
    by_itself = re.findall(r'class="mark( done)?"[^>]*></span> <span>([^<]+)<', part)
    by_hand = re.findall(r'value="\w+"( checked)?> <span>([^<]+)<', part)
    return {words: bool(mark) for mark, words in [*by_itself, *by_hand]}


async def test_it_ticks_itself_as_the_share_goes_on() -> None:
    async with at_home() as (browser, place):
        grant = await given(place)
        fresh = done(await browser.get(f"/access/{grant.id}"))
        assert fresh["It is encrypted on its way, needs a PIN and ends by itself"]
        assert not fresh["It arrived: it was opened"]
        assert not fresh["Access has ended"]
        await opened(place, grant)
        assert done(await browser.get(f"/access/{grant.id}"))["It arrived: it was opened"]
        place.clock.now += 1
        await place.store.end(grant.id, "revoked", Draft("ended", place.clock(), {"ending": "revoked"}))
        place.clock.now += 1
        ended = done(await browser.get(f"/access/{grant.id}"))
        assert ended["Access has ended"]
        assert ended["You read the log after the end"]
        assert not ended["You kept the receipt"]


async def test_least_sharing_is_read_from_the_policy() -> None:
    async with at_home() as (browser, place):
        words = "No notes, names or serial numbers are shown"
        bare, full = await given(place, policy="cgm-only"), await given(place, policy="full-loop")
        assert done(await browser.get(f"/access/{bare.id}"))[words]
        shown = (await browser.get(f"/access/{full.id}")).text
        personal = "Notes and messages" in shown[shown.index("Shown") : shown.index("Not shared")]
        assert done(await browser.get(f"/access/{full.id}"))[words] is not personal


async def test_in_the_room_the_pin_needs_no_other_way() -> None:
    async with at_home() as (browser, place):
        grant = await opened(place, await given(place), by="pairing")
        assert done(await browser.get(f"/access/{grant.id}"))["The PIN went another way than the link"]


async def test_what_the_clinician_said_of_copies_ticks_itself() -> None:
    async with at_home() as (browser, place):
        words = "The clinic has deleted its copies, or filed them in your record"
        for said, expected in (({}, False), ({"copies_deleted": True}, True), ({"copies_filed": True}, True)):
            grant = await opened(place, await given(place))
            fields: dict[str, Value] = {"ending": "finished", "by": "clinician", **said}
            await place.store.end(grant.id, "finished", Draft("ended", place.clock(), fields))
            assert done(await browser.get(f"/access/{grant.id}"))[words] is expected


async def test_what_only_the_owner_knows_is_ticked_by_hand_and_goes_with_the_share() -> None:
    async with at_home() as (browser, place):
        grant = await given(place)
        answer = await _tick(browser, grant.id, "old", "copies", "nonsense", "<b>")
        assert answer.location == f"/access/{grant.id}#checklist"
        ticked = done(await browser.get(f"/access/{grant.id}"))
        assert ticked["Old links to your Nightscout, given out earlier, are closed"]
        assert not ticked["The findings were talked over"]
        await _tick(browser, grant.id)
        assert not done(await browser.get(f"/access/{grant.id}"))[
            "Old links to your Nightscout, given out earlier, are closed"
        ]
        await place.store.end(grant.id, "revoked", Draft("ended", place.clock(), {"ending": "revoked"}))
        await place.store.erase(grant.id, day="2026-11-23")
        assert await place.store.document("checklist", grant.id) is None
        await _tick(browser, grant.id, "old")
        assert await place.store.document("checklist", grant.id) is None


async def _tick(browser: Browser, grant: str, *keys: str) -> Answer:
    csrf = await browser.csrf("/access")
    return await browser.post(
        f"/access/{grant}/checklist", [("csrf", csrf), *(("done", key) for key in keys)]
    )
