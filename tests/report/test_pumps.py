"""Names of pumps: known words of makers and models only, as people say them."""

import pytest

from proxy.core.catalog import COLLECTIONS
from proxy.report.pumps import pump_name, pump_names
from tests.report.writing import Row, automation, status


@pytest.mark.parametrize(
    ("maker", "model", "name"),
    [
        ("Medtronic", "723", "Medtronic 723"),
        ("Insulet", "Eros", "Insulet Omnipod Eros"),
        ("Insulet", "Dash", "Insulet Omnipod DASH"),
        ("Insulet", "OMNIPOD_DASH", "Insulet Omnipod DASH"),
        ("Sooil", "Dana-i (BLE5)", "Sooil Dana-i (BLE5)"),
        ("Medtrum", "MD8301", "Medtrum TouchCare Nano 300U"),
        ("Equil", "Equil", "Equil"),
        ("AAPS", "VirtualPump", "VirtualPump"),
        ("Tandem", None, "Tandem"),
        (None, "Dash", "Omnipod DASH"),
        (None, None, ""),
        (7, ["Dash"], ""),
    ],
)
def test_a_pump_is_called_as_people_call_it(maker: object, model: object, name: str) -> None:
    assert pump_name(maker, model) == name


def test_each_row_has_its_own() -> None:
    names = pump_names(["Medtronic", None, "Medtronic"], ["723", None, "722"])
    assert names == ["Medtronic 723", "", "Medtronic 722"]


@pytest.mark.parametrize("path", ["pump.manufacturer", "pump.model"])
def test_a_view_lets_only_known_words_through(path: str) -> None:
    field = COLLECTIONS["devicestatus"][path]
    assert (field.kind, field.privacy) == ("enum", "device")
    assert all(len(value) < 25 for value in field.values)
    assert {"Medtronic", "Insulet", "Sooil", "Medtrum", "723", "Dash", "Eros"} & set(field.values)


def pump(hours: float, maker: str, model: str) -> Row:
    return status(hours, pump={"manufacturer": maker, "model": model, "pumpID": "123456"})


def test_pumps_of_a_period_come_in_the_order_of_their_use_and_others_not_at_all() -> None:
    rows = [pump(3, "Insulet", "Dash"), pump(1, "Medtronic", "723"), pump(2, "Medtronic", "723")]
    found = automation([*rows, pump(-1, "Tandem", "t:slim X2"), pump(11, "Roche", "Insight")])
    assert found.pumps == ("Medtronic 723", "Insulet Omnipod DASH")


def test_a_pump_alone_is_no_loop() -> None:
    found = automation([pump(1, "Medtronic", "723")])
    assert found.system == ""
    assert found.closed_percent.value is None
