"""`inventory`: what is in your Nightscout, for your own eyes. It is read and printed, and kept nowhere."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer

from proxy.cli.frame import AsJson, answer, run, say, say_table, settings
from proxy.cli.noting import noted
from proxy.core.inventory import Collected, telling
from proxy.core.inventory_told import (
    COLLECTION_WORDS,
    SORT_WORDS,
    as_object,
    leaves_as,
    report,
)
from proxy.house import clock, opened
from proxy.owner.inventory_reading import empty, gather
from proxy.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(inventory)


def inventory(
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="How many days are read.")] = 14,
    show: Annotated[
        bool, typer.Option("--show", help="Print what looks private, too: mind who sees this screen.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what your Nightscout holds, who wrote it, what in it could tell who you are, and which fields are not known."""
    found = run(_read(settings(), days))
    value = {"days": days, "collections": [as_object(each, show=show) for each in found]}
    if as_json:
        answer(value, "", as_json=True)
        return
    for each in found:
        _print(each, show=show)
    lines = [line for each in found for line in report(each)]
    say(
        "\nNot known to Chaperone, so they never leave (names of fields and counts, no values):"
        if lines
        else ""
    )
    say("\n".join(lines) or "Every field that was found is known.")


async def _read(settings: Settings, days: int) -> list[Collected]:
    # Loaded here: no other command but `serve` asks Nightscout for rows.
    from proxy.app import nightscout  # noqa: PLC0415

    found = empty()
    async with opened(settings) as house, nightscout(settings) as reached:
        await noted(house, "inventory read", days=days)
        async for _step in gather(reached.nightscout.rows, found, now=clock(), days=days):
            pass
    return list(found.values())


def _print(found: Collected, *, show: bool) -> None:
    told: dict[str, Any] = as_object(found, show=show)
    say(f"\n{COLLECTION_WORDS[found.name]}: {found.documents:,} documents, {found.size // 1000:,} kB")
    if found.failed:
        say(f"  {found.failed} parts could not be read.")
    if told["since"]:
        say(f"  There is data since {told['since'][:10]}.")
    for name, documents in _uploaders(told["uploaders"], show=show):
        say(f"  {documents:>9,}  by {name}")
    rows = [
        _row(sort, seen.path, seen.sorts[sort], leaves_as(seen), show=show) for sort, seen in telling(found)
    ]
    if rows:
        say_table(("  LOOKS LIKE", "IN", "TIMES", "MAY LEAVE", "THE FIRST" if show else ""), rows)


def _uploaders(told: Sequence[Mapping[str, Any]], *, show: bool) -> Iterator[tuple[str, int]]:
    """Give who wrote how many documents; whoever is not named here, in one line."""
    unnamed = []
    for one in told:
        name = one["app"] or one.get("text") or ("not said" if show else "")
        if name:
            yield name, one["documents"]
        else:
            unnamed.append(one["documents"])
    if unnamed:
        others = f" ({len(unnamed)} of them)" if len(unnamed) > 1 else ""
        yield f"another program or person, or not said{others}", sum(unnamed)


def _row(sort: str, path: str, seen: tuple[int, str], leaves: str, *, show: bool) -> tuple[str, ...]:
    return (f"  {SORT_WORDS[sort]}", path, f"{seen[0]:,}", leaves, seen[1] if show else "")
