"""`policy list|check|test|explain|diff`."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.place import ROOT, Place


@pytest.fixture
def folder(place: Place, tmp_path: Path) -> Path:
    copy = tmp_path / "policies"
    shutil.copytree(ROOT / "policies", copy)
    place.more["CHAPERONE_POLICIES"] = str(copy)
    return copy


def test_the_policies_are_listed(place: Place) -> None:
    listed = place.run("policy", "list", "--json").json
    assert {"consultant", "cgm-only", "unnamed", "full-loop", "summary"} <= {each["name"] for each in listed}
    assert "For a clinic visit" in place.run("policy", "list").out


def test_the_shipped_policies_are_sound_and_do_what_their_tests_say(place: Place) -> None:
    assert place.run("policy", "check").code == 0
    assert place.run("policy", "test", "--json").json["failures"] == []


def test_a_fault_is_told_with_its_place(place: Place, folder: Path) -> None:
    (folder / "cgm-only.yaml").write_text((folder / "cgm-only.yaml").read_text() + "colour: red\n")
    said = place.run("policy", "check")
    assert said.code == 1
    assert "cgm-only.yaml:" in said.out
    found = {each["policy"]: each["faults"] for each in place.run("policy", "check", "--json").json}
    assert found["consultant"] == []
    assert found[None]


def test_a_policy_that_shares_more_than_its_tests_say_fails_them(place: Place, folder: Path) -> None:
    text = (folder / "cgm-only.yaml").read_text()
    (folder / "cgm-only.yaml").write_text(
        text.replace("classes: [glucose]", "classes: [glucose]\n    fields: [device]")
    )
    assert place.run("policy", "check", "cgm-only").code == 0
    said = place.run("policy", "test", "cgm-only")
    assert said.code == 1
    assert "device: expected nothing" in said.out


def test_a_policy_without_tests_does_not_pass(place: Place, folder: Path) -> None:
    (folder / "tests" / "cgm-only.yaml").unlink()
    said = place.run("policy", "test")
    assert said.code == 1
    assert "has no tests" in said.err


def test_a_field_is_explained(place: Place) -> None:
    (line,) = place.run("policy", "explain", "consultant", "treatments", "notes", "--json").json
    assert (line["path"], line["kept"]) == ("notes", False)
    assert "shared" in place.run("policy", "explain", "consultant", "entries", "sgv").out


def test_a_document_is_explained(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text(json.dumps({"type": "sgv", "sgv": 99, "date": 1_795_305_300_000, "device": "x"}))
    said = place.run("policy", "explain", "cgm-only", "entries", "--document", str(file), "--json").json
    assert {each["path"]: each["kept"] for each in said} == {
        "type": True,
        "sgv": True,
        "date": True,
        "device": False,
    }


def test_what_is_no_document_is_refused(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    for text in ("[1]", "nonsense", "[" * 100_000):
        file.write_text(text)
        said = place.run("policy", "explain", "cgm-only", "entries", "--document", str(file))
        assert said.code == 1
        assert "Traceback" not in said.err


def test_a_collection_that_nobody_knows_is_a_misuse(place: Place) -> None:
    assert place.run("policy", "explain", "cgm-only", "passwords").code == 2


def test_a_change_is_told_by_what_it_reveals(place: Place) -> None:
    assert any(
        line.startswith("Reveals: ")
        for line in place.run("policy", "diff", "cgm-only", "consultant").out.splitlines()
    )
    assert any(
        line.startswith("Hides: ")
        for line in place.run("policy", "diff", "consultant", "cgm-only", "--json").json
    )
    assert place.run("policy", "diff", "consultant", "consultant").out == "Both share the same.\n"
