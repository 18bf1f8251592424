"""The commands of `chaperone`: what an owner does at a terminal. One file per group of commands."""

import sys
import traceback

import typer

from proxy.cli import backup, doctor, export, grants, inventory, keys, log, mint, owner, policy, serve
from proxy.cli.frame import FAULT, complain, make_group
from proxy.settings import SettingsError, read_settings


def make_app() -> typer.Typer:
    """Put all commands together."""
    app = make_group(help_text="Show your Nightscout to a clinic: only what you chose, only for the visit.")
    for group in (serve, mint, grants, log, policy, export, inventory, owner, keys, backup, doctor):
        group.add_to(app)
    return app


def main() -> None:
    """Run a command. A fault of our own is told by its name: its text could hold a secret."""
    try:
        make_app()(prog_name="chaperone")
    except Exception as error:  # noqa: BLE001 - the outermost net
        if _wants_to_see():
            traceback.print_exc()
        name = type(error).__name__
        complain(
            f"this is a fault of Chaperone's own ({name}). With CHAPERONE_LOG_LEVEL=debug it shows where."
        )
        sys.exit(FAULT)


def _wants_to_see() -> bool:
    try:
        return read_settings().log_level == "debug"
    except SettingsError:
        return False
