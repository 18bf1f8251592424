"""The README is true: settings, commands, files and links in it exist."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from proxy.cli import make_app
from proxy.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAPERS = [
    ROOT / name
    for name in ("README.md", "policies/README.md", "deploy/README.md", "SECURITY.md", "PRIVACY.md")
]


def commands() -> Iterator[str]:
    for paper in PAPERS:
        for block in re.findall(r"```(?:sh)?\n(.*?)```", paper.read_text(encoding="utf-8"), re.DOTALL):
            for line in block.splitlines():
                if line.strip().startswith("chaperone "):
                    yield line.split("  ")[0].split(" #")[0].strip().rstrip("&").strip()


@pytest.mark.parametrize("line", sorted(set(commands())))
def test_a_command_in_the_papers_exists_with_its_options(line: str) -> None:
    words = shlex.split(line)[1:]
    command: Any = typer.main.get_command(make_app())
    while words and hasattr(command, "commands"):
        if words[0].isupper() and "show" in command.commands:
            words.insert(0, "show")  # `log GRANT` is short for `log show GRANT`
        assert words[0] in command.commands, line
        command = command.commands[words.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_every_setting_is_told_and_every_setting_told_is_one() -> None:
    told = set(re.findall(r"`((?:CHAPERONE|NIGHTSCOUT)_[A-Z_]+)`", README))
    names = {name.upper() for name in Settings.model_fields}
    real = {name if name.startswith("NIGHTSCOUT_") else f"CHAPERONE_{name}" for name in names}
    assert told == real


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(paper: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", paper.read_text(encoding="utf-8")):
        if not target.startswith(("http", "mailto:")):
            assert (paper.parent / target).exists(), target
