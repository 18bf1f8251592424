"""Totals that are computed with hidden settings: they tell the units of whole days, and nothing else."""

import re
from typing import Any

import pytest

from proxy.demo.moment import iso
from tests.living import HOUR, NOW
from tests.living import POLICIES as POLICIES_FOLDER
from tests.promises.still import Rows, StillSite, changed
from tests.visit.summaries import PATHS, page, reading, section

DERIVES = (POLICIES_FOLDER / "consultant.yaml").read_text().replace("derive: []", "derive: [total insulin]")


def basal(*blocks: tuple[str, float]) -> Any:
    """Change all settings, so that only this much of them could be told from totals: the units of a day."""

    def change(rows: Rows) -> None:
        schedule = [{"time": time, "value": value} for time, value in blocks]
        store = {"Another": {"basal": schedule, "dia": 9, "sens": [{"time": "00:00", "value": len(blocks)}]}}
        moment = iso(NOW - 200 * 24 * HOUR)
        rows["profile"] = [
            {"_id": "a" * 24, "startDate": moment, "defaultProfile": "Another", "store": store}
        ]
        # What stands in for the schedule at some time of day tells its rate then: totals differ, and rightly.
        stands_in = ("Temp Basal", "Suspend Pump", "Resume Pump", "Profile Switch")
        rows["treatments"] = [row for row in rows["treatments"] if row["eventType"] not in stands_in]
        for row in rows["devicestatus"]:
            row.pop("pump", None)

    return change


def switched(days_before: float, **fields: Any) -> Any:
    """Add a switch of profile that no view shows, and let nothing else tell of it."""

    def change(rows: Rows) -> None:
        basal(("00:00", 1.0))(rows)
        row = {
            "_id": "b" * 24,
            "eventType": "Profile Switch",
            "created_at": iso(NOW - round(days_before * 24) * HOUR),
        }
        kept = [
            one
            for one in rows["treatments"]
            if one["eventType"] != "Profile Switch" and "profileJson" not in one
        ]
        rows["treatments"] = [*kept, row | fields]

    return change


def basal_told(text: str) -> float:
    found = re.search(r'Basal a day</th><td class="num">([\d.]+) U', section(text, "insulin"))
    assert found is not None
    return float(found[1])


async def test_a_hidden_switch_of_profile_counts_in_the_derived_total_and_shows_nowhere(
    site: StillSite,
) -> None:
    pages = []
    for percentage in (100, 80):
        # A third of a year ago: long before the window, and valid ever since.
        there = changed(
            site, switched(120, percentage=percentage, timeshift=0, duration=0, profile="SECRET-NAME")
        )
        async with reading(there, DERIVES) as (house, _, headers):
            pages.append(await page(house, headers))
    assert basal_told(pages[1]) == pytest.approx(0.8 * basal_told(pages[0]), abs=0.11)
    told = re.compile(r"(?i)(total|basal|bolus|insulin)")
    for one, two in zip(pages[0].splitlines(), pages[1].splitlines(), strict=True):
        assert one == two or told.search(one), (one, two)
    assert "SECRET-NAME" not in "".join(pages)
    assert "Settings switched" not in "".join(pages)


@pytest.mark.parametrize("path", PATHS)
async def test_switches_that_come_to_the_same_units_a_day_can_not_be_told_apart(
    path: str, site: StillSite
) -> None:
    pages = []
    for switch in (
        switched(120, percentage=80, timeshift=0, duration=0),
        switched(200, percentage=80, timeshift=3, duration=0, profile="Another"),
    ):
        async with reading(changed(site, switch), DERIVES) as (house, _, headers):
            pages.append(await page(house, headers, path))
    assert pages[0] == pages[1]


@pytest.mark.parametrize("path", PATHS)
async def test_from_a_derived_total_only_the_units_of_whole_days_can_be_told(
    path: str, site: StillSite
) -> None:
    pages = []
    for blocks in ((("00:00", 1.0),), (("00:00", 0.5), ("06:00", 1.5), ("18:00", 0.5))):
        async with reading(changed(site, basal(*blocks)), DERIVES) as (house, _, headers):
            pages.append(await page(house, headers, path))
    assert pages[0] == pages[1]
    assert "derive: [total insulin]" in DERIVES


async def test_other_hidden_rates_change_the_derived_figures_and_nothing_else(site: StillSite) -> None:
    pages = []
    for rate in (0.8, 1.1):
        async with reading(changed(site, basal(("00:00", rate))), DERIVES) as (house, _, headers):
            pages.append(await page(house, headers))
    insulin, other = (section(text, "insulin") for text in pages)
    assert insulin != other
    assert "Computed with basal rates that are not shown themselves." in insulin
    assert re.search(r'Total insulin a day</th><td class="num">\d', insulin)
    told = re.compile(r"(?i)(total|basal|bolus|insulin)")
    for one, two in zip(pages[0].splitlines(), pages[1].splitlines(), strict=True):
        assert one == two or told.search(one), (one, two)
