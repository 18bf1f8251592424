"""The reader's own time zone: where the patient's is not told, and never where days would be finer than a bin for it."""

import csv
import io
import json
import re
from dataclasses import replace

import pytest

from proxy.core.grant import DAY, HOUR
from proxy.core.policyfile import parse
from proxy.core.study import Span, Study
from proxy.visit.own_zone import in_zone, may_choose
from tests.living import NOW, POLICIES, living
from tests.promises.still import StillSite, changed, still
from tests.promises.test_2_withheld_cannot_be_inferred import in_zone as at_home_in
from tests.visit.summaries import COARSE, page, reading
from tests.visit.test_downloads import fetch, pdf_words

NEW_YORK = "America/New_York"
UNNAMED = (POLICIES / "unnamed.yaml").read_text()
MIDNIGHT = NOW // DAY * DAY
DERIVED = UNNAMED.replace("derive: []", "derive: [total insulin]").replace(
    "  profile:\n    classes: [settings]\n", ""
)


@pytest.fixture(scope="module")
def site() -> StillSite:
    return still(9)


def on(headers: dict[str, str], zone: str) -> dict[str, str]:
    """Read on a computer of this zone."""
    return headers | {"Cookie": f"{headers['Cookie']}; zone={zone}"}


def study(days: int, hours: float) -> Study:
    end = MIDNIGHT + round(hours * HOUR)
    start = MIDNIGHT - (days - 1) * DAY
    return Study(Span(days, start, end, start - 9 * DAY), "UTC", {})


@pytest.mark.parametrize(
    ("zone", "hours", "begins"),
    [
        ("", 12, 0),
        ("America/New_York", 12, 5),
        # The evening before, there: its first midnight is a day earlier, and not read.
        ("America/New_York", 3, 0),
        # Its first midnight lies before what was read.
        ("Europe/Berlin", 12, 0),
        ("Asia/Kathmandu", 20, 18.25),
    ],
)
def test_a_study_begins_at_the_readers_midnight_and_never_before_what_was_read(
    zone: str, hours: float, begins: float
) -> None:
    found = in_zone(study(7, hours), zone)
    assert found.span.start == MIDNIGHT - 6 * DAY + round(begins * HOUR)
    assert found.span.end == MIDNIGHT + round(hours * HOUR)
    assert found.zone == (zone or "UTC")
    assert replace(found, zone="UTC", span=replace(found.span, start=0)) == replace(
        study(7, hours), span=replace(study(7, hours).span, start=0)
    )


@pytest.mark.parametrize(
    ("text", "may"),
    [
        (UNNAMED, True),
        (UNNAMED.replace("timezone: viewer", "timezone: offset"), False),
        (UNNAMED.replace("timezone: viewer", "timezone: site"), False),
        (DERIVED, False),
        (COARSE.format(detail="daily").replace("timezone: site", "timezone: viewer"), False),
        (
            COARSE.format(detail="summary").replace("window: 30", "window: 14").replace("site", "viewer"),
            False,
        ),
    ],
    ids=["viewer", "offset", "site", "derived", "averages", "whole periods"],
)
def test_it_counts_only_where_the_policy_says_so_and_every_reading_is_shown(text: str, may: bool) -> None:
    assert may_choose(parse(text, file="p.yaml")) is may


async def test_without_a_known_zone_times_are_in_utc_and_the_page_says_so(site: StillSite) -> None:
    async with reading(site, "unnamed") as (house, _, headers):
        shown = await page(house, headers)
        assert "Times are in UTC: the patient&#39;s time zone is not shared." in shown
        for odd in ("localtime", "UTC", "Mars/Base", "../../etc/passwd", "/", "Europe/" + "x" * 99, "EST"):
            assert await page(house, on(headers, odd)) == shown, odd


async def test_days_readings_and_files_are_told_in_the_readers_zone(site: StillSite) -> None:
    async with reading(site, "unnamed") as (house, _, headers):
        mine = on(headers, NEW_YORK)
        shown = await page(house, mine)
        days = [await page(house, each, "/visit/summary/day/2026-11-21") for each in (headers, mine)]
        text = await page(house, mine, "/visit/summary.txt")
        found = json.loads((await fetch(house, mine, "json"))[1])
        _, table = await fetch(house, mine, "csv-hour")
        printed = pdf_words((await fetch(house, mine, "pdf"))[1])
    assert "Times are in this computer&#39;s time zone (America/New_York)" in shown
    assert "(7 days)" in shown
    assert "time zone America/New_York" in text
    # What happened first on both days, told on two computers.
    there, here = [re.findall(r"<tr><td>(\d\d):(\d\d)</td>", day)[0] for day in days]
    assert (int(there[0]) - int(here[0]), there[1]) == (5, here[1])
    assert found["time_zone"]["name"] == "-05:00"  # without identifiers: an offset
    assert found["period"]["start"] == "2026-11-17T05:00:00.000Z"
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))
    assert rows[0]["start"].endswith("00:00:00")
    assert {row["utc_offset_minutes"] for row in rows} == {"-300"}
    assert "Times are in -05:00" in printed


async def test_a_cookie_changes_nothing_where_the_policy_tells_the_patients_zone_or_averages(
    site: StillSite,
) -> None:
    coarse = COARSE.format(detail="hourly").replace("timezone: site", "timezone: viewer")
    for policy in ("consultant", "summary", coarse):
        async with reading(site, policy) as (house, _, headers):
            assert await page(house, on(headers, NEW_YORK)) == await page(house, headers)


async def test_where_the_family_lives_shows_nowhere_on_the_readers_pages(site: StillSite) -> None:
    heard = []
    for zone in ("Asia/Kathmandu", "America/St_Johns"):
        async with living(changed(site, at_home_in(zone)), zone="") as house:
            access = await house.mint("unnamed", days=7)
            headers = on(await house.enter(access), NEW_YORK)
            await house.studies.settled()
            paths = ("/visit/summary", "/visit/summary?days=7", "/visit/summary/day/2026-11-21")
            heard.append(
                [await page(house, headers, path) for path in paths]
                + [str(await fetch(house, headers, "pdf"))]
            )
    assert heard[0] == heard[1]
