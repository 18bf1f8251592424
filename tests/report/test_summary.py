"""The summary as a whole: oddities of real sites, levels of detail, the period before, and a year of readings."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from proxy.report.facts import DAY, EVERYTHING, HOUR, MINUTE, Shared
from proxy.report.figures import metrics, named_figures, reasons
from proxy.report.material import read_material
from proxy.report.model import Summary
from proxy.report.summary import summarise
from tests.report.sensors import START, Rows, entries, sensor
from tests.report.writing import Row, profile, temp, treatment


def summary(rows: list[Row], *, days: float = 14, shared: Shared = EVERYTHING, **more: Any) -> Summary:
    end = START + round(days * DAY)
    material = read_material(entries=rows, shared=shared, **more)
    return summarise(material, start_ms=START, end_ms=end, zone="Europe/Berlin", now_ms=end)


def test_an_empty_site_has_a_summary() -> None:
    found = summary([])
    figures = named_figures(found.period)
    measured = [name for name in figures if not name.startswith("automation.")]
    assert {(figures[name].value, figures[name].reason) for name in measured} == {(None, "no_data")}
    assert figures["automation.closed_percent"].reason == "not_applicable"
    assert (found.previous, found.latest) == (None, None)
    assert (found.settings.reason, found.curve.reason) == ("no_data", "no_data")
    assert len(found.days) == 15
    assert found.sufficiency.words == "There are no glucose readings to judge."
    assert [(gap.start_ms, gap.end_ms) for gap in found.notes.gaps] == [(START, START + 14 * DAY)]


def test_one_reading_has_a_summary() -> None:
    found = summary(entries([(START + HOUR, 123.0)]))
    assert found.latest is not None
    assert (found.latest.mgdl, found.latest.change_mgdl) == (123, None)
    assert found.sufficiency.days_with_data == 1
    assert "1 day with readings" in found.sufficiency.words


def test_the_figures_have_the_names_of_the_file() -> None:
    found = metrics(summary(entries(sensor())).period)
    assert set(found) >= {
        "mean_mgdl",
        "sd_mgdl",
        "cv_percent",
        "gmi_percent",
        "gri",
        "sensor_active_percent",
        "percent",
        "episodes",
    }
    assert list(found["percent"]) == ["very_low", "low", "in_range", "high", "very_high"]
    assert sum(found["percent"].values()) == pytest.approx(100)
    assert set(found["episodes"]) == {"low", "very_low", "extended_low", "high", "very_high"}
    assert found["episodes"]["low"]["count"] > 0


def test_what_is_missing_has_a_reason_and_no_value() -> None:
    period = summary(entries(sensor()), shared=replace(EVERYTHING, boluses=False)).period
    assert metrics(period)["insulin"]["total_per_day"] is None
    assert reasons(period)["insulin.total_per_day"] == "not_shared"
    assert "mean_mgdl" not in reasons(period)


def test_the_period_before_is_the_same_length_just_before() -> None:
    rows = sensor(start=START - 14 * DAY, days=28)
    found = summary(entries(rows))
    assert found.previous is not None
    assert (found.previous.start_ms, found.previous.end_ms) == (START - 14 * DAY, START)
    alone = [row for row in rows if row[0] < START]
    assert found.previous.glucose.readings == len(alone)
    assert found.previous.glucose.mean_mgdl.value == pytest.approx(
        sum(value for _, value in alone) / len(alone)
    )


@pytest.mark.parametrize(("floor", "there"), [(START - 14 * DAY, True), (START - 14 * DAY + 1, False)])
def test_the_period_before_must_be_shared_as_a_whole(floor: int, there: bool) -> None:
    material = read_material(entries=entries(sensor(start=START - 14 * DAY, days=28)))
    end = START + 14 * DAY
    found = summarise(material, start_ms=START, end_ms=end, zone="UTC", now_ms=end, floor_ms=floor)
    assert (found.previous is not None) == there


def test_figures_for_the_period_alone_come_with_nothing_finer() -> None:
    rows = sensor(start=START - 14 * DAY, days=28)
    doses = [treatment(-24 * 80 + n, "Meal Bolus", insulin=3, carbs=30) for n in range(500)]
    found = summary(entries(rows), shared=replace(EVERYTHING, detail="summary"), treatments=doses)
    assert found.period.glucose.mean_mgdl.value is not None
    assert found.period.episodes["low"].count.value
    assert [found.days, found.notes.events, found.notes.gaps, found.notes.marks] == [(), (), (), ()]
    assert [one.each for one in found.period.episodes.values()] == [()] * 5
    assert (found.previous, found.latest, found.notes.reason) == (None, None, "detail")
    assert found.curve.points


def test_of_averages_no_moments_are_told() -> None:
    rows = [{"type": "sgv", "date": START + n * HOUR, "sgv": 120, "n": 12} for n in range(14 * 24)]
    found = summary(
        rows, shared=replace(EVERYTHING, detail="hourly"), treatments=[treatment(-1900, "Exercise")]
    )
    assert (found.notes.events, found.notes.reason) == ((), "averages_only")
    assert found.period.automation.exercise.count.reason == "averages_only"
    assert (found.latest, found.days[3].mean_mgdl.value) == (None, 120)


def test_enough_is_14_days_and_70_percent() -> None:
    assert summary(entries(sensor(lost=0.1))).sufficiency.enough
    assert not summary(entries(sensor(lost=0.5))).sufficiency.enough
    assert not summary(entries(sensor(days=9)), days=9).sufficiency.enough


def test_the_days_add_up_to_the_period() -> None:
    found = summary(entries(sensor(lost=0.1)))
    assert sum(day.readings for day in found.days) == found.period.glucose.readings
    assert [day.day for day in found.days] == sorted(day.day for day in found.days)
    weighed = (
        sum(day.readings * (day.mean_mgdl.value or 0) for day in found.days) / found.period.glucose.readings
    )
    assert weighed == pytest.approx(found.period.glucose.mean_mgdl.value)
    assert all(0 <= at < day.end_ms - day.start_ms for day in found.days for at, _ in day.trace)


def test_only_the_newest_days_keep_what_their_small_drawing_shows() -> None:
    found = summary(entries(sensor(days=20)), days=20)
    drawn = [bool(day.trace) for day in found.days]
    assert drawn == [False] * (len(found.days) - 14) + [True] * 14
    for day in found.days[-14:]:
        assert len(day.trace) == day.readings


def test_daily_rows_have_insulin_of_that_day() -> None:
    doses = [treatment(n, "Bolus", insulin=2) for n in (-1900, -1899, -1870)]
    found = summary(entries(sensor()), treatments=doses, profiles=[profile(("00:00", 1.0))])
    dosed = [day for day in found.days if day.bolus.value]
    assert [day.bolus.value for day in dosed] == pytest.approx([4, 2])
    assert [day.total.value for day in dosed] == pytest.approx([28, 26])
    assert {day.total.reason for day in found.days if day not in dosed} == {"no_data"}


def test_a_window_that_is_not_over_ends_now() -> None:
    rows = sensor(days=3)
    now = rows[-1][0] + MINUTE
    found = summarise(
        read_material(entries=entries(rows)), start_ms=START, end_ms=START + 14 * DAY, zone="UTC", now_ms=now
    )
    assert found.period.end_ms == now
    assert found.period.glucose.sensor_active_percent.value == pytest.approx(
        100 * len(rows) * 5 * MINUTE / (now - START)
    )


def test_the_same_material_gives_the_same_summary() -> None:
    rows = entries(sensor(lost=0.2))
    assert summary(rows) == summary(rows[::-1])


def test_hiding_treatments_changes_no_figure_of_glucose() -> None:
    doses = [treatment(-1900, "Bolus", insulin=2), temp(-1900, 30, rate=2)]
    with_them = summary(entries(sensor()), treatments=doses).period
    without = summary(entries(sensor()), shared=replace(EVERYTHING, boluses=False, temp_basals=False)).period
    assert with_them.glucose == without.glucose
    assert with_them.episodes == without.episodes


def one_minute(days: int) -> Iterator[Row]:
    """Write one-minute readings, newest first, one at a time."""
    for n in range(days * 1440 - 1, -1, -1):
        yield {"type": "sgv", "date": START + n * MINUTE, "sgv": 100 + n % 97}


def test_readings_take_a_few_bytes_each_and_rows_may_be_streamed() -> None:
    tracemalloc.start()
    try:
        material = read_material(entries=one_minute(30))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(material.readings.at) == 43_200
    assert most < 43_200 * 60  # so a year of them takes 32 MB at the worst moment


def test_a_year_of_one_minute_readings_has_a_summary() -> None:
    end = START + 365 * DAY
    material = read_material(entries=one_minute(365))
    found = summarise(material, start_ms=START, end_ms=end, zone="Europe/Berlin", now_ms=end)
    assert found.period.glucose.readings == 525_600
    assert found.period.glucose.interval_minutes == 1
    assert found.period.glucose.sensor_active_percent.value == pytest.approx(100)


def duplicates() -> Rows:
    rows = sensor(days=2)
    return rows + rows


def test_rows_in_any_order_and_twice_are_one_series() -> None:
    found = summary(entries(duplicates()), days=2).period.glucose
    assert found.readings == len(sensor(days=2))
    assert found.duplicates == found.readings
