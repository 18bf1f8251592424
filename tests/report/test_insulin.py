"""Total daily insulin, each rule by a case that was computed by hand. The settings give 1 U/h, 24 U a day."""

from typing import Any

import pytest

from proxy.core.instants import milliseconds, written
from proxy.report.course import course_of
from proxy.report.localtime import local_time
from proxy.report.material import read_material
from tests.report.writing import BOLUS, FLAT, Row, insulin, profile, status, temp, treatment


def basal(treatments: list[Row], profiles: list[Row] | None = None, **options: Any) -> float | None:
    """Give basal of one day on which one unit of bolus was given, so that there are uploads."""
    return insulin(
        [BOLUS, *treatments], FLAT if profiles is None else profiles, **options
    ).basal_per_day.value


def test_without_temp_basals_the_settings_schedule_runs() -> None:
    assert basal([], [profile(("00:00", 0.5), ("06:00", 1.0), ("18:00", 2.0))]) == pytest.approx(3 + 12 + 12)


def test_a_temp_basal_replaces_the_schedule_while_it_runs() -> None:
    assert basal([temp(6, 120, absolute=2.5)]) == pytest.approx(24 + 2 * 1.5)


def test_rate_is_in_units_an_hour_even_beside_a_percentage() -> None:
    assert basal([temp(6, 60, rate=3.0, percent=50)]) == pytest.approx(24 + 2)


def test_absolute_comes_before_rate() -> None:
    assert basal([temp(6, 60, absolute=2.0, rate=9.0)]) == pytest.approx(24 + 1)


@pytest.mark.parametrize(("percent", "units"), [(50, 24.5), (-50, 23.5), (-100, 23.0), (0, 24.0)])
def test_percent_alone_is_a_change_of_the_schedule(percent: float, units: float) -> None:
    assert basal([temp(6, 60, percent=percent)]) == pytest.approx(units)


def test_a_new_temp_basal_cuts_the_one_before() -> None:
    assert basal([temp(6, 120, absolute=3), temp(7, 60, absolute=0)]) == pytest.approx(24 + 2 - 1)


@pytest.mark.parametrize("end", [temp(7, 0), treatment(7, "Temp Basal End"), treatment(7, "Temp Basal")])
def test_a_temp_basal_of_no_length_cancels(end: Row) -> None:
    assert basal([temp(6, 120, absolute=3), end]) == pytest.approx(24 + 2)


def test_a_temp_basal_from_the_day_before_runs_on() -> None:
    assert basal([temp(-1, 120, absolute=3)]) == pytest.approx(24 + 2)


def test_a_temp_basal_over_midnight_is_shared_between_days() -> None:
    found = insulin([BOLUS, treatment(36, "Bolus", insulin=1), temp(23, 120, absolute=3)], FLAT, days=2)
    assert found.basal_per_day.value == pytest.approx((26 + 26) / 2)
    assert found.days_counted == 2


def test_milliseconds_come_before_minutes() -> None:
    assert basal([temp(6, 999, absolute=2, durationInMilliseconds=3_600_000)]) == pytest.approx(25)


def test_what_was_delivered_comes_before_rate_and_duration() -> None:
    assert basal([temp(6, 5, absolute=1.5, rate=1.5, amount=0.10)]) == pytest.approx(24 - 5 / 60 + 0.10)


def test_an_amount_is_cut_with_its_temp_basal() -> None:
    assert basal([temp(6, 60, amount=4), temp(6.5, 30, absolute=0)]) == pytest.approx(23 + 2)


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (treatment(6, "Suspend Pump"), treatment(8, "Resume Pump")),
        (treatment(6, "Basal Suspension"), treatment(8, "Basal Resume")),
        (treatment(6, "Note", notes="PumpSuspend"), treatment(8, "Note", notes="PumpResume")),
        (treatment(6, "Suspend Pump", duration=120), treatment(9, "Note", notes="hello")),
    ],
)
def test_a_suspended_pump_gives_nothing_whatever_else_says(begin: Row, end: Row) -> None:
    assert basal([begin, end, temp(5, 240, absolute=2)]) == pytest.approx(24 + 4 - 2 * 2)


