"""Guessing, counted for all processes: by name, and in all."""

from typing import Final

from aiohttp import web

from proxy.core.guesses import FREE, FREE_IN_ALL, Guesses, give_back, take
from proxy.core.owners import mac
from proxy.core.ports import PASSING
from proxy.owner.console import Console
from proxy.owner.kept import change, read_all
from proxy.owner.sessions import known_browser

KIND: Final = f"{PASSING}guesses"
_IN_ALL: Final = "all"
_MOST_NAMES: Final = 200


async def may_try(console: Console, request: web.Request, name: str) -> list[str] | None:
    """Count a try before it is looked at; None if it comes too early. What this gives is for `was_right`.

    A browser in which an owner has signed in before has a count of its own: strangers can't shut the owner out.
    An unknown name is counted like a known one, so that waiting tells nothing.
    """
    known = known_browser(console, request)
    # By what it is a guess at, hashed: a name that was mistyped may be somebody's passphrase.
    keys = [f"known-{mac(console.key, 'known-guess', known)}"] if known else [_IN_ALL, _name(console, name)]
    await _sweep(console)
    taken: list[str] = []
    for key in keys:
        if not await _take(console, key):
            await was_right(console, taken)
            return None
        taken.append(key)
    return taken


async def was_right(console: Console, taken: list[str]) -> None:
    """Give back what was counted: it was no guess, or it was not looked at."""
    for key in taken:
        await change(
            console.store, KIND, key, Guesses, lambda known: None if known is None else give_back(known)
        )


async def _take(console: Console, key: str) -> bool:
    now, free = console.clock(), FREE_IN_ALL if key == _IN_ALL else FREE
    return (
        await change(
            console.store, KIND, key, Guesses, lambda known: take(known or Guesses(), now, free=free)
        )
        is not None
    )


async def _sweep(console: Console) -> None:
    """Forget the names that were tried longest ago: nobody may fill the disk with names."""
    found = [each for each in await read_all(console.store, KIND, Guesses) if each.key != _IN_ALL]
    for each in sorted(found, key=lambda each: each.value.at)[: max(0, len(found) - _MOST_NAMES)]:
        await console.store.drop(KIND, each.key)


def _name(console: Console, name: str) -> str:
    return f"name-{mac(console.key, 'guess', name)}"
