"""The consensus figures, on values small enough to check by eye; against iglu they are held in oracle/."""

from dataclasses import replace

import pytest

from proxy.report.facts import DAY, EVERYTHING, HOUR, MINUTE, Shared
from proxy.report.glucose import gri_of, gri_zone
from proxy.report.material import read_material
from proxy.report.model import BANDS, Period
from proxy.report.summary import summarise
from proxy.report.targets import OLDER, PREGNANCY, STANDARD, Targets
from tests.report.writing import MIDNIGHT, Row


def sgv(minutes: float, value: object, **fields: object) -> Row:
    return {"type": "sgv", "date": MIDNIGHT + round(minutes * MINUTE), "sgv": value, **fields}


def every(minutes: int, *values: float, days: float = 1) -> list[Row]:
    """Repeat values every so many minutes."""
    count = round(days * 24 * 60 / minutes)
    return [sgv(n * minutes, values[n % len(values)]) for n in range(count)]


def period(
    rows: list[Row], *, days: float = 1, targets: Targets = STANDARD, shared: Shared = EVERYTHING
) -> Period:
    end = MIDNIGHT + round(days * DAY)
    material = read_material(entries=rows, shared=shared)
    return summarise(material, start_ms=MIDNIGHT, end_ms=end, zone="UTC", now_ms=end, targets=targets).period


def bands(found: Period) -> list[float | None]:
    return [found.glucose.percent[band].value for band in BANDS]


def test_the_edges_of_the_ranges_are_those_of_the_consensus() -> None:
    assert bands(period(every(5, 53, 54, 69, 70, 180, 181, 250, 251))) == pytest.approx(
        [12.5, 25, 25, 25, 12.5]
    )


def test_ranges_are_judged_on_whole_numbers_halves_to_even() -> None:
    assert bands(period(every(5, 69.6, 69.4, 180.5, 181.5))) == pytest.approx([0, 25, 50, 25, 0])


def test_pregnancy_has_its_own_range_and_no_risk_index() -> None:
    found = period(every(5, 62, 63, 140, 141), targets=PREGNANCY)
    assert bands(found) == pytest.approx([0, 25, 50, 25, 0])
    assert found.glucose.gri.reason == "not_applicable"


def test_goals_know_which_way_is_better() -> None:
    below, in_range, cv = STANDARD.goal("below"), STANDARD.goal("in_range"), STANDARD.goal("cv")
    assert below is not None
    assert in_range is not None
    assert cv is not None
    assert (below.met(3.99), below.met(4)) == (True, False)
    assert (in_range.met(70), in_range.met(70.01)) == (False, True)
    assert (cv.met(36), cv.met(36.01)) == (True, False)
    older = OLDER.goal("below")
    assert older is not None
    assert (older.met(0.99), older.met(1)) == (True, False)
    assert OLDER.goal("very_low") is None


def test_sd_is_that_of_a_sample_and_needs_thirty_readings() -> None:
    thirty = [sgv(n * 5, 100 + 10 * (n % 2)) for n in range(30)]
    end = MIDNIGHT + 150 * MINUTE
    found = summarise(read_material(entries=thirty), start_ms=MIDNIGHT, end_ms=end, zone="UTC", now_ms=end)
    assert found.period.glucose.sd_mgdl.value == pytest.approx((30 * 25 / 29) ** 0.5)
    fewer = summarise(
        read_material(entries=thirty[:29]), start_ms=MIDNIGHT, end_ms=end, zone="UTC", now_ms=end
    )
    assert fewer.period.glucose.sd_mgdl.reason == "not_enough_data"
    assert fewer.period.glucose.mean_mgdl.value is not None


def test_a_reading_weighs_what_it_stands_for() -> None:
    # A day of a five-minute sensor, then a day of a one-minute sensor: each is half of the time.
    second = [sgv(1440 + n, 200) for n in range(1440)]
    found = period(every(5, 100) + second, days=2).glucose
    assert found.mean_mgdl.value == pytest.approx(150)
    assert found.percent["in_range"].value == pytest.approx(50)
    assert found.sensor_active_percent.value == pytest.approx(100)


@pytest.mark.parametrize(("minutes", "interval"), [(1, 1), (5, 5), (15, 15)])
def test_the_interval_is_seen(minutes: int, interval: int) -> None:
    found = period(every(minutes, 100)).glucose
    assert found.interval_minutes == interval
    assert found.sensor_active_percent.value == pytest.approx(100)


def test_the_sensor_is_active_of_the_whole_period_or_between_first_and_last() -> None:
    found = period(
        [row for row in every(5, 100, days=2) if row["date"] < MIDNIGHT + 36 * HOUR], days=4
    ).glucose
    assert found.sensor_active_percent.value == pytest.approx(37.5)
    assert found.active_agp_percent.value == pytest.approx(100)


def test_two_uploaders_are_one_sensor() -> None:
    rows = [row | {"device": "share2"} for row in every(5, 100)]
    rows += [sgv(n * 5 + 1.2, 101, device="g7app") for n in range(200)]
    found = period(rows).glucose
    assert (found.readings, found.duplicates) == (288, 200)
    assert found.mean_mgdl.value == pytest.approx(100)
    assert found.sensor_active_percent.value == pytest.approx(100)


