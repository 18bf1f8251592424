"""Time in automation, each system of §1.4 by hand. Ten hours; a document every five minutes unless said."""

from dataclasses import replace

import pytest

from proxy.core.instants import written
from proxy.report.facts import EVERYTHING
from tests.report.writing import Row, at, automation, profile, status, treatment

EVERY = [n / 12 for n in range(120)]
DOSING = [profile(("00:00", 1.0), loopSettings={"dosingEnabled": True, "dosingStrategy": "automaticBolus"})]
NOT_DOSING = [profile(("00:00", 1.0), loopSettings={"dosingEnabled": False})]


def loop(hours: float, **fields: object) -> Row:
    return status(hours, loop={"timestamp": written(at(hours)), "iob": {"iob": 1}, **fields})


def openaps(hours: float, *, enacted: Row | None = None) -> Row:
    decision = {"suggested": {"timestamp": written(at(hours))}}
    return status(hours, openaps=decision if enacted is None else {**decision, "enacted": enacted})


def enacted(hours: float, **fields: object) -> Row:
    return {"timestamp": written(at(hours)), "rate": 1, "received": True, **fields}


def test_loop_with_dosing_enabled_is_closed() -> None:
    found = automation([loop(hours) for hours in EVERY], profiles=DOSING)
    assert found.closed_percent.value == pytest.approx(100)
    assert found.system == "Loop"
    assert found.closed_percent.note == "inferred from uploads"


def test_loop_with_dosing_off_is_open() -> None:
    found = automation([loop(hours, enacted={"rate": 0}) for hours in EVERY], profiles=NOT_DOSING)
    assert found.closed_percent.value == 0
    assert found.percent["open"].value == pytest.approx(100)


def test_a_cycle_of_loop_that_failed_is_not_closed() -> None:
    rows = [loop(hours) for hours in EVERY if hours < 5]
    rows += [loop(hours, failureReason="pump is out of reach") for hours in EVERY if hours >= 5]
    found = automation(rows, profiles=DOSING)
    assert found.closed_percent.value == pytest.approx(100 * (5 + 10 / 60) / 10)
    assert found.uploads_percent.value == pytest.approx(100)


def test_the_settings_valid_then_say_whether_loop_was_dosing() -> None:
    records = [profile(("00:00", 1.0), since=5, loopSettings={"dosingEnabled": False}), *DOSING]
    found = automation([loop(hours) for hours in EVERY], profiles=records)
    assert found.closed_percent.value == pytest.approx(100 * (5 + 10 / 60) / 10)


def test_where_the_settings_are_hidden_what_loop_enacted_tells() -> None:
    rows = [
        loop(hours, **({"enacted": {"rate": 1, "received": True}} if hours < 5 else {})) for hours in EVERY
    ]
    found = automation(rows, shared=replace(EVERYTHING, profile=False))
    assert found.closed_percent.value == pytest.approx(100 * (5 + 10 / 60) / 10)
    assert found.percent["unknown"].value == pytest.approx(100 * (5 - 10 / 60) / 10)


def test_where_neither_can_be_seen_the_share_is_not_available() -> None:
    found = automation([loop(hours) for hours in EVERY], shared=replace(EVERYTHING, profile=False))
    assert (found.closed_percent.value, found.closed_percent.reason) == (None, "not_shared")
    assert found.uploads_percent.value == pytest.approx(100)


def test_oref_is_closed_while_what_it_enacted_is_fresh() -> None:
    rows = [openaps(0, enacted=enacted(0)), openaps(5, enacted=enacted(5))]
    found = automation(rows)
    assert found.closed_percent.value == pytest.approx(5)
    assert found.system == "OpenAPS, AAPS, Trio or iAPS"


@pytest.mark.parametrize("key", ["received", "recieved"])
def test_what_the_pump_did_not_receive_was_not_enacted(key: str) -> None:
    rows = [openaps(hours, enacted=enacted(hours) | {"received": None, key: False}) for hours in EVERY]
    found = automation(rows)
    assert found.closed_percent.value == 0
    assert found.percent["open"].value == pytest.approx(100)


def test_suggestions_alone_are_open() -> None:
    found = automation([openaps(hours) for hours in EVERY])
    assert found.closed_percent.value == 0
    assert found.percent["open"].value == pytest.approx(100)


def test_an_old_enacted_that_is_sent_again_does_not_count() -> None:
    rows = [openaps(hours, enacted=enacted(0)) for hours in EVERY]
    assert automation(rows).closed_percent.value == pytest.approx(2.5)


def test_what_counts_is_when_it_was_enacted_not_when_it_was_uploaded() -> None:
    assert automation([openaps(1.2, enacted=enacted(1))]).closed_percent.value == pytest.approx(2.5)


def test_an_enacted_without_a_moment_has_its_documents() -> None:
    rows = [openaps(hours, enacted={"rate": 1, "received": True}) for hours in EVERY]
    assert automation(rows).closed_percent.value == pytest.approx(100)


