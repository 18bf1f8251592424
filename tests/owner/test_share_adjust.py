"""“Adjust for this visit”: the switches, with the owner's own numbers, and the snapshot that comes of them."""

import asyncio

import pytest

from proxy.core.adjusted import is_on
from proxy.core.errors import UpstreamError
from proxy.core.plan import Fetch
from proxy.core.policyfile import parse
from proxy.owner.share_counts import KEEP, Counting
from tests.owner.both import both_sides
from tests.owner.place import Answer, Browser, console_place
from tests.owner.shares import filled, plain, policies, visits


async def adjusted(browser: Browser, on: tuple[str, ...], **changed: str) -> Answer:
    """Open the switches, set them and share."""
    page = await browser.post("/share/adjust", await filled(browser, **changed))
    assert page.status == 200, plain(page)
    form = await filled(browser, **changed)
    form |= {"once": page.hidden("once"), "adjusted": page.hidden("adjusted"), "from": "adjust"}
    return await browser.post("/share", [*form.items(), *(("switch", key) for key in on)])


async def test_switches_make_a_snapshot_with_a_hash_of_its_own() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        shared = await adjusted(browser, ("glucose", "carbs", "settings"))
        assert (shared.status, "“For a clinic visit, adjusted”" in plain(shared)) == (200, True)
        [grant] = await visits(place.store)
        policy = parse(grant.policy_text, file="snapshot")
        assert (grant.policy_name, grant.policy_hash) == ("consultant-adjusted", policy.hash)
        on = [key for key in ("glucose", "insulin", "carbs", "devices", "settings") if is_on(policy, key)]
        assert on == ["glucose", "carbs", "settings"]


async def test_what_is_not_touched_is_the_policy_itself() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await adjusted(browser, ("glucose", "insulin", "carbs", "devices"))
        [grant] = await visits(place.store)
        assert grant.policy_name == "consultant"


async def test_with_nothing_on_nothing_is_shared() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        answer = await adjusted(browser, ())
        assert (answer.status, "Nothing would be left to share" in plain(answer)) == (400, True)
        assert 'role="switch"' in answer.text
        assert await visits(place.store) == []


async def test_switches_of_one_policy_never_count_for_another() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        form = await filled(browser, policy="cgm-only", adjusted="consultant")
        await browser.post("/share", [*form.items(), ("switch", "settings"), ("switch", "insulin")])
        [grant] = await visits(place.store)
        assert grant.policy_name == "cgm-only"


async def test_the_next_time_it_says_how_it_was_adjusted() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        await adjusted(browser, ("glucose", "carbs", "devices"))
        page = await browser.get("/share")
        assert "Adjusted as last time: \N{MINUS SIGN} Insulin doses and rates" in plain(page)
        form = await filled(browser)
        kept = [("adjusted", "consultant"), *(("switch", key) for key in ("glucose", "carbs", "devices"))]
        await browser.post("/share", [*form.items(), *kept])
        assert [grant.policy_name for grant in await visits(place.store)] == ["consultant-adjusted"] * 2


async def test_a_policy_that_is_gone_leads_back_to_the_form() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        answer = await browser.post("/share/adjust", await filled(browser, policy="gone"))
        assert (answer.status, "Choose what to share" in plain(answer)) == (400, True)


async def test_the_owners_own_rows_are_counted() -> None:
    async with both_sides(days=3) as both:
        browser = await both.place.signed_in()
        page = plain(await browser.post("/share/adjust", await filled(browser, other_days="1")))
        counts = await Counting(both.place.console)(1)
        assert counts is not None
        assert counts["readings"] > 280
        assert counts["doses"] > 0
        assert counts["profiles"] > 0
        for word in (f"{counts['readings']:,} readings", f"{counts['doses']:,} doses", "settings profile"):
            assert word in page
        assert "Notes, names, messages and serial numbers are not shared" in page


async def test_averages_can_only_be_made_fewer_on_the_page() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        page = (await browser.post("/share/adjust", await filled(browser, policy="summary"))).text
        assert page.count(" disabled") == 2
        assert "it can be made smaller, not larger" in page


async def test_without_nightscout_the_switches_work_and_say_so() -> None:
    async with console_place(policies=policies) as place:
        browser = await place.signed_in()
        page = await browser.post("/share/adjust", await filled(browser))
        assert "could not be asked" in plain(page)
        assert (await adjusted(browser, ("glucose",))).status == 200


async def test_many_who_ask_at_once_cost_one_count_a_minute() -> None:
    fetched: list[Fetch] = []

    async def rows(fetch: Fetch) -> bytes:
        fetched.append(fetch)
        return b"[]"

    async with console_place(policies=policies, rows=rows) as place:
        counting = Counting(place.console)
        assert await asyncio.gather(*(counting(14) for _ in range(5))) == [{}] * 5
        once = len(fetched)
        assert {fetch.collection for fetch in fetched} == {"entries", "treatments", "profile"}
        place.clock.now += KEEP
        await counting(14)
        assert len(fetched) == 2 * once


@pytest.mark.parametrize("fault", [UpstreamError("upstream_slow", "slow"), TimeoutError()])
async def test_a_count_that_fails_is_none(fault: Exception) -> None:
    async def rows(_fetch: Fetch) -> bytes:
        raise fault

    async with console_place(policies=policies, rows=rows) as place:
        assert await Counting(place.console)(14) is None
