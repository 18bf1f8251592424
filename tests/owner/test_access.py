"""Who has access: everything that was shared, ended with one tap, and given more time only as it was seen."""

import asyncio

from proxy.core.errors import UpstreamError
from proxy.core.grant import HOUR
from proxy.core.record import Draft
from tests.owner.shares import plain
from tests.owner.visits import at_home, given, opened, post

MINUTE = 60_000


async def test_each_share_says_to_whom_what_and_until_when() -> None:
    async with at_home() as (browser, place):
        grant = await given(place)
        page = plain(await browser.get("/access"))
        assert "Diabetes clinic" in page
        assert "the last 14 days" in page
        assert "Not opened yet" in page
        await opened(place, grant)
        assert "Open since" in plain(await browser.get("/access"))


async def test_ending_takes_one_tap_however_long_ago_the_owner_confirmed() -> None:
    async with at_home() as (browser, place):
        grant = await opened(place, await given(place))
        place.clock.now += 40 * MINUTE
        told: list[str] = []

        async def hear() -> None:
            async for ended in place.store.endings():
                told.append(ended)
                return

        hearing = asyncio.create_task(hear())
        answer = await post(browser, f"/access/{grant.id}/end")
        assert answer.status == 303
        assert answer.location == f"/access?ended={grant.id}"
        await asyncio.wait_for(hearing, 30)
        assert told == [grant.id]
        ended = await place.store.grant(grant.id)
        assert ended is not None
        assert (ended.ending, ended.ended_at) == ("revoked", place.clock.now)
        assert {"did": "revoke", "grant_of": grant.id, "who": "Ada"}.items() <= (await place.log())[
            -1
        ].items()
        assert "Access for Diabetes clinic has ended." in plain(await browser.get(answer.location))


async def away() -> str:
    raise UpstreamError("upstream_unreachable", "Nightscout can't be reached just now. Try again.")


async def test_watching_ending_and_the_receipt_need_no_nightscout() -> None:
    async with at_home(zone=away) as (browser, place):
        grant = await given(place)
        for path in ("/access", f"/access/{grant.id}", f"/access/{grant.id}/receipt"):
            assert (await browser.get(path)).status == 200
        assert (await post(browser, f"/access/{grant.id}/end")).status == 303


async def test_access_ends_although_the_owners_own_chain_can_not_be_written() -> None:
    async with at_home() as (browser, place):
        grant, csrf = await given(place), await browser.csrf("/access")
        place.store.fails.add("append")  # type: ignore[attr-defined]  # the store in memory
        answer = await browser.post(f"/access/{grant.id}/end", {"csrf": csrf})
        ended = await place.store.grant(grant.id)
        assert answer.status == 303
        assert ended is not None
        assert ended.ending == "revoked"


async def test_an_end_that_could_not_be_made_durable_is_not_claimed() -> None:
    async with at_home() as (browser, place):
        grant, csrf = await given(place), await browser.csrf("/access")
        place.store.fails.add("end")  # type: ignore[attr-defined]  # the store in memory
        assert (await browser.post(f"/access/{grant.id}/end", {"csrf": csrf})).status == 503


async def test_ending_twice_keeps_the_first_end() -> None:
    async with at_home() as (browser, place):
        grant = await given(place)
        await post(browser, f"/access/{grant.id}/end")
        first = await place.store.grant(grant.id)
        place.clock.now += MINUTE
        assert (await post(browser, f"/access/{grant.id}/end", at="/settings")).status == 303
        assert await place.store.grant(grant.id) == first


async def test_what_ran_out_is_not_said_to_have_been_ended_by_the_owner() -> None:
    async with at_home() as (browser, place):
        grant = await given(place)
        place.clock.now += 29 * HOUR
        await browser.sign_in()
        await post(browser, f"/access/{grant.id}/end", at="/settings")
        ended = await place.store.grant(grant.id)
        assert ended is not None
        assert ended.ending == "expired"


async def test_more_time_is_what_was_tapped_and_on_both_records() -> None:
    async with at_home() as (browser, place):
        grant = await given(place)
        answer = await post(browser, f"/access/{grant.id}/more", more="2h", was=str(grant.expires_at))
        later = await place.store.grant(grant.id)
        assert answer.location == f"/access/{grant.id}"
        assert later is not None
        assert later.expires_at == grant.expires_at + 2 * HOUR
        assert (await place.log())[-1]["did"] == "extend"


async def test_more_time_needs_a_fresh_confirmation() -> None:
    async with at_home() as (browser, place):
        grant = await given(place)
        place.clock.now += 11 * MINUTE
        answer = await post(browser, f"/access/{grant.id}/more", more="2h", was=str(grant.expires_at))
        assert "Is it you?" in answer.text
        assert await place.store.grant(grant.id) == grant


