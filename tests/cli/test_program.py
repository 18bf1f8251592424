"""Sentences name the command as it is typed here."""

import sys
from pathlib import Path

import pytest

from proxy.cli.program import TYPED, program


def test_whoever_installed_it_says_how_it_is_typed() -> None:
    assert program({TYPED: "sudo chaperone-here"}) == "sudo chaperone-here"


def test_where_it_is_on_the_path_its_name_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = tmp_path / "chaperone"
    found.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program({}) == "chaperone"


def test_elsewhere_it_is_named_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = tmp_path / "chaperone"
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert program({TYPED: ""}) == f"{tmp_path / 'python'} -m proxy"
    beside.touch(mode=0o755)
    assert program({}) == str(beside)
