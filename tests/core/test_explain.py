"""Explanations agree with the filter, leaf by leaf."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from proxy.core.catalog import COLLECTIONS
from proxy.core.explain import Line, explain
from proxy.core.lens import compile_lens
from proxy.core.policy import Policy
from proxy.core.policycases import parse_cases
from proxy.core.policyfile import parse
from proxy.core.pseudonym import Pseudonyms

POLICIES = Path(__file__).parents[2] / "policies"
NAMES = sorted(path.stem for path in POLICIES.glob("*.yaml"))
MEAL = {"eventType": "Meal Bolus", "created_at": "2026-11-20T08:00:00.000Z"}


def shipped(name: str) -> Policy:
    return parse((POLICIES / f"{name}.yaml").read_text(encoding="utf-8"), file=name)


def reasons(lines: list[Line]) -> dict[str, str]:
    return {line.path: line.reason for line in lines}


def of_meal(**fields: object) -> dict[str, str]:
    return reasons(explain(shipped("consultant"), "treatments", {**MEAL, **fields}))


def leaf_paths(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from leaf_paths(inner, f"{path}.{key}".removeprefix("."))
    elif isinstance(value, list):
        for inner in value:
            yield from leaf_paths(inner, f"{path}[]")
    else:
        yield path


def renamed(path: str) -> str:
    store, _, rest = path.partition(".")
    return f"store.*.{rest.split('.', 1)[1]}" if store == "store" else path


def left(policy: Policy, collection: str, document: Mapping[str, Any]) -> set[str]:
    """Give the leaf paths that the real filter lets through."""
    if collection not in policy.collections:
        return set()
    lens = compile_lens(collection, policy.collections[collection], Pseudonyms(bytes(32), "v", collection))
    row = lens.read_one(msgspec.json.encode(document))
    return set() if row is None else set(leaf_paths(msgspec.json.decode(msgspec.json.encode(row))))


DOCUMENTS = [
    (case.collection, case.document)
    for name in NAMES
    for case in parse_cases(
        shipped(name), (POLICIES / "tests" / f"{name}.yaml").read_text(encoding="utf-8"), file=name
    )
]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_explained_as_kept_is_what_the_filter_lets_through(name: str) -> None:
    policy = shipped(name)
    kept_something = False
    for collection, document in DOCUMENTS:
        kept = {renamed(line.path) for line in explain(policy, collection, document) if line.kept}
        assert kept == {renamed(path) for path in left(policy, collection, document)}
        kept_something |= bool(kept)
    assert kept_something


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("insulin", 2.5, "kept: class insulin"),
        ("insulin", "2.5", "kept: class insulin"),
        ("_id", "6b028738b6ad8f464b02d38d", "kept: comes with every row, as a pseudonym"),
        ("insulin", "a lot", "withheld: a text stands where a number belongs"),
        ("carbs", None, "withheld: nothing stands there"),
        ("carbs", 10**30, "withheld: a number outside 0 to 2000, or with a fraction where none belongs"),
        (
            "carbs",
            float("nan"),
            "withheld: a number outside 0 to 2000, or with a fraction where none belongs",
        ),
        ("glucoseType", "guess", "withheld: a text stands where one of the known words belongs"),
        ("isSMB", 1, "withheld: a number stands where true or false belongs"),
        ("timestamp", "yesterday", "withheld: a text stands where a date and time belongs"),
        ("notes", "pizza", "withheld: free text"),
        ("profileJson", "{}", "withheld: free text about settings"),
        ("isAnnouncement", True, "withheld: words meant for the family"),
        ("enteredBy", "Jane", "withheld: it tells who, where or with what (class identifier)"),
        ("otp", "123456", "withheld: a secret, which can't be shared"),
        ("targetTop", 140, "withheld: class settings is not shared"),
        ("ketones", 0.4, "withheld: not in the catalogue"),
        ("isValid", True, "withheld: it only says that the row was not deleted"),
    ],
)
def test_a_field_is_explained_in_words(field: str, value: object, reason: str) -> None:
    assert of_meal(**{field: value})[field] == reason


def test_a_value_in_the_wrong_wrapping_is_explained() -> None:
    wrong = "withheld: a list stands where one value belongs, or the other way round"
    assert of_meal(insulin=[2])["insulin[]"] == wrong
    assert of_meal(correctionRange=140)["correctionRange"] == wrong
    assert of_meal(insulin={"units": 2})["insulin.units"] == "withheld: not in the catalogue"


@pytest.mark.parametrize(
    ("collection", "document", "reason"),
    [
        ("treatments", {**MEAL, "eventType": "Note"}, "row withheld: event type Note is not shared"),
        ("treatments", {"created_at": MEAL["created_at"]}, "row withheld: it has no event type"),
        ("treatments", {**MEAL, "isValid": False}, "row withheld: it was deleted"),
        ("treatments", {**MEAL, "isValid": 1}, "row withheld: it was deleted"),
        ("treatments", {"eventType": "Meal Bolus", "insulin": 1}, "row withheld: created_at is not a date"),
        ("treatments", {**MEAL, "created_at": "noon"}, "row withheld: created_at is not a date"),
        ("entries", {"type": "etc", "date": 1}, "row withheld: type etc is not shared"),
        ("profile", {"startDate": MEAL["created_at"]}, "row withheld: profile is not shared"),
        (
            "devicestatus",
            {"created_at": MEAL["created_at"], "device": "openaps://rig"},
            "row withheld: nothing of it would be visible but when it was",
        ),
        ("settings", {"a": 1}, "withheld: settings is never shared"),
    ],
)
def test_a_withheld_row_is_explained_once_for_all_its_fields(
    collection: str, document: Mapping[str, Any], reason: str
) -> None:
    policy = shipped("consultant")
    lines = explain(policy, collection, document)
    assert {line.reason for line in lines} == {reason}
    assert not any(line.kept for line in lines)
    assert collection not in COLLECTIONS or left(policy, collection, document) == set()


def test_lists_and_maps_are_explained_by_their_path() -> None:
    lines = explain(
        shipped("full-loop"),
        "devicestatus",
        {
            "created_at": MEAL["created_at"],
            "openaps": {
                "iob": [{"iob": 1}, {"iob": 2}],
                "suggested": {"predBGs": {"IOB": [100, 90], "ZT": [100, "x"]}},
            },
        },
    )
    assert reasons(lines) == {
        "created_at": "kept: comes with every row",
        "openaps.iob[].iob": "kept: class insulin",
        "openaps.suggested.predBGs.IOB[]": "kept: class loop",
        "openaps.suggested.predBGs.ZT[]": "withheld: a list stands where a number belongs",
    }
    assert len(lines) == 4


def test_a_field_that_is_named_by_its_path_says_so() -> None:
    path = "openaps.suggested.timestamp"
    assert explain(shipped("consultant"), "devicestatus", path) == [
        Line(path, kept=True, reason="kept: named in fields")
    ]


def test_named_words_are_explained_as_made_harmless() -> None:
    text = (POLICIES / "consultant.yaml").read_text(encoding="utf-8")
    policy = parse(
        text.replace("classes: [glucose, insulin, carbs]", "fields: [notes]"), file="consultant.yaml"
    )
    assert reasons(explain(policy, "treatments", {**MEAL, "notes": "<b>"}))["notes"] == (
        "kept: named in fields, with markup made harmless"
    )


def test_a_block_is_explained_field_by_field() -> None:
    lines = explain(shipped("consultant"), "devicestatus", "loop.cob")
    assert reasons(lines) == {"loop.cob.cob": "kept: class carbs", "loop.cob.timestamp": "kept: class carbs"}


def test_an_unknown_path_is_explained_with_the_nearest_known() -> None:
    assert explain(shipped("consultant"), "treatments", "insuline") == [
        Line("insuline", kept=False, reason="withheld: not in the catalogue; did you mean insulin?")
    ]


def test_a_path_of_a_withheld_collection_is_withheld() -> None:
    assert explain(shipped("cgm-only"), "food", "carbs") == [
        Line("carbs", kept=False, reason="row withheld: food is not shared")
    ]
