"""The summary before sites as they really are: two uploaders, odd profiles, texts for numbers, and a Nightscout that dies."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from proxy.core.grant import DAY
from proxy.demo.moment import iso
from tests.gate.asked_site import Asked
from tests.living import HOUR, NOW, Living, living
from tests.promises.still import Row, Rows, StillSite, changed
from tests.visit.summaries import page, reading, section

MINUTE = 60_000
Change = Callable[[Rows], None]


def figure(text: str, label: str) -> str:
    """Give a figure of the page, or the reason why there is none, without markup."""
    row = text.partition(f'<th scope="row">{label}')[2].partition("</tr>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", row).split())


def second_uploader(rows: Rows) -> None:
    """The same readings once more, some seconds later, by another phone."""
    rows["entries"] += [
        row | {"_id": f"f{row['_id'][1:]}", "date": row["date"] + 20_000, "device": "share2"}
        for row in rows["entries"]
        if row["type"] == "sgv"
    ]


def no_loop(rows: Rows) -> None:
    rows["treatments"], rows["devicestatus"], rows["profile"] = [], [], []


def enacted_without_moment(rows: Rows) -> None:
    for row in rows["devicestatus"]:
        if "openaps" in row:
            row["openaps"].get("enacted", {}).pop("timestamp", None)


def percent_in_rate(rows: Rows) -> None:
    """As one converted data set has it: 1,400 units a day."""
    for row in rows["treatments"]:
        if row["eventType"] == "Temp Basal":
            row.pop("absolute", None)
            row.pop("amount", None)
            row["rate"] = 120


def default_missing(rows: Rows) -> None:
    for row in rows["profile"]:
        row["defaultProfile"] = "CANARY-NOT-THERE"


def words_for_numbers(rows: Rows) -> None:
    for row in rows["entries"]:
        row.update({name: str(row[name]) for name in ("sgv", "date") if name in row})
    for row in rows["treatments"]:
        row.update({name: str(row[name]) for name in ("insulin", "carbs", "duration", "rate") if name in row})
    for row in rows["profile"]:
        for one in row["store"].values():
            one["dia"] = str(one.get("dia", 5))


def one_reading(rows: Rows) -> None:
    no_loop(rows)
    rows["entries"] = [
        {"_id": "a" * 24, "type": "sgv", "date": NOW - HOUR, "dateString": iso(NOW - HOUR), "sgv": 104}
    ]


def nonsense(rows: Rows) -> None:
    """Error codes of a sensor, dates of no time, and rows of nothing."""
    values: list[Any] = [5, 9, -1, 38, 1e9, None, "HIGH", {}]
    rows["entries"] += [
        {"_id": f"e{n:023x}", "type": "sgv", "date": NOW - n * MINUTE, "sgv": sgv}
        for n, sgv in enumerate(values)
    ]
    rows["treatments"] += [
        {"_id": "b" * 24, "eventType": "Temp Basal", "created_at": iso(NOW - HOUR), "duration": 1e300}
    ]
    rows["devicestatus"] += [{"_id": "c" * 24, "created_at": iso(NOW - HOUR), "loop": [], "pump": "?"}]


@pytest.mark.parametrize("policy", ["consultant", "full-loop"])
@pytest.mark.parametrize(
    "change",
    [
        second_uploader,
        no_loop,
        enacted_without_moment,
        percent_in_rate,
        default_missing,
        words_for_numbers,
        one_reading,
        nonsense,
    ],
)
async def test_odd_data_make_a_page_with_no_figure_that_is_absurd(
    policy: str, change: Change, site: StillSite
) -> None:
    async with reading(changed(site, change), policy) as (house, _, headers):
        text = await page(house, headers)
        await page(house, headers, "/visit/summary/day/2026-11-21")
        await page(house, headers, "/visit/summary.txt")
    assert "CANARY" not in text
    assert "nan" not in re.sub(r"<[^>]*>", " ", text).split()
    shares = [float(each) for each in re.findall(r">(\d+(?:\.\d+)?) %<", text)]
    assert all(share <= 100 for share in shares)


async def test_two_uploaders_of_one_sensor_leave_the_figures_as_they_are(site: StillSite) -> None:
    found = []
    for each in (site, changed(site, second_uploader)):
        async with reading(each) as (house, _, headers):
            text = await page(house, headers)
            found.append([figure(text, label) for label in ("GMI", "Sensor active")])
    assert found[0] == found[1]
    assert all(found[0])


async def test_a_site_without_a_loop_says_that_automation_does_not_apply_and_never_none(
    site: StillSite,
) -> None:
    async with reading(changed(site, no_loop)) as (house, _, headers):
        text = await page(house, headers)
    assert "Does not apply here" in section(text, "automation")
    assert not re.search(r">0 %<", section(text, "automation"))
    assert not re.search(r">0(\.0)? U<", text)


async def test_doses_without_a_moment_of_their_own_count_as_enacted(site: StillSite) -> None:
    async with reading(changed(site, enacted_without_moment)) as (house, _, headers):
        assert not re.search("[: ]0 %", figure(await page(house, headers), "Time in automation"))


async def test_an_implausible_total_is_not_shown(site: StillSite) -> None:
    async with reading(changed(site, percent_in_rate), "full-loop") as (house, _, headers):
        assert "implausible" in figure(await page(house, headers), "Total insulin a day")


async def test_of_one_reading_nothing_is_computed_and_the_page_says_so(site: StillSite) -> None:
    async with reading(changed(site, one_reading)) as (house, _, headers):
        text = await page(house, headers)
    assert "not enough data" in figure(text, "GMI")
    assert "1 day with readings" in text


@pytest.mark.parametrize(
    ("zone", "told"),
    [("ETC/GMT+7", "Etc/GMT+7"), ("Mars/Olympus", "zone is not known"), ("", "zone is not known")],
)
async def test_zones_in_another_case_are_known_and_unknown_ones_are_utc_and_said_so(
    zone: str, told: str, site: StillSite
) -> None:
    def other_zone(rows: Rows) -> None:
        for row in rows["profile"]:
            row["timezone"] = zone
            for one in row["store"].values():
                one["timezone"] = zone

    async with reading(changed(site, other_zone), zone="") as (house, _, headers):
        text = await page(house, headers)
    assert told in text.partition("Access ends")[0]


class Dying(Asked):
    """Sends the first half of an answer, and is gone."""

    def site(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._halfway)
        return app

    async def _halfway(self, request: web.Request) -> web.StreamResponse:
        whole = await self._answer(request)
        if request.path.rpartition("/")[2].removesuffix(".json") not in self.dying:
            return whole
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "5000"})
        await response.prepare(request)
        await response.write(b'[{"_id": "')
        assert request.transport is not None
        request.transport.abort()
        return response

    dying: frozenset[str] = frozenset({"treatments", "devicestatus"})


async def test_of_a_nightscout_that_dies_half_way_the_page_shows_what_came_and_says_what_is_missing() -> None:
    async with living(upstream=Dying().site) as house:
        headers = await house.enter(await house.mint("consultant", days=14))
        text = await page(house, headers)
        async with house.get("/visit/files/pdf", headers=headers) as response:
            assert response.status == 503
    assert "did not answer everything" in text
    assert '<th scope="row">GMI' in text
    assert ">0 U<" not in text


def minutely(days: int) -> Asked:
    """A sensor that tells its value each minute."""

    class Minutely(Asked):
        async def _answer(self, request: web.Request) -> web.Response:
            if "entries" not in request.path:
                return web.json_response([])
            low = max(int(request.query["find[date][$gte]"]), NOW - days * DAY)
            high = min(int(request.query["find[date][$lt]"]), NOW)
            rows: list[Row] = [
                {"_id": f"{at:024x}", "type": "sgv", "date": at, "sgv": 100 + at // MINUTE % 80}
                for at in range(low // MINUTE * MINUTE, high, MINUTE)
                if at >= low
            ]
            return web.json_response(rows[::-1])

    return Minutely()


async def test_a_month_of_one_minute_readings_has_a_page_that_is_no_heavier_than_others_and_small_files() -> (
    None
):
    async with living(upstream=minutely(30).site) as house:
        headers = await house.enter(await house.mint("consultant", days=30))
        text = await page(house, headers, "/visit/summary?days=30")
        found = await _json(house, headers)
    assert len(text.encode()) < 150_000
    assert found["metrics"]["sensor_active_percent"] > 99


async def _json(house: Living, headers: dict[str, str]) -> Any:
    async with house.get("/visit/files/json?days=30", headers=headers) as response:
        assert response.status == 200
        assert len(await response.read()) < 2_000_000
        return await response.json()
