"""Pairing: the clinic's computer shows a square code and a word, and the owner's phone lets it in.

Two owners can't both answer, and one yes makes one grant: the computer is taken before the grant is made, and freed
again if none comes of it.
"""

from dataclasses import dataclass, replace
from typing import Final

from proxy.core.errors import Conflict
from proxy.core.waiting import WAITING, Waiting, decode, encode, is_key
from proxy.owner.console import Console
from proxy.owner.turn import Turn
from proxy.owner.words import _

GONE: Final = _(
    "This computer no longer waits: its page was open too long, or somebody answered already. "
    "Begin again on the computer, and scan the new code."
)


@dataclass(frozen=True, slots=True)
class Computer:
    """A browser that waits to be let in, as the owner sees it."""

    id: str
    word: str
    device: str
    address: str


async def computer(console: Console, name: str) -> Computer | None:
    """Find the computer that was scanned; None if it no longer waits."""
    found = await _found(console, name)
    if found is None or found[0].answer:
        return None
    return Computer(name, found[0].word, found[0].device, found[0].address)


async def take(turn: Turn, name: str) -> bool:
    """Take a computer before a grant is made for it; False if somebody else has, or it no longer waits."""
    return await _answer(turn.console, name, before="", after="yes")


async def free(turn: Turn, name: str) -> None:
    """Let it wait on: no grant came of it."""
    await _answer(turn.console, name, before="yes", after="")


async def let_in(turn: Turn, name: str, grant: str) -> bool:
    """Give it the grant; False if it no longer waits."""
    return await _answer(turn.console, name, before="yes", after="yes", grant=grant)


async def _answer(console: Console, name: str, *, before: str, after: str, grant: str = "") -> bool:
    found = await _found(console, name)
    if found is None or found[0].answer != before or found[0].grant:
        return False
    answered = replace(found[0], answer="yes" if after else "", grant=grant)
    try:
        await console.store.put(WAITING, name, encode(answered), version=found[1])
    except Conflict:
        return False
    return True


async def _found(console: Console, name: str) -> tuple[Waiting, int] | None:
    document = await console.store.document(WAITING, name) if "/" not in name and is_key(name) else None
    if document is None:
        return None
    waiting = decode(document.body)
    return (waiting, document.version) if waiting.counts(console.clock()) else None
