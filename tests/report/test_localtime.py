"""Local time: zones in any case, days of 23 and 25 hours, and names that nobody knows."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from proxy.report.facts import DAY, HOUR
from proxy.report.localtime import clock, local_time


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("Europe/Berlin", "2026-03-27T00:00:00"),
        ("America/New_York", "2026-10-30T00:00:00"),
        ("Australia/Lord_Howe", "2026-04-02T00:00:00"),
        ("Asia/Kathmandu", "2026-04-02T00:00:00"),
        ("Africa/Casablanca", "2026-02-13T00:00:00"),
        ("America/Sao_Paulo", "2018-11-01T00:00:00"),  # its clocks changed at midnight
    ],
)
def test_every_quarter_of_an_hour_is_what_the_zone_says(zone: str, start: str) -> None:
    time = local_time(zone, ms(start), ms(start) + 7 * DAY)
    for at in range(ms(start), ms(start) + 7 * DAY, HOUR // 4):
        local = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
        assert (time.day_of(at), clock(time.of_day(at))) == (local.date(), f"{local:%H:%M}")


@pytest.mark.parametrize(
    ("start", "hours"), [("2026-03-28T12:00:00", [24, 23, 24]), ("2026-10-24T12:00:00", [24, 25, 24])]
)
def test_a_day_with_a_clock_change_has_its_own_length(start: str, hours: list[int]) -> None:
    time = local_time("Europe/Berlin", ms(start), ms(start) + 2 * DAY)
    days = list(time.days(ms(start), ms(start) + 2 * DAY))
    assert [(day.end_ms - day.start_ms) / HOUR for day in days] == hours
    assert [day.start_ms for day in days[1:]] == [day.end_ms for day in days[:-1]]


def test_a_day_that_begins_at_one_begins_there() -> None:
    start = ms("2018-11-04T00:00:00")
    days = list(local_time("America/Sao_Paulo", start, start + DAY).days(start, start + DAY))
    first = next(day for day in days if day.day == date(2018, 11, 4))
    assert first.start_ms == ms("2018-11-04T03:00:00")
    assert first.end_ms - first.start_ms == 23 * HOUR


@pytest.mark.parametrize(
    ("zone", "name", "offset"),
    [
        ("europe/berlin", "Europe/Berlin", 2),
        ("ETC/GMT+7", "Etc/GMT+7", -7),
        (" JAPAN ", "Japan", 9),
        ("+05:30", "+05:30", 5.5),
        ("UTC-3", "UTC-3", -3),
        ("utc", "UTC", 0),
    ],
)
def test_a_zone_is_found_whatever_its_case(zone: str, name: str, offset: float) -> None:
    at = ms("2026-07-01T00:00:00")
    time = local_time(zone, at, at + DAY)
    assert (time.name, time.known, time.offset(at) / HOUR) == (name, True, offset)


@pytest.mark.parametrize("zone", ["", "Middle/Earth", "+99:00", "../etc/passwd"])
def test_a_zone_that_nobody_knows_is_utc_and_said_to_be_unknown(zone: str) -> None:
    time = local_time(zone, 0, DAY)
    assert (time.name, time.known, time.offset(0)) == ("UTC", False, 0)


def test_midnight_is_that_of_the_local_day() -> None:
    at = ms("2026-07-01T21:59:00")
    assert local_time("Europe/Berlin", at, at).midnight(at) == ms("2026-06-30T22:00:00")


@pytest.mark.parametrize("days", [1, 7, 14, 30])
@pytest.mark.parametrize("last", ["2026-03-29", "2026-04-02", "2026-10-25", "2026-11-03", "2026-07-01"])
def test_before_whole_days_there_are_whole_days_though_clocks_were_changed(last: str, days: int) -> None:
    end = ms(f"{last}T12:00:00")
    time = local_time("Europe/Berlin", end - 2 * days * DAY, end)
    end = time.midnight(end)
    start = time.midnight(end - days * DAY + 6 * HOUR)
    before = time.before(start, end)
    assert before == time.midnight(before)
    assert len(list(time.days(before, start))) == len(list(time.days(start, end)))
