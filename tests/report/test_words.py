"""Figures in words: units, rounding, goals, time."""

import pytest

from proxy.report.targets import PREGNANCY, STANDARD
from proxy.report.words import (
    Units,
    clock,
    duration,
    edges,
    glucose,
    goal_words,
    number,
    percent,
    share_of_day,
)

DASH = "\N{EN DASH}"


@pytest.mark.parametrize(
    ("mgdl", "units", "told"),
    [(70, "mg/dL", "70"), (70, "mmol/L", "3.9"), (180, "mmol/L", "10.0"), (250, "mmol/L", "13.9"), (54, "mmol/L", "3.0"), (None, "mg/dL", DASH)],
)  # fmt: skip
def test_glucose_is_told_as_its_units_are_written(mgdl: float | None, units: Units, told: str) -> None:
    assert glucose(mgdl, units) == told


@pytest.mark.parametrize(
    ("value", "told"), [(0.0, "0 %"), (0.2, "<1 %"), (0.5, "<1 %"), (71.6, "72 %"), (100.0, "100 %"), (None, DASH)]
)  # fmt: skip
def test_a_percentage_of_little_is_less_than_one_and_never_none(value: float | None, told: str) -> None:
    assert percent(value) == told


@pytest.mark.parametrize(
    ("minutes", "told"),
    [(0, "0 min"), (0.3, "<1 min"), (59, "59 min"), (60, "1 h"), (76, "1 h 16 min"), (1500, "1 d 1 h"), (None, DASH)],
)  # fmt: skip
def test_spans_are_told_in_days_hours_and_minutes(minutes: float | None, told: str) -> None:
    assert duration(minutes) == told


def test_one_percent_is_a_quarter_of_an_hour() -> None:
    assert share_of_day(1.04) == "15 min"


def test_edges_are_exclusive_bands() -> None:
    told = edges(STANDARD, "mg/dL")
    assert list(told.values()) == ["above 250", f"181{DASH}250", f"70{DASH}180", f"54{DASH}69", "below 54"]
    assert edges(STANDARD, "mmol/L")["low"] == f"3.0{DASH}3.8"
    assert edges(PREGNANCY, "mg/dL")["in_range"] == f"63{DASH}140"


def test_goals_say_which_way() -> None:
    told = [goal_words(STANDARD.goal(measure)) for measure in ("below", "in_range", "cv")]
    assert told == ["< 4 %", "> 70 %", "\N{LESS-THAN OR EQUAL TO} 36 %"]
    assert goal_words(None) == ""


def test_times_and_numbers() -> None:
    assert (clock(0), clock(86_399), number(1.25, 1), number(None)) == ("00:00", "23:59", "1.2", DASH)
