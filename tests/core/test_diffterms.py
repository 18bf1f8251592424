"""A line of a change is said in the reader's language, whichever policies it came from."""

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest

from proxy.core.catalog import CLASSES, COLLECTIONS
from proxy.core.diffterms import change_said, changes_in_short
from proxy.core.logwords import happened
from proxy.core.policydiff import diff
from proxy.core.policyfile import parse
from proxy.locale.reader import Reader, as_before, read_by

SHIPPED = [
    parse(path.read_text(encoding="utf-8"), file=path.stem)
    for path in sorted((Path(__file__).parents[2] / "policies").glob("*.yaml"))
]
LINES = sorted(
    {
        line.partition(": ")[2]
        for one, other in permutations(SHIPPED, 2)
        for line in diff(one, other)
        if not line.startswith("Changes: ")
    }
)


@pytest.fixture
def german() -> Iterator[None]:
    token = read_by(Reader("de"))
    yield
    as_before(token)


@pytest.mark.parametrize("line", LINES)
def test_in_english_a_line_is_said_as_it_stands_but_for_the_words_of_the_file(line: str) -> None:
    said = change_said(line)
    assert said.partition(": ")[2] == line.partition(": ")[2] or "finer" in line


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("line", LINES)
def test_in_another_language_no_line_stays_english(line: str) -> None:
    assert change_said(line) != line


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("days 15 to 30 before the visit", "Tage 15 bis 30 vor dem Termin"),
        (
            "treatments, class insulin: all 37 fields",
            "Behandlungen, Klasse „Insulin“: alle 37 Felder",
        ),
        (
            "profile, class settings: the other field",
            "Pumpen- und Loop-Einstellungen, Klasse „Einstellungen“: das übrige Feld",
        ),
        (
            "treatments, class insulin: a, b[?].c and 29 more",
            "Behandlungen, Klasse „Insulin“: a, b[?].c und 29 weitere",
        ),
        ("treatments of type: Bolus, Meal Bolus", "Behandlungen der Art: Bolus, Meal Bolus"),
        ("something that a later version says", "something that a later version says"),
    ],
)
def test_a_line_is_said_in_german(line: str, said: str) -> None:
    assert change_said(line) == said


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("collection", sorted(COLLECTIONS))
@pytest.mark.parametrize("privacy", sorted(CLASSES - {"row", "secret"}))
def test_every_class_of_every_collection_has_a_word(collection: str, privacy: str) -> None:
    said = change_said(f"{collection}, class {privacy}: all 2 fields")
    assert collection not in said
    assert f"„{privacy}“" not in said.lower() or privacy in {"insulin", "loop", "chat"}


@pytest.mark.usefixtures("german")
def test_what_a_yes_showed_is_told_in_the_readers_language() -> None:
    fields = {
        "kind": "reshaped",
        "asked": "insulin",
        "reveals": "treatments of type: Bolus\ntreatments, class insulin: all 37 fields",
    }
    assert happened(fields, frozenset(), str) == (
        "Sie haben Ja gesagt zu: Insulingaben und Basalraten. Nun auch geteilt: Insulingaben und Basalraten"
    )


def test_in_short_each_class_is_said_once_and_what_is_of_none_as_it_is() -> None:
    lines = [
        "rows of treatments, with their ids and times",
        "treatments of type: Bolus, Carb Correction",
        "treatments, class settings: all 42 fields",
        "treatments, class carbs: all 7 fields",
        "devicestatus, class settings: all 36 fields",
        "days 15 to 30 before the visit",
    ]
    assert changes_in_short(lines) == [
        "carbohydrates",
        "pump and loop settings",
        "days 15 to 30 before the visit",
    ]


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["treatments of type: Bolus"],
        ["something newer than this version"],
        ["food, class odd: all 2 fields"],
    ],
)
def test_a_change_without_a_class_that_is_known_is_said_in_full(lines: list[str]) -> None:
    assert changes_in_short(lines) == [change_said(line) for line in lines]
