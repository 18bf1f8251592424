"""What pages say is shared and not shared: from the policy alone."""

import pytest

from proxy.core.labels import Labels, labels
from proxy.core.policyfile import parse
from tests.core.looking import ENTRIES, PROFILE, STATUS, policy_text

NOTES, NAMES = "Notes and messages", "Names, addresses and serial numbers"
LOOP = "What the loop planned and predicted"


def said(*show: str, detail: str = "full") -> Labels:
    return labels(parse(policy_text(*show, detail=detail), file="p.yaml"))


def test_a_glucose_policy_shows_glucose_and_lists_the_rest() -> None:
    told = said(ENTRIES)
    assert told.shown == ("Glucose readings",)
    assert told.withheld == (
        "Insulin: doses, rates and what is on board",
        "Carbohydrates",
        "Pump, sensor and battery state",
        LOOP,
        "Pump and loop settings",
        "Steps, heart rate and activity",
        NOTES,
        NAMES,
    )


def test_nothing_is_both_shown_and_withheld() -> None:
    told = said(ENTRIES, STATUS, PROFILE)
    assert not set(told.shown) & set(told.withheld)
    assert len(told.shown) + len(told.withheld) == 9


def test_a_single_figure_of_a_class_shows_the_class() -> None:
    assert LOOP in said("devicestatus: {fields: [openaps.suggested.eventualBG]}").shown


@pytest.mark.parametrize("path", ["openaps.suggested.timestamp", "loop.timestamp"])
def test_a_moment_alone_does_not_show_its_class(path: str) -> None:
    assert LOOP in said(f"devicestatus: {{fields: [{path}]}}").withheld


@pytest.mark.parametrize("path", ["notes", "reason", "isAnnouncement"])
def test_notes_that_are_shared_are_said_to_be(path: str) -> None:
    told = said(f"treatments: {{event_types: [Note], fields: [{path}]}}")
    assert NOTES in told.shown
    assert NOTES not in told.withheld


@pytest.mark.parametrize("path", ["enteredBy", "device", "pumpSerial"])
def test_names_that_are_shared_are_said_to_be(path: str) -> None:
    told = said(f"treatments: {{event_types: [Note], fields: [{path}]}}")
    assert NAMES in told.shown
    assert NAMES not in told.withheld


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ("full", "Every reading"),
        ("15min", "Averages of 15 minutes"),
        ("hourly", "Hourly averages"),
        ("daily", "Daily averages"),
        ("summary", "Figures for the whole period only"),
    ],
)
def test_the_detail_is_put_in_words(detail: str, words: str) -> None:
    told = labels(
        parse(policy_text(ENTRIES, detail=detail).replace("window: 365", "window: 7"), file="p.yaml")
    )
    assert told.detail == words