@pytest.mark.parametrize("pump", [{"suspended": True}, {"status": {"suspended": True}}])
def test_device_states_tell_of_a_suspended_pump_until_the_next_one(pump: Row) -> None:
    running = {"suspended": False} if "suspended" in pump else {"status": {"suspended": False}}
    states = [status(6 + n / 12, pump=pump) for n in range(12)] + [status(7, pump=running)]
    assert basal([], None, states=states) == pytest.approx(23)


def test_a_single_suspended_state_holds_for_a_cycle() -> None:
    assert basal([], None, states=[status(6, pump={"suspended": True})]) == pytest.approx(24 - 0.25)


def test_a_suspension_that_nobody_ended_lasts_until_the_pump_delivers_again() -> None:
    assert basal([treatment(6, "Suspend Pump")]) == pytest.approx(
        24 - 6
    )  # the bolus at 12 shows that it does


def test_a_combo_bolus_adds_what_it_draws_out() -> None:
    combo = treatment(6, "Combo Bolus", insulin=2.0, relative=0.75, duration=120)
    found = insulin([combo], FLAT)
    assert found.bolus_per_day.value == pytest.approx(2 + 1.5)
    assert found.basal_per_day.value == pytest.approx(24)


def test_a_suspended_pump_draws_nothing_out() -> None:
    combo = treatment(6, "Combo Bolus", insulin=2.0, relative=0.75, duration=120)
    suspended = [treatment(7, "Suspend Pump"), treatment(8, "Resume Pump")]
    assert insulin([combo, *suspended], FLAT).bolus_per_day.value == pytest.approx(2 + 0.75)


def test_an_extended_bolus_that_stands_in_for_a_temp_basal_is_basal() -> None:
    row = treatment(6, "Combo Bolus", relative=0.5, duration=60, isEmulatingTempBasal=True)
    assert basal([row]) == pytest.approx(24.5)


def test_every_treatment_with_insulin_counts_except_temp_basals() -> None:
    rows = [
        treatment(1, "Meal Bolus", insulin=4, carbs=40),
        treatment(2, "SMB", insulin=0.3),
        treatment(3, "Correction Bolus", insulin=0.2, isSMB=True),
        treatment(4, "Correction Bolus", insulin=0.4, automatic=True),
        treatment(5, "Correction Bolus", insulin=0.1, type="SMB"),
        treatment(6, "Bolus Wizard", insulin="2.5"),
        treatment(7, "Note", insulin=0.5),
        treatment(8, "Temp Basal", insulin=9, duration=30, absolute=1),
        treatment(9, "Correction Bolus", insulin=50, isValid=False),
        treatment(10, "Correction Bolus", insulin=7, type="PRIMING"),
    ]
    found = insulin(rows, FLAT)
    assert found.bolus_per_day.value == pytest.approx(8.0)
    assert found.automatic_bolus_per_day.value == pytest.approx(1.0)
    assert found.automatic_percent.value == pytest.approx(12.5)
    assert found.boluses_per_day.value == 3
    assert found.total_per_day.value == pytest.approx(32)
    assert found.basal_percent.value == pytest.approx(75)
    assert found.carbs_per_day.value == 40


def test_a_treatment_sent_twice_counts_once() -> None:
    assert insulin([BOLUS, dict(BOLUS)], FLAT).bolus_per_day.value == pytest.approx(1)


def test_injected_basal_insulin_is_basal() -> None:
    row = treatment(22, "Meal Bolus", insulin=10, isBasalInsulin=True)
    found = insulin([BOLUS, row], [profile(("00:00", 0.0))])
    assert found.basal_per_day.value == pytest.approx(10)
    assert found.bolus_per_day.value == pytest.approx(1)


def test_the_schedule_is_in_the_settings_own_zone() -> None:
    # 00:00 to 06:00 in Berlin is 22:00 to 04:00 UTC.
    row = profile(("00:00", 2.0), ("06:00", 1.0))
    row["store"]["Default"]["timezone"] = "europe/BERLIN"
    assert insulin([BOLUS, temp(4, 20 * 60, absolute=0)], [row]).basal_per_day.value == pytest.approx(8)


def test_an_unknown_zone_is_the_sites() -> None:
    row = profile(("00:00", 2.0), ("06:00", 1.0))
    row["store"]["Default"]["timezone"] = "Middle/Earth"
    assert insulin([BOLUS, temp(4, 20 * 60, absolute=0)], [row]).basal_per_day.value == pytest.approx(8)


