"""One form, one share: a form that is sent twice (a double tap, a reload) makes no second grant."""

import hashlib
from dataclasses import dataclass
from typing import Final

from proxy.core.errors import Conflict
from proxy.core.grant import DAY
from proxy.core.ports import PASSING, Store
from proxy.owner.kept import read, read_all, write
from proxy.owner.turn import Turn

_KIND: Final = f"{PASSING}share"


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was sent, and the grant that came of it; empty while it is being made."""

    at: int
    grant: str = ""


async def claim(turn: Turn) -> Sent | None:
    """Take a form as the first; else give what came of it when it was sent before. Raises StoreUnavailable."""
    store, key = turn.console.store, _key(turn)
    try:
        await write(store, _KIND, key, Sent(turn.now), version=None)
    except Conflict:
        known = await read(store, _KIND, key, Sent)
        return known.value if known else Sent(turn.now)
    await _sweep(store, turn.now)
    return None


async def made(turn: Turn, grant: str) -> None:
    """Note which grant came of the form."""
    store, key = turn.console.store, _key(turn)
    known = await read(store, _KIND, key, Sent)
    await write(store, _KIND, key, Sent(turn.now, grant), version=known.version if known else None)


async def release(turn: Turn) -> None:
    """Let the form be sent again: nothing came of it."""
    await turn.console.store.drop(_KIND, _key(turn))


def _key(turn: Turn) -> str:
    # Hashed, so that it has one length, whatever was sent.
    return hashlib.sha256(f"{turn.owner.id}\0{turn.form.get('once')}".encode(errors="replace")).hexdigest()


async def _sweep(store: Store, now: int) -> None:
    for each in await read_all(store, _KIND, Sent):
        if now - each.value.at > DAY:
            await store.drop(_KIND, each.key)
