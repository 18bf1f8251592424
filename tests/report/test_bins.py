"""Bins for files, and the view of one day."""

from dataclasses import replace
from datetime import date

import pytest

from proxy.core.policy import Detail
from proxy.report.bins import Bin, Granularity, allowed, bins
from proxy.report.dayview import day_view
from proxy.report.facts import DAY, EVERYTHING, HOUR, MINUTE, Material, Shared
from proxy.report.material import read_material
from tests.report.writing import MIDNIGHT, Row, at, profile, status, temp, treatment

GLUCOSE: list[Row] = [
    {"type": "sgv", "date": MIDNIGHT + n * 5 * MINUTE, "sgv": 100 + n % 12}
    for n in range(288)
    if n not in range(24, 31)
]
DOSES = [
    treatment(1.1, "Bolus", insulin=2),
    treatment(1.2, "Carb Correction", carbs=15),
    temp(2, 60, absolute=3),
]
SETTINGS = [profile(("00:00", 1.0))]


def material(shared: Shared = EVERYTHING) -> Material:
    states = [
        status(n / 12, openaps={"enacted": {"timestamp": MIDNIGHT + n * 5 * MINUTE}}) for n in range(48)
    ]
    return read_material(
        entries=GLUCOSE, treatments=DOSES, devicestatus=states, profiles=SETTINGS, shared=shared
    )


def of(granularity: Granularity, *, shared: Shared = EVERYTHING, zone: str = "UTC") -> list[Bin]:
    end = MIDNIGHT + DAY
    return list(bins(material(shared), granularity, start_ms=MIDNIGHT, end_ms=end, zone=zone, now_ms=end))


@pytest.mark.parametrize(("granularity", "count"), [("5min", 288), ("15min", 96), ("hour", 24), ("day", 1)])
def test_a_day_has_so_many_bins(granularity: Granularity, count: int) -> None:
    found = of(granularity)
    assert len(found) == count
    assert [one.start_ms for one in found[1:]] == [one.end_ms for one in found[:-1]]


def test_an_hour_has_its_mean_range_and_insulin() -> None:
    second = of("hour")[1]
    assert (second.readings, second.mean_mgdl, second.min_mgdl, second.max_mgdl) == (12, 105.5, 100, 111)
    assert (second.bolus, second.carbs) == (2, 15)
    assert second.basal == pytest.approx(1)
    assert (second.mode, second.sparse) == ("closed", False)
    assert of("hour")[2].basal == pytest.approx(3)


def test_a_bin_with_fewer_than_half_of_its_readings_is_marked() -> None:
    third = of("hour")[2]
    assert (third.readings, third.sparse) == (5, True)
    empty = of("15min")[8]
    assert (empty.readings, empty.mean_mgdl, empty.sparse) == (0, None, True)


def test_bins_begin_at_local_midnight() -> None:
    found = of("day", zone="Europe/Berlin")
    assert [one.start_ms for one in found] == [MIDNIGHT - 2 * HOUR, MIDNIGHT + 22 * HOUR]


@pytest.mark.parametrize(
    ("detail", "granularities"),
    [
        ("full", ("5min", "15min", "hour", "day")),
        ("15min", ("15min", "hour", "day")),
        ("hourly", ("hour", "day")),
        ("daily", ("day",)),
        ("summary", ()),
    ],
)
def test_no_bin_is_finer_than_the_level_of_detail(
    detail: Detail, granularities: tuple[Granularity, ...]
) -> None:
    shared = replace(EVERYTHING, detail=detail)
    assert allowed(detail) == granularities
    every: tuple[Granularity, ...] = ("5min", "15min", "hour", "day")
    for granularity in every:
        if granularity in granularities:
            assert of(granularity, shared=shared)
        else:
            with pytest.raises(ValueError, match="has no bins of"):
                of(granularity, shared=shared)


def test_what_derives_from_hidden_settings_is_never_finer_than_a_day() -> None:
    derived = replace(EVERYTHING, profile=False, total_insulin=True)
    assert {one.basal for one in of("hour", shared=derived)} == {None}
    assert of("day", shared=derived)[0].basal == pytest.approx(26)


def test_what_is_not_shared_is_not_zero() -> None:
    hidden = replace(EVERYTHING, boluses=False, carbs=False, temp_basals=False)
    one = of("day", shared=hidden)[0]
    assert (one.bolus, one.carbs, one.basal) == (None, None, None)


def test_a_day_is_on_one_axis() -> None:
    end = MIDNIGHT + DAY
    found = day_view(material(), date(2026, 6, 1), start_ms=MIDNIGHT, end_ms=end, zone="UTC", now_ms=end)
    assert found is not None
    assert len(found.glucose) == 281
    assert [dose.units for dose in found.doses] == [2]
    assert [meal.grams for meal in found.carbs] == [15]
    assert found.basal == ((at(0), at(2), 1.0), (at(2), at(3), 3.0), (at(3), at(24), 1.0))
    assert found.modes[0].mode == "closed"


def test_its_basal_tells_nothing_of_hidden_settings() -> None:
    end = MIDNIGHT + DAY
    derived = material(replace(EVERYTHING, profile=False, total_insulin=True))
    found = day_view(derived, date(2026, 6, 1), start_ms=MIDNIGHT, end_ms=end, zone="UTC", now_ms=end)
    assert found is not None
    assert found.basal == ((at(2), at(3), 3.0),)


@pytest.mark.parametrize(("detail", "reason"), [("15min", "averages_only"), ("summary", "detail")])
def test_a_day_needs_every_reading(detail: Detail, reason: str) -> None:
    end = MIDNIGHT + DAY
    coarse = material(replace(EVERYTHING, detail=detail))
    found = day_view(coarse, date(2026, 6, 1), start_ms=MIDNIGHT, end_ms=end, zone="UTC", now_ms=end)
    assert found is not None
    assert (found.reason, found.glucose, found.doses) == (reason, (), ())


def test_a_day_outside_the_window_is_not_there() -> None:
    end = MIDNIGHT + DAY
    assert (
        day_view(material(), date(2026, 6, 2), start_ms=MIDNIGHT, end_ms=end, zone="UTC", now_ms=end) is None
    )
