"""Set-up codes: how the first owner comes in, one more, or one who lost every other way. Each works once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from proxy.core.codes import new_code, read_code
from proxy.core.errors import Conflict
from proxy.core.grant import DAY
from proxy.core.owners import MOST_OWNERS, SKEW, Owner, SetUp, mac, same
from proxy.core.ports import PASSING, RandomBytes, Store
from proxy.owner.console import Console
from proxy.owner.kept import Kept, read, read_all, write
from proxy.owner.sessions import OWNERS, end_all, owners

KIND: Final = f"{PASSING}set-up"
AS_GIVEN: Final = "given"
FROM_THE_MACHINE: Final = 7 * DAY
FROM_AN_OWNER: Final = DAY


async def offer(
    store: Store,
    key: bytes,
    *,
    now: int,
    random: RandomBytes,
    lasts: int = FROM_THE_MACHINE,
    name: str = "",
    owner: str = "",
) -> str:
    """Make a set-up code and give it, to be shown once. Earlier ones for the same purpose end."""
    for each in await read_all(store, KIND, SetUp):
        if (each.value.name, each.value.owner) == (name, owner) or now >= each.value.expires_at:
            await store.drop(KIND, each.key)
    code = new_code(random)
    await write(store, KIND, mac(key, "set-up", code), SetUp(now, now + lasts, name, owner), version=None)
    return code


async def offer_first(store: Store, key: bytes, *, now: int, random: RandomBytes) -> str | None:
    """Make the code for the first owner; None if there is an owner already."""
    return None if await owners(store) else await offer(store, key, now=now, random=random)


async def reset(store: Store, name_of: Owner | None = None) -> None:
    """Take the sign-in from one owner, or from all: every session ends, and every open set-up code."""
    for each in await owners(store):
        if name_of is None:
            await store.drop(OWNERS, each.key)
        elif each.key == name_of.id:
            emptied = Owner(each.value.id, each.value.name, each.value.added_at)
            await write(store, OWNERS, each.key, emptied, version=each.version)
    await end_all(store, owner=None if name_of is None else name_of.id)
    await end_offers(store)


async def end_offers(store: Store) -> None:
    """End every set-up code that is open."""
    for left in await store.documents(KIND):
        await store.drop(KIND, left.key)


async def find(console: Console, typed: str) -> Kept[SetUp] | None:
    """Find what a typed code, or the installation's passphrase, is good for; None if it is good for nothing."""
    there = await owners(console.store)
    if console.passphrase and same(typed.strip(), console.passphrase) and not there:
        used = await read(console.store, KIND, AS_GIVEN, SetUp)
        return Kept(AS_GIVEN, SetUp(0, console.clock() + DAY), 0) if used is None else None
    code = read_code(typed)
    found = await read(console.store, KIND, mac(console.key, "set-up", code), SetUp) if code else None
    return found if found is not None and _is_good(found.value, there, console.clock()) else None


async def claim(console: Console, key: str) -> SetUp | None:
    """Use a code up; None if somebody else did, it ran out, or there are as many owners as there may be."""
    there, now = await owners(console.store), console.clock()
    if key == AS_GIVEN:
        found = None if there else Kept(key, SetUp(now, now + DAY), 0)
    else:
        found = await read(console.store, KIND, key, SetUp)
    if found is None or not _is_good(found.value, there, now):
        return None
    spent = replace(found.value, expires_at=0)
    try:
        await write(console.store, KIND, key, spent, version=found.version or None)
    except Conflict:
        return None
    return found.value


def _is_good(found: SetUp, there: Sequence[Kept[Owner]], now: int) -> bool:
    # Of a code from the future it can't be said when it runs out: the clock was wrong then.
    if now >= found.expires_at or found.made_at - now > SKEW:
        return False
    if found.owner:
        return any(each.key == found.owner for each in there)
    # The machine's own code names nobody: it is for the first owner only.
    return len(there) < MOST_OWNERS if found.name else not there