@pytest.mark.parametrize(
    ("start", "hours", "units"),
    [
        # Sunday, 29 March 2026: 02:00 becomes 03:00, and half an hour of the 2 U/h from 01:30 on is all there is.
        ("2026-03-28T23:00:00.000Z", 23, 1.5 + 0.5 * 2 + 21),
        # Sunday, 25 October 2026: 03:00 becomes 02:00, and the hour of 1 U/h after it is gone through twice.
        ("2026-10-24T22:00:00.000Z", 25, 1.5 + 0.5 * 2 + 23),
    ],
)
def test_the_schedule_follows_the_clock_on_the_wall(start: str, hours: int, units: float) -> None:
    row = profile(("00:00", 1.0), ("01:30", 2.0), ("02:00", 1.0))
    begin = milliseconds(start)
    assert begin is not None
    bolus = {"eventType": "Bolus", "created_at": written(begin + 40_000_000), "insulin": 1}
    material = read_material(treatments=[bolus], profiles=[row | {"startDate": "2026-01-01T00:00:00Z"}])
    end = begin + hours * 3_600_000
    found = course_of(material, local_time("Europe/Berlin", begin, end), begin, end).days(begin, end)
    assert len(found) == 1
    assert found[0].basal == pytest.approx(units)


def test_a_profile_switch_scales_the_schedule_for_its_time() -> None:
    switch = treatment(6, "Profile Switch", profile="Default", percentage=150, duration=120)
    assert basal([switch]) == pytest.approx(24 + 1)


def test_a_profile_switch_without_an_end_lasts_until_the_next() -> None:
    rows = [
        treatment(6, "Profile Switch", percentage=200, duration=0),
        treatment(8, "Profile Switch", percentage=100),
    ]
    assert basal(rows) == pytest.approx(24 + 2)


def test_after_a_switch_for_a_while_the_one_before_is_in_force_again() -> None:
    rows = [
        treatment(0, "Profile Switch", percentage=200),
        treatment(6, "Profile Switch", percentage=50, duration=60),
    ]
    assert basal(rows) == pytest.approx(48 - 1.5)


@pytest.mark.parametrize("shift", [6, 6 * 3_600_000])
def test_a_profile_switch_shifts_the_schedule(shift: int) -> None:
    settings = [profile(("00:00", 1.0), ("12:00", 3.0))]
    switch = treatment(0, "Profile Switch", timeshift=shift, percentage=100)
    found = insulin([BOLUS, switch, temp(6, 18 * 60, absolute=0)], settings)
    assert found.basal_per_day.value == pytest.approx(6)
    found = insulin([BOLUS, switch, temp(0, 6 * 60, absolute=0), temp(18, 360, absolute=0)], settings)
    assert found.basal_per_day.value == pytest.approx(36)


def test_a_profile_that_a_switch_carries_is_used() -> None:
    carried = '{"basal": [{"time": "00:00", "value": "2.0"}]}'
    switch = treatment(12, "Profile Switch", profile="Sick", profileJson=carried, duration=60)
    assert basal([switch]) == pytest.approx(25)


def test_a_switch_turns_to_another_profile_of_the_record() -> None:
    row = profile(("00:00", 1.0))
    row["store"]["Sick"] = {"basal": [{"time": "00:00", "value": 3}]}
    assert basal([treatment(12, "Profile Switch", profile="Sick", duration=60)], [row]) == pytest.approx(26)


def test_the_record_valid_at_the_time_is_used() -> None:
    records = [profile(("00:00", 2.0), since=12), profile(("00:00", 1.0))]
    assert basal([], records) == pytest.approx(12 + 24)


def test_a_default_profile_that_is_not_in_the_store_is_the_first_that_is() -> None:
    assert basal([], [profile(("00:00", 1.0), defaultProfile="default")]) == pytest.approx(24)


def test_numbers_written_as_text_and_missing_seconds_are_read() -> None:
    blocks = [
        {"time": "00:00", "timeAsSeconds": 0, "value": "0.5"},
        {"time": "12:00", "timeAsSeconds": 0, "value": 1},
    ]
    row = profile(("00:00", 1.0)) | {"store": {"Default": {"basal": blocks}}}
    assert basal([], [row]) == pytest.approx(6 + 12)
