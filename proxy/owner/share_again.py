"""What an owner shared last, so that the next time begins with it.

The choices name a clinician, so they belong to the share in which they were made and go when it is erased; beside
them stands only which share that was.
"""

from dataclasses import dataclass
from typing import Final

from proxy.owner.kept import change, read, write
from proxy.owner.share_form import Asked
from proxy.owner.turn import Turn

_CHOICES: Final = "last-share"
_WHICH: Final = "last-share-of"


@dataclass(frozen=True, slots=True)
class Which:
    """The share that an owner made last."""

    grant: str


async def last(turn: Turn) -> Asked:
    """Give what this owner chose last; an empty form if there is none, or if it was erased."""
    store = turn.console.store
    which = await read(store, _WHICH, turn.owner.id, Which)
    kept = None if which is None else await read(store, _CHOICES, f"{which.value.grant}/last", Asked)
    return Asked() if kept is None else kept.value


async def remember(turn: Turn, grant_id: str, asked: Asked) -> None:
    """Keep the choices of a share that was made for the next time. Raises StoreUnavailable."""
    store = turn.console.store
    before = await read(store, _WHICH, turn.owner.id, Which)
    await write(store, _CHOICES, f"{grant_id}/last", asked.lasting, version=None)
    await change(store, _WHICH, turn.owner.id, Which, lambda _: Which(grant_id))
    if before is not None:
        await store.drop(_CHOICES, f"{before.value.grant}/last")
