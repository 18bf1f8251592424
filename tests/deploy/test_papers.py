import re
import tomllib
from pathlib import Path

import pytest

from proxy.gate.upstream import DEADLINE_SECONDS, LARGEST_BODY

ROOT = Path(__file__).parents[2]
PAPERS = ("SECURITY.md", "PRIVACY.md", "deploy/README.md", "deploy/THREAT_MODEL.md")
THREATS = (ROOT / "deploy/THREAT_MODEL.md").read_text(encoding="utf-8")
ROWS = tuple(line.strip("| ").split(" | ") for line in THREATS.splitlines() if re.match(r"\| T\d", line))


def _section(title: str) -> str:
    return THREATS.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_threats_are_numbered_without_gaps() -> None:
    assert [row[0] for row in ROWS] == [f"T{number}" for number in range(1, len(ROWS) + 1)]


def test_every_threat_says_what_holds_it_and_which_tests_show_it() -> None:
    for row in ROWS:
        number, threat, holds, shown = row
        assert threat, number
        assert holds, number
        assert re.fullmatch(r"`tests/[a-z]+`( `tests/[a-z]+`)*", shown), number


@pytest.mark.parametrize("folder", sorted(set(re.findall(r"`(tests/[a-z]+)`", THREATS))))
def test_a_named_folder_has_tests_in_it(folder: str) -> None:
    assert list((ROOT / folder).rglob("test_*.py"))


def test_the_exceptions_to_promise_2_are_these_four() -> None:
    listed = re.findall(r"^\d+\. (.+)$", _section("What can be inferred all the same"), re.MULTILINE)
    assert listed == [
        "response time;",
        "the moment and batching of pushes;",
        "failure at a stated limit (503 `upstream_too_large`; 429 after a grant has cost Nightscout 1 GB in a day);",
        "the site's zone, if the policy says `timezone: site`.",
    ]


def test_the_stated_limits_are_those_of_the_code() -> None:
    assert f"{LARGEST_BODY // 1024**2} MB, {DEADLINE_SECONDS} s" in THREATS


def test_what_must_bring_the_page_up_again_has_dates() -> None:
    rows = re.findall(
        r"^\| (?!trigger)[^-].* \| (.+) \|$", _section("When this page must be looked at again"), re.MULTILINE
    )
    assert len(rows) >= 10
    assert all(re.search(r"\d{4}-\d\d-\d\d|^none yet$", date) for date in rows)
    assert any(date.startswith("due ") for date in rows)


@pytest.mark.parametrize("paper", PAPERS)
def test_every_file_that_a_paper_links_to_is_there(paper: str) -> None:
    path = ROOT / paper
    links = re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("paper", PAPERS)
def test_every_setting_that_a_paper_names_exists(paper: str) -> None:
    example = (ROOT / "deploy/env.example").read_text(encoding="utf-8")
    named = re.findall(r"\b(?:CHAPERONE|NIGHTSCOUT)_[A-Z_]+", (ROOT / paper).read_text(encoding="utf-8"))
    assert [name for name in named if f"{name}=" not in example] == []


def test_the_licence_is_the_agpl_whole_and_the_project_says_so() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.lstrip().startswith("GNU AFFERO GENERAL PUBLIC LICENSE\n")
    assert "Version 3, 19 November 2007" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert [number for number in range(18) if f"\n  {number}. " not in text] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "AGPL-3.0-or-later"
