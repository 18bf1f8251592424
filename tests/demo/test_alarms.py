"""What is called out on `/alarm`: recorded words, and each change of range once."""

import json
from pathlib import Path
from typing import Any

import pytest

from proxy.demo.alarms import Alarms
from proxy.demo.status import settings
from tests.demo.contract.shapes import shape

RECORDED = dict(
    json.loads((Path(__file__).parent / "contract" / "recordings" / "frames.json").read_text())["alarm"]
)


@pytest.fixture
def alarms() -> Alarms:
    return Alarms(settings()["thresholds"])


def told(alarms: Alarms, *values: int) -> list[str]:
    return [name for value in values for name, _ in alarms.notices({"entries": [{"sgv": value}]})]


def treated(alarms: Alarms, **row: Any) -> list[tuple[str, dict[str, Any]]]:
    return list(alarms.notices({"treatments": [{"eventType": "Note", **row}]}))


def test_each_change_of_range_is_called_out_once(alarms: Alarms) -> None:
    assert told(alarms, 120, 190, 200, 270, 280, 120, 130) == ["alarm", "urgent_alarm", "clear_alarm"]
    assert told(alarms, 65, 50, 60, 100) == ["alarm", "urgent_alarm", "alarm", "clear_alarm"]


def test_a_code_of_the_sensor_is_no_low(alarms: Alarms) -> None:
    assert told(alarms, 10, 38) == []


def test_chat_is_called_out_in_the_recorded_shape(alarms: Alarms) -> None:
    [(name, said)] = treated(alarms, eventType="Announcement", isAnnouncement=True, notes="call mum")
    assert (name, said["message"]) == ("announcement", "call mum")
    assert shape([said]) == shape([RECORDED["announcement"]])


def test_a_treatment_is_called_out_with_names_and_notes(alarms: Alarms) -> None:
    [(name, said)] = treated(alarms, enteredBy="Ines", notes="sick")
    assert (name, said["message"]) == ("notification", "\nEntered By: Ines\nNotes: sick")
    assert shape([said]) == shape([RECORDED["notification"]])


def test_what_a_loop_does_by_itself_is_not_called_out(alarms: Alarms) -> None:
    assert treated(alarms, eventType="Temp Basal", enteredBy="openaps://AndroidAPS") == []
    assert treated(alarms, eventType="Correction Bolus", enteredBy="openaps://AndroidAPS", insulin=1) != []


def test_an_alarm_and_its_end_have_the_recorded_shape(alarms: Alarms) -> None:
    [(_, alarm)] = alarms.notices({"entries": [{"sgv": 300}]})
    recorded = RECORDED["urgent_alarm"]
    assert alarm.keys() == recorded.keys()
    assert alarms.silence(2, "default") == RECORDED["clear_alarm"]