def test_the_uploader_of_most_of_the_day_is_preferred() -> None:
    rows = [sgv(n * 5 + 1.2, 100, device="main") for n in range(288)]
    rows += [sgv(n * 5, 300, device="other") for n in range(100)]
    assert period(rows).glucose.mean_mgdl.value == pytest.approx(100)


@pytest.mark.parametrize("value", [9, 38.9, "LOW", None, True, float("nan"), 1001])
def test_what_is_no_reading_is_left_out(value: object) -> None:
    assert period([*every(5, 100), sgv(7.5, value)]).glucose.readings == 288


@pytest.mark.parametrize(
    "fields", [{"type": "mbg"}, {"type": None}, {"isValid": False}, {"date": "yesterday"}]
)
def test_rows_of_another_kind_are_left_out(fields: Row) -> None:
    assert period([*every(5, 100), sgv(7.5, 400) | fields]).glucose.readings == 288


def test_numbers_written_as_text_count() -> None:
    rows = [row | {"sgv": str(row["sgv"]), "date": str(row["date"])} for row in every(5, 100, 200)]
    assert period(rows).glucose.mean_mgdl.value == pytest.approx(150)


def test_an_empty_site_has_no_figures_but_a_reason() -> None:
    found = period([])
    named = [
        found.glucose.mean_mgdl,
        found.glucose.gri,
        *found.glucose.percent.values(),
        found.episodes["low"].count,
    ]
    assert {(figure.value, figure.reason) for figure in named} == {(None, "no_data")}
    assert found.glucose.sensor_active_percent.reason == "no_data"


def test_one_reading_is_not_enough_for_two_weeks() -> None:
    found = period([sgv(600, 100)], days=14).glucose
    assert found.mean_mgdl.reason == "not_enough_data"
    assert found.readings == 1
    assert found.sensor_active_percent.value == pytest.approx(100 * 5 / (14 * 1440))


def test_nothing_is_computed_from_less_than_a_day_of_readings() -> None:
    rows = every(5, 100, days=2)
    assert period(rows[:287], days=14).glucose.mean_mgdl.reason == "not_enough_data"
    assert period(rows[:288], days=14).glucose.mean_mgdl.value == pytest.approx(100)


def test_glucose_that_is_not_shared_is_not_shared() -> None:
    found = period([], shared=replace(EVERYTHING, glucose=False))
    assert found.glucose.mean_mgdl.reason == found.episodes["high"].count.reason == "not_shared"
    assert found.glucose.sensor_active_percent.reason == "not_shared"


def test_averages_of_15_minutes_have_ranges_and_say_what_they_are_from() -> None:
    rows = [sgv(n * 15, 100 + 100 * (n % 2), n=3) for n in range(96)]
    found = period(rows, shared=replace(EVERYTHING, detail="15min"))
    assert found.glucose.percent["in_range"].value == pytest.approx(50)
    assert found.glucose.percent["in_range"].note == "from averages of 15 minutes"
    assert (found.glucose.mean_mgdl.note, found.glucose.readings) == ("", 288)
    assert found.episodes["low"].count.reason == "averages_only"


@pytest.mark.parametrize(("detail", "minutes", "n"), [("hourly", 60, 12), ("daily", 1440, 288)])
def test_longer_averages_have_a_mean_and_no_spread(detail: str, minutes: int, n: int) -> None:
    rows = [sgv(k * minutes, 100 + 20 * (k % 2), n=n) for k in range(4 * 1440 // minutes)]
    rows[0]["n"] = n // 2
    found = period(rows, days=4, shared=Shared(detail=detail))  # type: ignore[arg-type]  # a parameter
    whole = len(rows) - 0.5
    assert found.glucose.mean_mgdl.value == pytest.approx((sum(r["sgv"] for r in rows) - 50) / whole)
    assert found.glucose.gmi_percent.value is not None
    assert {found.glucose.sd_mgdl.reason, found.glucose.gri.reason, found.glucose.percent["low"].reason} == {
        "averages_only"
    }


def test_the_risk_index_has_its_cap_and_zones() -> None:
    shares = {"very_low": 10.0, "low": 5.0, "in_range": 50.0, "high": 20.0, "very_high": 15.0}
    assert gri_of(dict(zip(BANDS, shares.values(), strict=True))) == pytest.approx(30 + 12 + 24 + 16)
    assert gri_of(dict.fromkeys(BANDS, 100.0)) == 100
    assert [gri_zone(value) for value in (0, 20, 20.1, 60, 80, 80.1, 100)] == list("AABCDEE")


def test_gmi_is_bergenstals() -> None:
    assert period(every(5, 150)).glucose.gmi_percent.value == pytest.approx(6.898)


def test_coverage_says_how_much_of_the_period_is_behind_a_figure() -> None:
    assert period(every(5, 100, days=1), days=2).glucose.mean_mgdl.coverage == pytest.approx(0.5)
