"""How every command begins and ends: settings read, refusals in plain words, an answer as text or as JSON."""

import asyncio
import json
import sys
import unicodedata
from collections.abc import Coroutine, Iterable, Sequence
from typing import Annotated, Any, TypeVar

import typer
from typer.core import TyperGroup

from proxy.core.errors import ChaperoneError, GrantError
from proxy.settings import Settings, SettingsError, read_settings

T = TypeVar("T")

FAULT, MISUSE = 1, 2
"""Exit codes: something is wrong or can't be done; the command or a setting is not right."""

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, with keys that stay the same.")]
GrantId = Annotated[str, typer.Argument(metavar="GRANT", help="A grant's id, or how it begins.")]


class Refused(ChaperoneError):
    """A command can't do what was asked; the message says what to do instead."""

    status = 400
    reason = "refused"


class Commands(TyperGroup):
    """A group of commands that turns our errors into a sentence and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ChaperoneError as error:
            complain(str(error))
            misused = isinstance(error, SettingsError | GrantError)
            raise typer.Exit(MISUSE if misused else FAULT) from None


def make_group(*, help_text: str, cls: type[TyperGroup] = Commands) -> typer.Typer:
    """Make an empty group of commands."""
    return typer.Typer(
        cls=cls,
        help=help_text,
        no_args_is_help=True,
        add_completion=False,
        # A traceback with local variables would show tokens.
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )


def settings() -> Settings:
    """Read the settings from the environment. Raises SettingsError with all faults."""
    return read_settings()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work."""
    return asyncio.run(work)


def answer(value: Any, words: str, *, as_json: bool) -> None:
    """Print an answer: `value` as JSON, or `words`."""
    if as_json:
        print(json.dumps(value, indent=2, ensure_ascii=False), flush=True)
    elif words:
        say(words)


def say(words: str) -> None:
    """Print words; control characters, which could drive the terminal, are taken out."""
    print(_harmless(words), flush=True)


def complain(words: str) -> None:
    """Print words where errors belong."""
    print(f"chaperone: {_harmless(words)}", file=sys.stderr)


def say_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; as wide as its content where no terminal sets a width."""
    from rich.console import Console  # noqa: PLC0415 - only lists need it, and a server prints none
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(_harmless(cell)) for cell in row))
    console.print(table)


def _harmless(words: str) -> str:
    return "".join(
        letter for letter in words if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs")
    )
