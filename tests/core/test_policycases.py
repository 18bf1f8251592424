"""Cases: the shipped ones hold on the real filter, and a case can fail."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from proxy.core.errors import PolicyError
from proxy.core.lens import compile_lens
from proxy.core.policy import Policy
from proxy.core.policycases import Keep, parse_cases, run_cases
from proxy.core.policyfile import parse
from proxy.core.pseudonym import Pseudonyms

POLICIES = Path(__file__).parents[2] / "policies"
NAMES = sorted(path.stem for path in POLICIES.glob("*.yaml"))

POLICY = parse(
    "version: 1\nname: p\ntitle: P\nwindow: 7\ndetail: full\nshow: {entries: {types: [sgv]}}\n", file="p.yaml"
)
ONE = """\
version: 1
policy: p
cases:
  - name: A case
    collection: entries
    document: {_id: a, sgv: 5, list: [1, 2]}
    expect: EXPECT
"""


def real_filter(policy: Policy) -> Keep:
    lenses = {
        collection: compile_lens(collection, shown, Pseudonyms(bytes(32), "view", collection))
        for collection, shown in policy.collections.items()
    }

    def keep(collection: str, document: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if collection not in lenses:
            return None
        row = lenses[collection].read_one(msgspec.json.encode(document))
        return None if row is None else msgspec.json.decode(msgspec.json.encode(row), type=dict[str, Any])

    return keep


def differences(expect: str, left: Mapping[str, Any] | None) -> list[str]:
    failures = run_cases(POLICY, ONE.replace("EXPECT", expect), file="t.yaml", keep=lambda _c, _d: left)
    return [difference for failure in failures for difference in failure.differences]


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_policy_passes_its_own_cases_on_the_real_filter(name: str) -> None:
    policy = parse((POLICIES / f"{name}.yaml").read_text(encoding="utf-8"), file=name)
    cases = (POLICIES / "tests" / f"{name}.yaml").read_text(encoding="utf-8")
    assert run_cases(policy, cases, file=name, keep=real_filter(policy)) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_cases_of_a_shipped_policy_notice_a_filter_that_keeps_all_or_nothing(name: str) -> None:
    policy = parse((POLICIES / f"{name}.yaml").read_text(encoding="utf-8"), file=name)
    text = (POLICIES / "tests" / f"{name}.yaml").read_text(encoding="utf-8")
    cases = parse_cases(policy, text, file=name)
    withheld = sum(case.expect is None for case in cases)
    kept = len(cases) - withheld
    assert withheld
    assert kept
    assert len(run_cases(policy, text, file=name, keep=lambda _collection, _document: None)) == kept
    assert len(run_cases(policy, text, file=name, keep=lambda _collection, document: document)) >= withheld


def test_every_policy_has_cases_and_every_file_of_cases_a_policy() -> None:
    assert sorted(path.stem for path in (POLICIES / "tests").glob("*.yaml")) == NAMES


@pytest.mark.parametrize(
    ("expect", "left"),
    [
        ("withheld", None),
        ("null", None),
        ("{_id: <id>, sgv: 5}", {"_id": "6b02", "sgv": 5.0}),
        ("{sgv: 5, list: [1, 2]}", {"sgv": 5, "list": [1, 2], "carbs": None}),
    ],
)
def test_a_case_that_comes_out_as_expected_passes(expect: str, left: Mapping[str, Any] | None) -> None:
    assert differences(expect, left) == []


@pytest.mark.parametrize(
    ("expect", "left", "difference"),
    [
        ("withheld", {"sgv": 5}, "the document: expected nothing, got {'sgv': 5}"),
        ("{sgv: 5}", None, "the document: expected {'sgv': 5}, got nothing"),
        ("{sgv: 5}", {"sgv": 6}, "sgv: expected 5, got 6"),
        ("{sgv: 5}", {"sgv": 5, "notes": "x"}, "notes: expected nothing, got 'x'"),
        ("{sgv: 1}", {"sgv": True}, "sgv: expected 1, got True"),
        ("{_id: <id>}", {"_id": 5}, "_id: expected '<id>', got 5"),
        ("{_id: <id>}", {}, "_id: expected '<id>', got nothing"),
        ("{a: {b: [1]}}", {"a": {"b": [2]}}, "a.b[0]: expected 1, got 2"),
        ("{a: [1]}", {"a": [1, 2]}, "a: expected [1], got [1, 2]"),
    ],
)
def test_a_difference_is_told_with_its_path(
    expect: str, left: Mapping[str, Any] | None, difference: str
) -> None:
    assert differences(expect, left) == [difference]


def test_a_failure_names_file_line_and_case() -> None:
    failure = run_cases(POLICY, ONE.replace("EXPECT", "withheld"), file="t.yaml", keep=lambda _c, d: d)[0]
    assert (failure.file, failure.line, failure.name) == ("t.yaml", 4, "A case")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("policy: p", "policy: q", 't.yaml:2:9: unknown policy "q"; write one of: p'),
        (
            "collection: entries",
            "collection: entry",
            't.yaml:5:17: unknown collection "entry"; write "entries"',
        ),
        ("expect: EXPECT", "expects: withheld", 't.yaml:7:5: unknown key "expects"; write "expect"'),
        ("expect: EXPECT", "expect: nothing", 't.yaml:7:13: write the document as it leaves, or "withheld"'),
        ("{_id: a, sgv: 5, list: [1, 2]}", "[]", "t.yaml:6:15: a document belongs here: names and values"),
        ("sgv: 5,", "sgv: 5, sgv: 6,", 't.yaml:6:32: "sgv" stands twice; keep one of them'),
    ],
)
def test_a_faulty_file_of_cases_is_refused(old: str, new: str, message: str) -> None:
    text = ONE.replace(old, new).replace("EXPECT", "withheld")
    with pytest.raises(PolicyError) as caught:
        run_cases(POLICY, text, file="t.yaml", keep=lambda _c, _d: None)
    assert message in str(caught.value).splitlines()


def test_a_file_without_cases_is_refused() -> None:
    with pytest.raises(PolicyError, match="at least one"):
        run_cases(POLICY, "version: 1\npolicy: p\ncases: []\n", file="t.yaml", keep=lambda _c, _d: None)


def test_the_readmes_cases_pass_on_the_readmes_policy() -> None:
    blocks = [
        block.split("```")[0]
        for block in (POLICIES / "README.md").read_text(encoding="utf-8").split("```yaml\n")[1:]
    ]
    policy = parse(blocks[0], file="README.md")
    assert run_cases(policy, blocks[1], file="README.md", keep=real_filter(policy)) == []
