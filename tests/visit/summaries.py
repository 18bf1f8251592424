"""Reads summaries as a clinic's browser does: under a policy, before a small invented site."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.living import Access, Living, living
from tests.promises.still import StillSite

POLICIES = ("consultant", "cgm-only", "unnamed", "full-loop", "summary")
SHOWS_SETTINGS = ("unnamed", "full-loop")
COARSE = """
version: 1
name: coarse
title: In bins
window: 30
detail: {detail}
timezone: site
show:
  entries:
    types: [sgv, mbg]
    classes: [glucose]
  treatments:
    event_types: [Snack Bolus, Meal Bolus, Correction Bolus, Combo Bolus, Bolus Wizard, Bolus, SMB, Temp Basal]
    classes: [insulin, carbs]
"""
PATHS = (
    "/visit/summary",
    "/visit/summary?days=7&units=mmol&targets=pregnancy",
    "/visit/summary.txt",
    "/visit/summary/day/2026-11-21",
)


@asynccontextmanager
async def reading(
    site: StillSite, policy: str = "consultant", *, days: int = 7, **options: Any
) -> AsyncIterator[tuple[Living, Access, dict[str, str]]]:
    async with living(site, **options) as house:
        access = await house.mint(policy, days=days)
        headers = await house.enter(access)
        await house.studies.settled()
        yield house, access, headers


async def page(house: Living, headers: dict[str, str], path: str = "/visit/summary") -> str:
    async with house.get(path, headers=headers) as response:
        assert response.status == 200, await response.text()
        return str(await response.text())


def section(text: str, name: str) -> str:
    return text.partition(f'<h2 id="{name}">')[2].partition("</section>")[0]