async def test_two_taps_on_more_time_give_it_once() -> None:
    async with at_home() as (browser, place):
        grant, csrf = await given(place), await browser.csrf("/access")
        form = {"csrf": csrf, "more": "1d", "was": str(grant.expires_at)}
        answers = await asyncio.gather(*(browser.post(f"/access/{grant.id}/more", form) for _ in range(4)))
        later = await place.store.grant(grant.id)
        assert later is not None
        assert later.expires_at == grant.expires_at + 24 * HOUR
        assert {answer.status for answer in answers} <= {303, 409}


async def test_more_time_never_reaches_beyond_thirty_days_or_an_unknown_span() -> None:
    async with at_home() as (browser, place):
        grant = await given(place)
        ends, answers = [grant.expires_at], []
        for _ in range(5):
            answers.append(await post(browser, f"/access/{grant.id}/more", more="7d", was=str(ends[-1])))
            later = await place.store.grant(grant.id)
            assert later is not None
            ends.append(later.expires_at)
        assert [answer.status for answer in answers] == [303, 303, 303, 303, 409]
        assert ends[-1] == ends[-2] == grant.expires_at + 28 * 24 * HOUR
        assert (await post(browser, f"/access/{grant.id}/more", more="99y", was=str(ends[-1]))).status == 409


async def test_whoever_is_faster_what_has_ended_gets_no_more_time() -> None:
    async with at_home() as (browser, place):
        for _ in range(5):
            grant, csrf = await given(place), await browser.csrf("/access")
            more = {"csrf": csrf, "more": "2h", "was": str(grant.expires_at)}
            await asyncio.gather(
                browser.post(f"/access/{grant.id}/more", more),
                browser.post(f"/access/{grant.id}/end", {"csrf": csrf}),
                browser.post(f"/access/{grant.id}/more", more),
            )
            ended = await place.store.grant(grant.id)
            assert ended is not None
            assert ended.state(place.clock()) == "ended"
            kinds = [record.body async for record in place.store.records(grant.id)]
            assert b'"kind":"ended"' in kinds[-1]


async def test_what_is_no_share_can_be_neither_seen_nor_ended() -> None:
    async with at_home() as (browser, place):
        await given(place)
        for path in ("/access/" + "0" * 16, "/access/owner-1", "/access/..%2fsettings", "/access/%00"):
            assert (await browser.get(path)).status == 404
        assert (await post(browser, "/access/owner-1/end")).status in (404, 405)
        assert (await post(browser, "/access/" + "0" * 16 + "/end")).status == 404
        assert (await post(browser, "/access/" + "0" * 16 + "/more", more="2h")).status == 404


async def test_a_form_of_another_page_ends_nothing() -> None:
    async with at_home() as (browser, place):
        grant, csrf = await given(place), await browser.csrf("/access")
        path = f"/access/{grant.id}/end"
        assert (await browser.post(path, {})).status == 403
        assert (await browser.post(path, {"csrf": "x" * 22})).status == 403
        for origin in ("https://evil.example", "null"):
            assert (await browser.post(path, {"csrf": csrf}, headers={"Origin": origin})).status == 403
        assert (await browser.get(path)).status in (404, 405)
        stranger = place.browser()
        assert (await stranger.post(path, {"csrf": csrf})).location.startswith("/sign-in")
        assert await place.store.grant(grant.id) == grant


async def test_an_erased_share_keeps_its_check_number_and_nothing_else() -> None:
    async with at_home() as (browser, place):
        grant = await given(place, "Dr <b>Bold</b>")
        ended = await place.store.end(
            grant.id, "revoked", Draft("ended", place.clock(), {"ending": "revoked"})
        )
        await place.store.erase(grant.id, day="2026-11-23")
        page = await browser.get("/access")
        assert "Erased" in plain(page)
        assert "Bold" not in page.text
        own = await browser.get(f"/access/{grant.id}")
        assert ended.head in own.text
        assert "Bold" not in own.text
        assert (await browser.get(f"/access/{grant.id}/log.jsonl")).status == 404
        assert (await post(browser, f"/access/{grant.id}/more", more="2h", was="0")).status == 409


async def test_past_shares_come_by_pages() -> None:
    async with at_home() as (browser, place):
        for number in range(23):
            place.clock.now += 1
            grant = await given(place, f"Clinic {number:02}")
            await place.store.end(grant.id, "revoked", Draft("ended", place.clock(), {"ending": "revoked"}))
        first, second = plain(await browser.get("/access")), plain(await browser.get("/access?page=2"))
        assert "Clinic 22" in first
        assert "Clinic 02" not in first
        assert "Clinic 02" in second
        assert "Clinic 22" not in second
        for odd in ("0", "-1", "x", "9999999999", "%F0"):
            assert (await browser.get(f"/access?page={odd}")).status == 200