def test_a_mode_that_aaps_states_is_believed() -> None:
    modes = [
        treatment(0, "OpenAPS Offline", mode="CLOSED_LOOP", duration=0),
        treatment(2, "OpenAPS Offline", mode="SUSPENDED_BY_USER", duration=60, originalDuration=3_600_000),
        treatment(5, "OpenAPS Offline", mode="OPEN_LOOP", duration=0),
        treatment(6, "OpenAPS Offline", mode="CLOSED_LOOP_LGS", duration=0),
        treatment(8, "OpenAPS Offline", mode="DISABLED_LOOP", originalDuration=10 * 365 * 86_400_000),
    ]
    found = automation([openaps(hours) for hours in EVERY], modes)
    told = {mode: figure.value for mode, figure in found.percent.items()}
    assert told == {"closed": 60, "suspended": 10, "open": 10, "off": 20, "unknown": 0}
    assert [(span.minutes, span.words) for span in found.off.each] == [(60, "suspended"), (120, "off")]


def test_resuming_ends_a_stated_suspension() -> None:
    modes = [
        treatment(0, "OpenAPS Offline", mode="CLOSED_LOOP"),
        treatment(2, "OpenAPS Offline", mode="DISCONNECTED_PUMP", duration=120),
        treatment(3, "OpenAPS Offline", mode="RESUME"),
    ]
    assert automation([], modes).percent["suspended"].value == pytest.approx(10)


def test_a_stated_mode_holds_only_while_the_phone_is_heard_of() -> None:
    modes = [treatment(0, "OpenAPS Offline", mode="CLOSED_LOOP")]
    found = automation([openaps(hours) for hours in EVERY if hours < 5], modes)
    assert found.closed_percent.value == pytest.approx(100 * (5 + 10 / 60) / 10)
    assert found.percent["unknown"].value == pytest.approx(100 * (5 - 10 / 60) / 10)


def test_older_aaps_states_that_the_loop_is_off_for_a_while() -> None:
    rows = [openaps(hours, enacted=enacted(hours)) for hours in EVERY]
    found = automation(
        rows, [treatment(2, "OpenAPS Offline", duration=90), treatment(3, "OpenAPS Offline", duration=0)]
    )
    assert found.percent["off"].value == pytest.approx(10)
    assert found.closed_percent.value == pytest.approx(90)
    assert found.off.count.value == 1


def test_a_suspended_pump_is_not_a_closed_loop() -> None:
    rows = [
        openaps(hours, enacted=enacted(hours)) | {"pump": {"suspended": 4 <= hours < 6}} for hours in EVERY
    ]
    found = automation(rows)
    assert found.percent["suspended"].value == pytest.approx(20)
    assert found.suspends.percent.value == pytest.approx(20)
    assert found.suspends.count.value == 1


def test_without_a_loop_the_question_does_not_apply() -> None:
    found = automation([status(hours, uploaderBattery=50) for hours in EVERY])
    assert found.closed_percent.reason == found.uploads_percent.reason == "not_applicable"
    assert found.system == ""
    assert found.spans == ()


def test_where_device_states_are_hidden_nothing_is_said() -> None:
    hidden = replace(EVERYTHING, loop=False)
    assert (
        automation([], [treatment(2, "OpenAPS Offline", duration=90)], shared=hidden).closed_percent.reason
        == "not_shared"
    )


def test_a_silent_period_is_not_open_or_closed() -> None:
    found = automation([loop(-5)], profiles=DOSING)
    assert found.closed_percent.reason == "no_data"


def test_modes_cover_the_period_without_holes() -> None:
    spans = automation([openaps(1, enacted=enacted(1)), openaps(3)]).spans
    assert [(span.start_ms - at(0)) / 3_600_000 for span in spans] == [0, 1, 1.25, 3, 3.25]
    assert [span.mode for span in spans] == ["unknown", "closed", "unknown", "open", "unknown"]
    assert spans[-1].end_ms == at(10)


def test_overrides_end_when_the_next_begins_or_one_is_cancelled() -> None:
    rows = [
        treatment(1, "Temporary Override", duration=120, reason="walk"),
        treatment(2, "Temporary Override", durationType="indefinite", duration=0),
        treatment(4, "Temporary Override Cancel"),
        treatment(6, "Temporary Target", duration=60, targetTop=140),
        treatment(6.5, "Temporary Target", duration=0),
        treatment(9, "Temporary Override", duration=600),
        treatment(9.5, "Exercise", duration=15),
    ]
    found = automation([], rows)
    assert [span.minutes for span in found.overrides.each] == [60, 120, 60]
    assert found.overrides.percent.value == pytest.approx(40)
    assert [span.minutes for span in found.temporary_targets.each] == [30]
    assert found.exercise.count.value == 1


def test_overrides_that_are_not_shared_are_not_zero() -> None:
    shared = replace(EVERYTHING, event_types=frozenset({"Exercise"}))
    found = automation([], [], shared=shared)
    assert found.overrides.count.reason == "not_shared"
    assert found.exercise.count.value == 0


def test_figures_for_the_period_alone_tell_no_times() -> None:
    rows = [openaps(hours, enacted=enacted(hours)) for hours in EVERY]
    found = automation(
        rows, [treatment(2, "Exercise", duration=30)], shared=replace(EVERYTHING, detail="summary")
    )
    assert found.closed_percent.value == pytest.approx(100)
    assert [*found.spans, *found.exercise.each, *found.off.each] == []
    assert found.exercise.count.value == 1
