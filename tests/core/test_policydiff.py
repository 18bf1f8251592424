"""What a change reveals is said in words, and the change back hides the same."""

from itertools import permutations
from pathlib import Path

import pytest

from proxy.core.policy import Policy
from proxy.core.policydiff import diff
from proxy.core.policyfile import parse

POLICIES = Path(__file__).parents[2] / "policies"
NAMES = sorted(path.stem for path in POLICIES.glob("*.yaml"))

BASE = """\
version: 1
name: p
title: P
window: 7
detail: hourly
show:
  entries: {types: [sgv], classes: [glucose]}
  treatments: {event_types: [Bolus], fields: [insulin]}
"""


def shipped(name: str) -> Policy:
    return parse((POLICIES / f"{name}.yaml").read_text(encoding="utf-8"), file=name)


def changed(old: str, new: str) -> list[str]:
    assert old in BASE
    return diff(parse(BASE, file="old"), parse(BASE.replace(old, new), file="new"))


def test_the_same_policy_reveals_and_hides_nothing() -> None:
    assert diff(parse(BASE, file="old"), parse(BASE + "# a comment\n", file="new")) == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("window: 7", "window: 90", "Reveals: days 8 to 90 before the visit"),
        ("detail: hourly", "detail: full", "Reveals: figures finer than hourly: full"),
        ("detail: hourly", "detail: daily", "Hides: figures finer than daily: hourly"),
        ("show:", "timezone: site\nshow:", "Reveals: the time zone"),
        ("show:", "timezone: offset\nshow:", "Reveals: the offset from UTC"),
        ("show:", "identity: name\nshow:", "Reveals: who it is: name"),
        ("show:", "exports: [csv, pdf]\nshow:", "Reveals: files to keep: csv, pdf"),
        (
            "show:",
            "derive: [total insulin]\nshow:",
            "Reveals: figures that we work out from what is not shared: total insulin",
        ),
        ("[sgv]", "[sgv, mbg]", "Reveals: entries of type: mbg"),
        ("[Bolus]", "[Note]", "Hides: treatments of type: Bolus"),
        ("[insulin]", "[insulin, notes]", "Reveals: treatments, class text: notes"),
        (
            "fields: [insulin]",
            "classes: [insulin]",
            "Reveals: treatments, class insulin: the other 36 fields",
        ),
        ("fields: [insulin]", "classes: [carbs]", "Reveals: treatments, class carbs: all 7 fields"),
        ("fields: [insulin]", "classes: [carbs]", "Hides: treatments, class insulin: insulin"),
        ("show:\n", "show:\n  food: {}\n", "Reveals: rows of food, with their ids and times"),
        ("name: p", "name: q", 'Changes: the name: "q" instead of "p"'),
        ("show:", "may_ask: [more days]\nshow:", "Changes: what the clinician may ask for: more days"),
    ],
)
def test_a_change_is_said_in_words(old: str, new: str, line: str) -> None:
    assert line in changed(old, new)


def test_live_and_pages_are_revealed() -> None:
    full = BASE.replace("hourly", "full")
    lines = diff(parse(full, file="old"), parse(full + "live: true\npages: true\n", file="new"))
    assert lines == [
        "Reveals: what happens during the visit, as it happens",
        "Reveals: Nightscout's own pages",
    ]


@pytest.mark.parametrize(("one", "other"), list(permutations(NAMES, 2)))
def test_the_way_back_hides_what_the_way_there_revealed(one: str, other: str) -> None:
    there, back = diff(shipped(one), shipped(other)), diff(shipped(other), shipped(one))
    revealed = [line.removeprefix("Reveals: ") for line in there if line.startswith("Reveals: ")]
    hidden = [line.removeprefix("Hides: ") for line in back if line.startswith("Hides: ")]
    assert revealed == hidden
    assert there
