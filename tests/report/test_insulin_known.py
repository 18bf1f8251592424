"""Which insulin can be told at all: days that are known, totals that can't be true, and what is not shared or only derived."""

from dataclasses import replace

import pytest

from proxy.core.instants import written
from proxy.report.course import course_of
from proxy.report.facts import EVERYTHING
from proxy.report.localtime import local_time
from proxy.report.material import read_material
from tests.report.writing import BOLUS, FLAT, Row, at, insulin, profile, temp, treatment


def test_only_days_known_for_nine_tenths_count() -> None:
    known, hardly = temp(0, 22 * 60, absolute=1), temp(24, 21 * 60, absolute=1)
    found = insulin([BOLUS, known, hardly], [], days=2)
    assert (found.days_counted, found.days_asked, found.basis) == (1, 2, "temp basals only")
    assert found.basal_per_day.value == pytest.approx(22)
    assert found.total_per_day.note == "1 of 2 days; temp basals only: pump settings are not used"


def test_without_settings_and_temp_basals_there_is_no_total_but_a_bolus() -> None:
    found = insulin([BOLUS], [])
    assert (found.total_per_day.value, found.total_per_day.reason) == (None, "not_enough_data")
    assert found.bolus_per_day.value == pytest.approx(1)
    assert found.basis == ""


def test_a_percentage_of_settings_that_nobody_knows_is_not_known() -> None:
    assert insulin([BOLUS, temp(0, 1440, percent=0)], []).total_per_day.reason == "not_enough_data"


def test_days_without_any_upload_do_not_count() -> None:
    found = insulin([BOLUS], FLAT, days=3)
    assert (found.days_counted, found.days_asked) == (1, 3)
    assert found.total_per_day.value == pytest.approx(25)


def test_a_part_of_a_day_is_scaled_to_24_hours() -> None:
    rows = [treatment(n, "Bolus", insulin=1.0) for n in (3, 9, 15, 21, 27, 33)]
    assert insulin(rows, FLAT, days=1.5).total_per_day.value == pytest.approx(28)


@pytest.mark.parametrize(
    ("rows", "settings"),
    [
        ([temp(0, 1440, rate=58.3)], FLAT),  # a percentage written as a rate: 1,400 U a day
        ([temp(0, 1440, rate=5.01)], FLAT),  # more than five times the settings
        ([treatment(6, "Bolus", insulin=150), treatment(7, "Bolus", insulin=150)], FLAT),
        ([temp(0, 1440, rate=12.6)], []),
    ],
)
def test_an_implausible_total_is_not_shown(rows: list[Row], settings: list[Row]) -> None:
    assert insulin([BOLUS, *rows], settings).total_per_day.reason == "implausible"


def test_a_site_without_insulin_has_none_not_zero() -> None:
    found = insulin([treatment(6, "Note", notes="hello")], FLAT)
    assert found.total_per_day.reason == found.bolus_per_day.reason == "no_data"
    assert found.carbs_per_day.reason == "no_data"


def test_what_is_not_shared_is_said_to_be_so() -> None:
    hidden = replace(EVERYTHING, boluses=False, carbs=False, profile=False)
    found = insulin([temp(0, 1440, rate=1)], [], shared=hidden)
    figures = (
        found.total_per_day,
        found.basal_per_day,
        found.bolus_per_day,
        found.carbs_per_day,
        found.automatic_percent,
    )
    assert {figure.reason for figure in figures} == {"not_shared"}


def test_settings_that_are_not_shared_serve_no_total_unless_the_policy_derives_it() -> None:
    hidden = replace(EVERYTHING, profile=False)
    assert insulin([BOLUS], FLAT, shared=hidden).total_per_day.reason == "not_shared"
    derived = insulin([BOLUS], [], shared=replace(hidden, total_insulin=True), inside={"profile": FLAT})
    assert derived.total_per_day.value == pytest.approx(25)


def test_doses_that_do_not_tell_their_type_have_no_automatic_share() -> None:
    found = insulin([BOLUS], FLAT, shared=replace(EVERYTHING, automatic=False))
    assert found.automatic_percent.reason == "not_shared"
    assert found.bolus_per_day.value == 1


def test_of_averages_there_are_sums_but_no_basal() -> None:
    rows = [{"eventType": "Bolus", "created_at": written(at(0)), "insulin": 6.0, "n": 3}]
    found = insulin(rows, [], shared=replace(EVERYTHING, detail="daily"))
    assert found.bolus_per_day.value == pytest.approx(6)
    assert found.total_per_day.reason == found.boluses_per_day.reason == "averages_only"


HIDDEN = replace(EVERYTHING, profile=False, switches=False, total_insulin=True)
TWO = [
    profile(("00:00", 1.0)) | {"store": {
        "Default": {"basal": [{"time": "00:00", "value": 1.0}]},
        "Weekend": {"basal": [{"time": "00:00", "value": 0.5}, {"time": "12:00", "value": 2.0}]},
    }},
]  # fmt: skip
SWITCHES: dict[str, tuple[list[Row], float]] = {
    "to half as much again for two hours": (
        [treatment(6, "Profile Switch", percentage=150, duration=120)], 24 + 1,
    ),
    "to four fifths, weeks before": ([treatment(-24 * 40, "Profile Switch", percentage=80)], 24 * 0.8),
    "to another profile by its name, at six in the evening": (
        [treatment(18, "Profile Switch", profile="Weekend")], 18 + 6 * 2,
    ),
    "to another profile, shifted by three hours": (
        [treatment(0, "Profile Switch", profile="Weekend", CircadianPercentageProfile=True, percentage=100, timeshift=3)],
        12 * 0.5 + 12 * 2,
    ),
    "to a profile that it brings along": (
        [treatment(12, "Profile Switch", profileJson='{"basal": [{"time": "00:00", "value": 3}]}')], 12 + 36,
    ),
    "there and back": (
        [treatment(6, "Profile Switch", profile="Weekend"), treatment(12, "Profile Switch", profile="Default")],
        6 + 3 + 12,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SWITCHES)
def test_switches_that_are_not_shown_serve_the_total_that_the_policy_derives(name: str) -> None:
    switches, units = SWITCHES[name]
    found = insulin([BOLUS], [], shared=HIDDEN, inside={"profile": TWO, "treatments": switches})
    assert found.basal_per_day.value == pytest.approx(units)
    assert found.total_per_day.value == pytest.approx(units + 1)


def test_what_is_read_inside_makes_no_events_and_no_settings() -> None:
    inside = {"profile": TWO, "treatments": [treatment(6, "Profile Switch", profile="Weekend")]}
    material = read_material(treatments=[BOLUS], inside=inside, shared=HIDDEN)
    assert (material.events, material.therapies) == ((), ())
    course = course_of(material, local_time("UTC", at(0), at(24)), at(0), at(24), for_totals=False)
    assert not course.with_settings


@pytest.mark.parametrize("detail", ["15min", "hourly", "daily"])
def test_settings_alone_make_no_total_of_averages_for_these_tell_no_temp_basal(detail: str) -> None:
    rows = [{"eventType": "Bolus", "created_at": written(at(0)), "insulin": 6.0, "n": 3}]
    found = insulin(rows, FLAT, shared=replace(EVERYTHING, detail=detail))  # type: ignore[arg-type]  # by name
    assert found.total_per_day.reason == found.basal_per_day.reason == "averages_only"
    assert found.bolus_per_day.value == pytest.approx(6)


def test_settings_without_their_switches_tell_no_total() -> None:
    shared = replace(EVERYTHING, switches=False)
    assert insulin([BOLUS], FLAT, shared=shared).total_per_day.reason == "not_shared"
