"""Pump and loop settings, and when each changed."""

from dataclasses import replace

import pytest

from proxy.report.facts import EVERYTHING
from proxy.report.material import read_material
from proxy.report.settings import daily_units, settings_of
from tests.report.writing import Row, at, profile


def record(
    since: float, *, basal: float = 1.0, units: str = "mg/dl", isf: object = 50, ratio: float = 10
) -> Row:
    row = profile(("00:00", basal), ("12:00", 2 * basal), since=since)
    row["store"]["Default"] |= {
        "units": units, "dia": "5", "sens": [{"time": "00:00", "value": isf}],
        "carbratio": [{"time": "06:00", "timeAsSeconds": 21_600, "value": ratio}, {"time": "18:00", "value": 8}],
        "target_low": [{"timeAsSeconds": 0, "value": 100}], "target_high": 110,
    }  # fmt: skip
    return row


def test_each_version_says_what_changed() -> None:
    rows = [record(48, basal=1.2), record(24, isf=45), record(12), record(-50)]
    found = settings_of(read_material(profiles=rows), at(0), at(72)).versions
    assert [(version.since_ms, version.changed) for version in found] == [
        (at(48), ("basal", "sensitivity")),
        (at(24), ("sensitivity",)),
        (at(-50), ()),
    ]


def test_only_versions_valid_in_the_period_are_given() -> None:
    rows = [record(100, isf=40), record(-5, isf=45), record(-50)]
    found = settings_of(read_material(profiles=rows), at(0), at(72)).versions
    assert [(version.since_ms, version.changed) for version in found] == [(at(-5), ("sensitivity",))]


def test_values_are_read_as_the_oddest_files_write_them() -> None:
    version = settings_of(
        read_material(profiles=[record(-5, units="mmol", isf="2.5")]), at(0), at(72)
    ).versions[0]
    assert version.sensitivity[0][1] == pytest.approx(2.5 * 18.01559)
    assert list(version.carb_ratio) == [(0, 8), (21_600, 10), (64_800, 8)]
    assert version.target_high[0][1] == pytest.approx(110 * 18.01559)
    assert (version.insulin_hours, version.daily_basal) == (5, 36)
    assert daily_units(()) is None


@pytest.mark.parametrize(
    "row", [{}, {"startDate": "soon"}, {"startDate": "2026-01-01", "store": {}}, {"store": 5}]
)
def test_records_that_say_nothing_do_no_harm(row: Row) -> None:
    found = settings_of(read_material(profiles=[row]), at(0), at(72))
    assert all(not version.basal for version in found.versions)


def test_settings_that_are_not_shared_are_not_shared() -> None:
    material = read_material(
        profiles=[record(-5)], shared=replace(EVERYTHING, profile=False, total_insulin=True)
    )
    assert settings_of(material, at(0), at(72)).reason == "not_shared"


def test_before_the_first_record_nothing_is_known() -> None:
    assert settings_of(read_material(profiles=[record(100)]), at(0), at(72)).reason == "no_data"
