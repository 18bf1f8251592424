"""What an owner signs in with: checked, added and taken away. Every change is made where nobody was faster."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from proxy.core.owners import Owner, Passkey, check_passphrase, folded
from proxy.owner.console import Console
from proxy.owner.kept import change
from proxy.owner.passkeys import Proof
from proxy.owner.sessions import OWNERS, owners
from proxy.owner.totp import matching_step, opened, recovery_hash

How = Literal["passkey", "passphrase", "app code", "recovery code"]


async def by_name(console: Console, name: str) -> Owner | None:
    """Find an owner by name, however it is written."""
    wanted = folded(name)
    return next(
        (each.value for each in await owners(console.store) if folded(each.value.name) == wanted), None
    )


async def has_passphrase(console: Console, owner: Owner | None, typed: str) -> bool:
    """Check a passphrase; takes as long for nobody."""
    async with console.turn:
        return await asyncio.to_thread(
            check_passphrase, console.key, typed, "" if owner is None else owner.passphrase
        )


async def spend_code(console: Console, owner: Owner, typed: str) -> How | None:
    """Check a code of the app or a recovery code, and use it up; None if it is neither. Two can't use one."""
    spent: list[How] = []

    def step(known: Owner | None) -> Owner | None:
        spent.clear()
        if known is None:
            return None
        used = _app_code(console, known, typed) or _recovery_code(console, known, typed)
        if used is None:
            return None
        spent.append("app code" if used.totp_step != known.totp_step else "recovery code")
        return used

    done = await change(console.store, OWNERS, owner.id, Owner, step)
    return spent[0] if done is not None else None


def _app_code(console: Console, owner: Owner, typed: str) -> Owner | None:
    secret = opened(console.key, owner.totp, owner.id) if owner.totp else None
    if secret is None:
        return None
    step = matching_step(secret, typed, console.clock(), after=owner.totp_step)
    return None if step is None else replace(owner, totp_step=step)


def _recovery_code(console: Console, owner: Owner, typed: str) -> Owner | None:
    hashed = recovery_hash(console.key, owner.id, typed)
    if hashed is None or hashed not in owner.recovery:
        return None
    return replace(owner, recovery=tuple(each for each in owner.recovery if each != hashed))


async def used_passkey(console: Console, proof: Proof) -> bool:
    """Note a passkey's counter; False if the passkey was taken away in the meantime."""

    def step(owner: Owner) -> Owner | None:
        if not any(each.id == proof.passkey.id for each in owner.passkeys):
            return None
        kept = (proof.passkey if each.id == proof.passkey.id else each for each in owner.passkeys)
        return replace(owner, passkeys=tuple(kept))

    return await changed(console, proof.owner.id, step) is not None


async def add_passkey(console: Console, owner_id: str, passkey: Passkey) -> Owner | None:
    """Give an owner one more passkey."""
    return await changed(console, owner_id, lambda owner: replace(owner, passkeys=(*owner.passkeys, passkey)))


async def changed(console: Console, owner_id: str, step: Callable[[Owner], Owner | None]) -> Owner | None:
    """Change an owner, whoever else is at it; None if there is none, or nothing to change."""
    return await change(
        console.store, OWNERS, owner_id, Owner, lambda known: None if known is None else step(known)
    )
