"""Events: each once, and possible occlusions by the words that tell of them."""

import pytest
from msgspec import defstruct

from proxy.report.facts import HOUR, Event
from proxy.report.material import read_material
from tests.report.writing import Row, at, status, treatment


def events(
    rows: list[Row], *, entries: list[Row] | None = None, states: list[Row] | None = None
) -> list[Event]:
    return list(read_material(treatments=rows, entries=entries or [], devicestatus=states or []).events)


def test_sensor_starts_within_an_hour_are_one() -> None:
    starts = [treatment(hours, "Sensor Start") for hours in (0, 0.2, 0.5)]
    found = events([*starts, treatment(0.9, "Sensor Change"), treatment(3, "Sensor Start")])
    assert [(event.at_ms, event.merged) for event in found] == [(at(0), 4), (at(3), 1)]


@pytest.mark.parametrize(
    ("event_type", "kind"),
    [
        ("Site Change", "site_change"),
        ("Insulin Change", "insulin_change"),
        ("Pump Battery Change", "battery_change"),
        ("Sensor Stop", "sensor_stop"),
        ("Suspend Pump", "suspend"),
        ("Basal Resume", "resume"),
    ],
)
def test_changes_are_events(event_type: str, kind: str) -> None:
    assert [event.kind for event in events([treatment(1, event_type)])] == [kind]


@pytest.mark.parametrize(
    "words", ["Occlusion detected", "pump: NO DELIVERY", "possible blockage?", "Alarm 34"]
)
@pytest.mark.parametrize("event_type", ["Note", "Announcement"])
def test_words_of_an_alarm_are_a_possible_occlusion(words: str, event_type: str) -> None:
    found = [
        event
        for event in events([treatment(1, event_type, notes=words)])
        if event.kind == "possible_occlusion"
    ]
    assert [event.words for event in found] == [words]


def test_device_states_tell_of_alarms_too() -> None:
    states = [status(n / 12, loop={"failureReason": "pump occlusion"}) for n in range(6)]
    states.append(status(5, pump={"status": {"status": "occluded"}}))
    found = events([], states=states)
    assert [(event.kind, event.merged) for event in found] == [
        ("possible_occlusion", 6),
        ("possible_occlusion", 1),
    ]


def test_a_plain_note_is_no_alarm() -> None:
    assert [event.kind for event in events([treatment(1, "Note", notes="lunch")])] == ["note"]
    assert events([treatment(1, "Note")]) == []


def test_fingersticks_of_both_collections_are_one_in_mgdl() -> None:
    rows = [
        treatment(1, "BG Check", glucose=6.0, units="mmol"),
        treatment(4, "BG Check", glucose="7.2"),
        treatment(6, "BG Check", glucose=110),
    ]
    meter = [
        {"type": "mbg", "date": at(1) + 60_000, "mbg": 108.1},
        {"type": "cal", "date": at(9), "slope": 900},
    ]
    found = events(rows, entries=meter)
    assert [event.kind for event in found] == ["fingerstick", "fingerstick", "fingerstick", "calibration"]
    assert [event.value for event in found[:3]] == pytest.approx([108.09354, 129.712, 110], abs=1e-3)
    assert found[0].merged == 2


def test_what_lasts_has_an_end() -> None:
    found = events([treatment(1, "Exercise", duration=45, notes="run"), treatment(2, "Sleep", duration=480)])
    assert [(event.kind, event.end_ms) for event in found] == [("exercise", at(1.75)), ("sleep", at(10))]


def test_a_loop_that_is_off_is_an_event_until_it_resumes() -> None:
    rows = [
        treatment(1, "OpenAPS Offline", mode="DISABLED_LOOP", duration=10 * 365 * 1440),
        treatment(3, "OpenAPS Offline", duration=60),
    ]
    found = events(rows)
    assert [(event.kind, (event.end_ms or 0) - event.at_ms) for event in found] == [
        ("loop_off", 2 * HOUR),
        ("loop_off", HOUR),
    ]


def test_rows_without_a_moment_or_invalidated_are_left_out() -> None:
    assert events([{"eventType": "Site Change"}, treatment(1, "Site Change", isValid=False)]) == []


def test_rows_may_be_structs_of_a_view() -> None:
    made = defstruct("Row", [("eventType", str), ("created_at", str), ("insulin", float | None, None)])
    rows = [made("Site Change", "2026-06-01T00:00:00.000Z"), made("Bolus", "2026-06-01T01:00:00.000Z", 2.5)]
    material = read_material(treatments=rows)
    assert [event.kind for event in material.events] == ["site_change"]
    assert [dose.units for dose in material.doses] == [2.5]
