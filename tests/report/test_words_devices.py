"""Which pump and loop, in words: the owner's own come first."""

from dataclasses import replace

from proxy.core.instants import written
from proxy.report.facts import EVERYTHING
from proxy.report.words_devices import devices_seen, equipment_lines
from tests.report.writing import Row, at, automation, status


def loop(hours: float, model: str) -> Row:
    cycle = {"timestamp": written(at(hours)), "enacted": {"rate": 1, "received": True}}
    return status(hours, loop=cycle, pump={"manufacturer": "Insulet", "model": model})


SEEN = [loop(1, "Eros"), loop(2, "Dash")]
HIDDEN_SETTINGS = replace(EVERYTHING, profile=False)


def test_pump_and_system_are_named_in_the_order_of_their_use() -> None:
    found = automation(SEEN, shared=HIDDEN_SETTINGS)
    assert devices_seen(found) == "pump Insulet Omnipod Eros, then Insulet Omnipod DASH; system Loop"


def test_two_systems_are_said_to_be_more_than_one() -> None:
    rig = status(3, openaps={"suggested": {"timestamp": written(at(3))}})
    found = automation([*SEEN, rig], shared=HIDDEN_SETTINGS)
    assert devices_seen(found).endswith("Omnipod DASH; more than one system")


def test_without_uploads_nothing_is_said() -> None:
    assert devices_seen(automation([])) == ""


def test_what_the_owner_says_comes_first() -> None:
    lines = equipment_lines((("Pump", "an orange one"),), automation(SEEN, shared=HIDDEN_SETTINGS))
    assert lines[0] == ("Pump", "an orange one")
    assert lines[1][0] == "Seen in uploads"
    assert equipment_lines((("Pump", "an orange one"),), automation([])) == (("Pump", "an orange one"),)


def test_where_no_device_may_be_named_no_pump_is() -> None:
    found = automation(SEEN, shared=replace(HIDDEN_SETTINGS, devices=False))
    assert devices_seen(found) == "system Loop"
