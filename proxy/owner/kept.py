"""Documents with a type: read, written where nobody was faster, and changed step by step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import msgspec

from proxy.core.errors import Conflict, StoreUnavailable
from proxy.core.ports import Document, Documents

T = TypeVar("T")
_ATTEMPTS: Final = 50


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """A document's value, and the version to name when it is replaced."""

    key: str
    value: T
    version: int


async def read(store: Documents, kind: str, key: str, form: type[T]) -> Kept[T] | None:
    """Read a document. Raises StoreUnavailable, also for one that can't be read as `form`."""
    found = await store.document(kind, key)
    return None if found is None else _kept(found, form)


async def read_all(store: Documents, kind: str, form: type[T]) -> Sequence[Kept[T]]:
    """Read all documents of a kind, by their keys. Raises StoreUnavailable."""
    return [_kept(each, form) for each in await store.documents(kind)]


async def write(store: Documents, kind: str, key: str, value: object, *, version: int | None) -> int:
    """Keep a value in the place of the version that was read (None: it must be new). Raises Conflict."""
    return await store.put(kind, key, msgspec.json.encode(value), version=version)


async def change(
    store: Documents, kind: str, key: str, form: type[T], step: Callable[[T | None], T | None]
) -> T | None:
    """Replace a value by what `step` makes of it, whoever else is at it; `step` gives None to change nothing.

    Gives what `step` gave last. Raises StoreUnavailable.
    """
    for _ in range(_ATTEMPTS):
        known = await read(store, kind, key, form)
        new = step(known.value if known else None)
        if new is None:
            return None
        try:
            await write(store, kind, key, new, version=known.version if known else None)
        except Conflict:
            continue
        return new
    raise StoreUnavailable("Too many change one thing at a time: try again.")


def _kept(found: Document, form: type[T]) -> Kept[T]:
    try:
        return Kept(found.key, msgspec.json.decode(found.body, type=form), found.version)
    except msgspec.DecodeError:
        # Without its cause: a decoder's words could quote what is kept.
        raise StoreUnavailable("The data can't be read: restore a backup.") from None
