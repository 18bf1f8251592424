"""First pages that are computed before they are asked for: the same pages, on record and refused like any other."""

import asyncio
from dataclasses import replace

from proxy.core.grant import Grant
from proxy.core.record import Draft
from proxy.core.study import first_days
from proxy.report.targets import STANDARD
from proxy.visit import ahead
from proxy.visit.arrived import FAILED
from proxy.visit.choices import Choice
from proxy.visit.visit import Visit
from tests.gate.asked_site import Asked
from tests.living import NOW, Living, living
from tests.promises.still import StillSite
from tests.visit.summaries import page
from tests.visit.test_preparing import visit_at

DAYS = 7


async def opened(house: Living, policy: str = "cgm-only") -> Grant:
    access = await house.mint(policy, days=DAYS)
    return await house.store.open(
        access.id, house.clock(), zone="Europe/Berlin", record=Draft("opened", NOW, {})
    )


def held(visit: Visit) -> list[object]:
    return [value for value, _ in visit.remembered._summaries._held.values()]


async def test_what_is_computed_ahead_is_what_the_page_takes(site: StillSite) -> None:
    async with living(site) as house:
        visit, grant = visit_at(house), await opened(house)
        ahead.begin(visit, grant)
        await house.studies.settled()
        (computed,) = held(visit)
        study = await house.studies.study(grant, DAYS)
        policy = house.studies.policy(grant)
        choice = Choice(DAYS, "mg/dL", STANDARD, first_days((DAYS,)))
        shown = visit.remembered.summary(study, choice, policy, now=house.clock())
    assert shown is computed


async def test_the_page_is_the_same_to_the_byte_whether_it_was_computed_ahead_or_not(site: StillSite) -> None:
    pages = []
    for waits in (True, False):
        async with living(site) as house:
            headers = await house.enter(await house.mint("consultant", days=DAYS))
            if not waits:
                await page(house, headers)
            await house.studies.settled()
            pages.append(await page(house, headers))
    assert pages[0] == pages[1]
    assert "GMI" in pages[0]


async def test_a_grant_that_was_ended_meanwhile_shows_nothing_of_it(site: StillSite) -> None:
    async with living(site) as house:
        access = await house.mint("consultant", days=DAYS)
        headers = await house.enter(access)
        await house.store.end(access.id, "revoked", Draft("ended", NOW, {"ending": "revoked"}))
        await house.studies.settled()
        async with house.get("/visit/summary", headers=headers) as response:
            assert response.status == 401
            assert "GMI" not in await response.text()


async def test_computing_ahead_puts_nothing_on_record(site: StillSite) -> None:
    async with living(site) as house:
        visit, grant = visit_at(house), await opened(house)
        before = [record.body async for record in house.store.records(grant.id)]
        ahead.begin(visit, grant)
        await house.studies.settled()
        assert [record.body async for record in house.store.records(grant.id)] == before
        assert held(visit)


async def test_what_goes_wrong_ahead_is_told_by_the_page() -> None:
    asked = Asked(dead={"entries"})
    async with living(upstream=asked.site) as house:
        visit, grant = visit_at(house), await opened(house)
        ahead.begin(visit, grant)
        await house.studies.settled()
        assert held(visit) == []
        headers = await house.enter(await house.mint("cgm-only", days=DAYS))
        assert FAILED in await page(house, headers)


async def test_a_grant_whose_policy_cannot_be_read_stops_nobody() -> None:
    async with living(upstream=Asked().site) as house:
        grant = await opened(house)
        ahead.begin(visit_at(house), replace(grant, policy_text="?", policy_hash="another"))
        await house.studies.settled()


async def test_a_page_that_is_asked_for_meanwhile_does_not_wait_for_what_is_computed_ahead() -> None:
    asked = Asked(slow={"profile": asyncio.Event()})
    async with living(upstream=asked.site, patience=0.05) as house:
        visit, grant = visit_at(house), await opened(house, "consultant")
        ahead.begin(visit, grant)
        study = await house.studies.study(grant, DAYS)
        asked.slow["profile"].set()
        await house.studies.settled()
        assert study.rows["entries"]
        assert held(visit) == []  # it was given up: the page computes what it needs
