"""How commands end: in plain words, with an exit code."""

import subprocess
import sys

import pytest
import typer

from proxy.cli import main, make_app
from tests.cli.place import ROOT, Place


def test_all_settings_that_are_wrong_are_told_at_once(place: Place) -> None:
    said = place.run(
        "grants", CHAPERONE_TIMEZONE="Nowhere", CHAPERONE_WORKERS="0", CHAPERONE_LOG_LEVEL="loud"
    )
    assert said.code == 2
    for name in ("CHAPERONE_TIMEZONE", "CHAPERONE_WORKERS", "CHAPERONE_LOG_LEVEL"):
        assert name in said.err


def test_a_store_that_can_not_be_opened_is_a_fault(place: Place) -> None:
    place.data.mkdir(mode=0o700)
    (place.data / "chaperone.db").write_bytes(b"not a database, and long enough to be looked at" * 30)
    (place.data / "chaperone.db").chmod(0o600)
    said = place.run("grants")
    assert said.code == 1
    assert said.err.startswith("chaperone: ")


def test_a_command_that_does_not_exist_is_a_misuse(place: Place) -> None:
    assert place.run("destroy").code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("serve",), ("demo",), ("setup",), ("mint",), ("preview",), ("grants",), ("extend",), ("revoke",), ("erase",),
        ("log", "show"), ("log", "verify"), ("receipt",), ("policy", "list"), ("policy", "check"), ("policy", "test"),
        ("policy", "explain"), ("policy", "diff"), ("keys", "list"), ("keys", "rotate"), ("backup",), ("restore",),
        ("doctor",),
    ],
)  # fmt: skip
def test_every_command_answers_in_json_and_says_what_it_does(
    place: Place, arguments: tuple[str, ...]
) -> None:
    said = place.run(*arguments, "--help")
    assert said.code == 0
    assert "--json" in said.out


def test_a_fault_of_our_own_is_told_without_what_it_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise KeyError("SECRET")

    monkeypatch.setattr("proxy.cli.make_app", lambda _: lambda **_: broken())
    monkeypatch.delenv("CHAPERONE_LOG_LEVEL", raising=False)
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert ended.value.code == 1
    assert "KeyError" in said.err
    assert "SECRET" not in said.err + said.out


def test_the_package_can_be_run() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "proxy", "--help"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    assert "chaperone" in done.stdout
    assert "mint" in done.stdout


def test_a_name_can_not_colour_the_table(place: Place) -> None:
    place.run("mint", "--clinician", "[red]Clinic[/red]")
    assert "[red]Clinic[/red]" in place.run("grants").out


def test_each_command_is_found_by_its_own_name() -> None:
    everything = typer.main.get_command(make_app())
    assert isinstance(everything, typer.core.TyperGroup)
    for name, command in everything.commands.items():
        alone = typer.main.get_command(make_app(name))
        assert isinstance(alone, typer.core.TyperGroup)
        assert alone.commands[name].help == command.help


def test_what_is_no_command_is_told_so_with_all_commands_at_hand() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "proxy", "srve"], cwd=ROOT, capture_output=True, check=False, text=True
    )
    assert done.returncode == 2
    assert "srve" in done.stderr
