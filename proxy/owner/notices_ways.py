"""The ways by which an owner is told outside of the console: sealed addresses, and whether names may be told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from proxy.core.owners import new_secret
from proxy.core.ports import RandomBytes, Store
from proxy.locale.catalogues import SOURCE
from proxy.locale.reader import reader
from proxy.owner.kept import Kept, change, read, read_all, write
from proxy.owner.notices_address import label
from proxy.owner.totp import opened, sealed

KIND: Final = "notice-way"
SETTINGS: Final = "notice-settings"
MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Way:
    """An address, which holds secrets and so is sealed, and what may be shown of it."""

    service: str
    host: str
    address: bytes
    added_at: int
    added_by: str
    outcome: str = ""
    """What came of the last time; empty before the first."""
    tried_at: int = 0
    language: str = SOURCE
    """That of whoever added it: messages come in it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What notices may hold."""

    details: bool = False
    """Names and figures too."""


async def ways(store: Store) -> Sequence[Kept[Way]]:
    """Give them, the oldest first. Raises StoreUnavailable."""
    return sorted(await read_all(store, KIND, Way), key=lambda each: each.value.added_at)


async def settings(store: Store) -> Settings:
    """Give what notices may hold. Raises StoreUnavailable."""
    kept = await read(store, SETTINGS, "all", Settings)
    return kept.value if kept else Settings()


async def set_details(store: Store, *, details: bool) -> None:
    """Allow names and figures, or no more. Raises StoreUnavailable."""
    await change(store, SETTINGS, "all", Settings, lambda _: Settings(details=details))


async def add(store: Store, key: bytes, address: str, *, by: str, now: int, random: RandomBytes) -> None:
    """Keep an address. Raises StoreUnavailable."""
    name = new_secret(random)
    service, host = label(address)
    way = Way(service, host, sealed(key, address, _bound(name), random=random), now, by)
    way = replace(way, language=reader().language)
    await write(store, KIND, name, way, version=None)


def address_of(key: bytes, way: Kept[Way]) -> str | None:
    """Open a sealed address; None if it was sealed elsewhere."""
    return opened(key, way.value.address, _bound(way.key))


async def note_outcome(store: Store, name: str, outcome: str, now: int) -> None:
    """Keep what came of sending. Raises StoreUnavailable."""

    def step(known: Way | None) -> Way | None:
        return None if known is None else replace(known, outcome=outcome, tried_at=now)

    await change(store, KIND, name, Way, step)


def _bound(name: str) -> str:
    # Not an owner's id: what is sealed for one use can't be put in the place of another.
    return f"{KIND}/{name}"
