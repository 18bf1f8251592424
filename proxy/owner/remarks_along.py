"""What goes along with a new share: the notes that wait for it, if the tick is there and they are those that were shown."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from proxy.core.errors import GrantError
from proxy.core.grant import Grant
from proxy.core.record import Value
from proxy.core.remarks import DRAFT, NEXT, REMARKS, Remarks, digest, read_remarks, recorded
from proxy.owner.giving import Giver
from proxy.owner.kept import write
from proxy.owner.turn import Turn
from proxy.owner.words import _

FIELD: Final = "notes"
SEEN: Final = "notes_shown"
_CHANGED: Final = _(
    "Your notes for this visit were changed since this page was shown. Look at what goes along, then share."
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Notes that wait for the next share, as the page of a share shows them."""

    remarks: Remarks
    mark: str
    """By which the form says which notes it has shown."""
    ticked: bool


async def waiting_notes(turn: Turn) -> Waiting | None:
    """Give the notes that would go along; None if there are none. They are ticked until somebody takes the tick away."""
    kept = read_remarks(await turn.console.store.document(DRAFT, NEXT))
    return Waiting(kept, digest(kept), ticked=FIELD in turn.form or SEEN not in turn.form) if kept else None


async def notes_along(turn: Turn) -> Remarks:
    """Give the notes that go with the share that was asked for. Raises GrantError if they are not those on the page."""
    mark = turn.form.get(FIELD)
    if not mark:
        return Remarks()
    kept = read_remarks(await turn.console.store.document(DRAFT, NEXT))
    if digest(kept) != mark:
        raise GrantError(_CHANGED)
    return kept


def with_notes(giver: Giver, turn: Turn, remarks: Remarks) -> Giver:
    """Have notes kept with the grant before it is there, and told of in its consent."""
    if not remarks:
        return giver
    also: dict[str, Value] = {**giver.also, **recorded(remarks)}
    return replace(giver, before=_before(giver.before, turn, remarks), also=also)


def _before(
    first: Callable[[Grant], Awaitable[None]] | None, turn: Turn, remarks: Remarks
) -> Callable[[Grant], Awaitable[None]]:
    async def keep(grant: Grant) -> None:
        if first is not None:
            await first(grant)
        await write(turn.console.store, REMARKS, grant.id, remarks, version=None)

    return keep


async def gone_along(turn: Turn, remarks: Remarks) -> None:
    """Forget the draft that went along, so that the next share begins with none; one that is newer stays."""
    store = turn.console.store
    kept = read_remarks(await store.document(DRAFT, NEXT))
    if remarks and kept == remarks:
        await store.drop(DRAFT, NEXT)
