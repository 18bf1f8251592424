"""Which widgets a policy fills, and the profile that stands in where none is shared."""

from pathlib import Path

import pytest

from proxy.core.neutral import profile_for
from proxy.core.policy import Policy
from proxy.core.policyfile import parse
from proxy.core.view import Window, compile_view
from proxy.core.widgets import shown_forecasts, shown_parts, shown_plugins

POLICIES = Path(__file__).parent.parent.parent / "policies"
NEVER = {"careportal", "boluscalc", "food", "bwp", "treatmentnotify", "speech", "alexa", "rawbg", "dbsize"}


def shipped(name: str) -> Policy:
    return parse((POLICIES / f"{name}.yaml").read_text(encoding="utf-8"), file=name)


@pytest.mark.parametrize("name", ["consultant", "cgm-only", "full-loop"])
def test_nothing_that_writes_or_alarms_is_a_widget(name: str) -> None:
    assert not set(shown_plugins(shipped(name))) & NEVER


def test_a_widget_whose_data_is_not_shared_is_absent() -> None:
    glucose = set(shown_plugins(shipped("cgm-only")))
    assert glucose == {"bgnow", "delta", "direction", "timeago", "devicestatus", "errorcodes", "ar2"}
    clinic = set(shown_plugins(shipped("consultant")))
    assert {"iob", "cob", "pump", "upbat", "cage", "sage"} <= clinic
    assert not clinic & {"basal", "profile", "loop"}
    assert {"basal", "cob", "loop", "openaps"} <= set(shown_plugins(shipped("full-loop")))


def test_the_parts_of_a_page_follow_from_the_policy() -> None:
    assert "notes" not in shown_parts(shipped("consultant"))
    assert "profile" not in shown_parts(shipped("consultant"))
    assert not {"forecast", "targets"} & set(shown_parts(shipped("consultant")))
    assert {"profile", "forecast", "treatments", "targets"} <= set(shown_parts(shipped("full-loop")))
    assert "switches" not in shown_parts(shipped("full-loop"))  # their names are words of the patient's


def test_the_forecasts_that_are_drawn_are_those_that_are_shared() -> None:
    assert shown_forecasts(shipped("full-loop")) == ["loop", "openaps"]
    assert shown_forecasts(shipped("consultant")) == shown_forecasts(shipped("cgm-only")) == []


@pytest.mark.parametrize("name", ["consultant", "cgm-only"])
def test_the_neutral_profile_says_nothing_but_zero(name: str) -> None:
    view = compile_view(shipped(name), Window(0, None), zone="UTC", site_key=b"s" * 32)
    profile = profile_for(view)
    assert profile is not None
    assert profile["store"].keys() == {profile["defaultProfile"]}
    (settings,) = profile["store"].values()
    assert settings.pop("units") == "mg/dl"
    for schedule in ("sens", "carbratio", "basal", "target_low", "target_high"):
        assert settings.pop(schedule) == [{"time": "00:00", "timeAsSeconds": 0, "value": 0}]
    assert set(settings.values()) == {0}


def test_a_shared_profile_is_not_replaced() -> None:
    view = compile_view(shipped("full-loop"), Window(0, None), zone="UTC", site_key=b"s" * 32)
    assert profile_for(view) is None
