"""What a policy shares of each input: a sum only if all that feeds it is shown."""

from pathlib import Path

import pytest

from proxy.core.policyfile import parse
from proxy.report.facts import Shared
from proxy.report.sharing import shared_of

POLICIES = Path(__file__).parents[2] / "policies"


def of(name: str, *changes: tuple[str, str]) -> Shared:
    text = (POLICIES / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return shared_of(parse(text, file=f"{name}.yaml"))


def test_glucose_alone_shares_no_sum_of_anything_else() -> None:
    found = of("cgm-only")
    assert found.glucose
    assert not any(
        [found.boluses, found.carbs, found.temp_basals, found.profile, found.loop, found.pump, found.words]
    )
    assert not found.shows("Exercise")


def test_for_a_visit_treatments_are_shared_and_settings_and_words_are_not() -> None:
    found = of("consultant")
    assert all([found.boluses, found.automatic, found.carbs, found.temp_basals, found.loop, found.pump])
    assert not any([found.profile, found.total_insulin, found.words])
    assert found.shows("Temporary Override")


def test_the_full_policy_shares_settings() -> None:
    assert of("full-loop").profile


@pytest.mark.parametrize("name", ["Correction Bolus", "SMB", "Combo Bolus"])
def test_a_bolus_type_that_is_hidden_hides_the_sum(name: str) -> None:
    found = of("consultant", (f"      - {name}\n", ""))
    assert not found.boluses
    assert not found.automatic
    assert found.carbs


def test_a_class_that_is_hidden_hides_its_sums() -> None:
    found = of("consultant", ("    classes: [glucose, insulin, carbs]", "    classes: [glucose, carbs]"))
    assert not any([found.boluses, found.temp_basals])
    assert found.carbs


def test_total_insulin_may_be_derived() -> None:
    assert of("consultant", ("derive: []", "derive: [total insulin]")).total_insulin


@pytest.mark.parametrize("name", ["Suspend Pump", "Temp Basal"])
def test_a_hidden_type_that_basal_needs_hides_the_total(name: str) -> None:
    assert not of("consultant", (f"      - {name}\n", "")).temp_basals


def test_settings_need_their_switches() -> None:
    assert of("full-loop").settles_basal
    found = of("full-loop", ("      - Profile Switch\n", ""))
    assert found.profile
    assert not found.settles_basal


def test_the_level_of_detail_is_the_policys() -> None:
    assert of("summary").detail == "summary"
