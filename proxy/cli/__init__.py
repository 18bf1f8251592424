"""The commands of `chaperone`: what an owner does at a terminal. One file per group of commands."""

import gc
import sys
import traceback
from importlib import import_module
from types import MappingProxyType
from typing import Final

import typer

from proxy.cli.frame import FAULT, complain, make_group
from proxy.settings import SettingsError, read_settings

_FILES: Final = MappingProxyType(
    {
        "serve": ("serve", "demo", "setup"),
        "mint": ("mint", "preview"),
        "grants": ("grants", "extend", "revoke", "erase"),
        "log": ("log", "receipt"),
        "policy": ("policy",),
        "export": ("export",),
        "inventory": ("inventory",),
        "owner": ("owner",),
        "keys": ("keys",),
        "backup": ("backup", "restore"),
        "doctor": ("doctor",),
    }
)
"""Which file holds which commands, in the order in which `--help` lists them."""


def make_app(command: str | None = None) -> typer.Typer:
    """Put all commands together, or only those of the file that has this one: the others would only be loaded."""
    app = make_group(help_text="Show your Nightscout to a clinic: only what you chose, only for the visit.")
    found = [file for file, commands in _FILES.items() if command in commands]
    for file in found or _FILES:
        import_module(f"proxy.cli.{file}").add_to(app)
    if found:
        # A single command would lose its name.
        app.callback()(lambda: None)
    return app


def load_structlog() -> None:
    """Load it as if there was no rich, with which it would draw faults on a terminal.

    Our logs are lines of JSON, and to load rich takes longer than to open the store.
    """
    if "rich" in sys.modules:
        return
    sys.modules["rich"] = None  # type: ignore[assignment]  # what the import system takes for "not there"
    try:
        import_module("structlog")
    finally:
        del sys.modules["rich"]


def main() -> None:
    """Run a command. A fault of our own is told by its name: its text could hold a secret."""
    # Nothing that is loaded now is garbage: looking for some takes a tenth of the time until we are ready.
    gc.disable()
    try:
        if sys.argv[1:2] == ["serve"]:
            load_structlog()
        app = make_app(sys.argv[1] if len(sys.argv) > 1 else None)
        gc.enable()
        app(prog_name="chaperone")
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
