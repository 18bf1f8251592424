"""The owner's own chain: what the owner's side did. Sign-ins, mint, extend, revoke, log reading, erasure, key changes.

It is a chain like a grant's, under an id of its own, without link, PIN or end; if a restored backup sealed it, the
next one begins.
"""

import hashlib
from typing import Final

from proxy.core.errors import StoreUnavailable
from proxy.core.grant import Grant
from proxy.core.ports import Store
from proxy.core.record import Draft, Value
from proxy.core.shape import LATEST_MS

PREFIX: Final = "owner-"


async def note(store: Store, *, site: str, now: int, did: str, **fields: Value) -> None:
    """Put on record what the owner's side did. Raises StoreUnavailable: then it may not be done."""
    draft = Draft("owner", now, {**fields, "did": did})
    number, alive = await _newest(store, now)
    if alive is None:
        try:
            await store.add_grant(_chain(site, number + 1, now), draft)
        except StoreUnavailable:
            # Another process may have begun the chain since we looked.
            _number, alive = await _newest(store, now)
            if alive is None:
                raise
        else:
            return
    await store.append(alive.id, draft)


async def chains(store: Store) -> list[Grant]:
    """Give the owner's chains, the newest first."""
    return [grant for grant in await store.grants() if grant.kind == "owner"]


async def _newest(store: Store, now: int) -> tuple[int, Grant | None]:
    grants = await chains(store)
    return len(grants), next((grant for grant in grants if grant.state(now) != "ended"), None)


def _chain(site: str, number: int, now: int) -> Grant:
    name = f"{PREFIX}{number}"
    # Nothing hashes to these: they are there because every chain has its own.
    nowhere = hashlib.sha256(name.encode()).hexdigest()
    return Grant(
        id=name,
        site=site,
        kind="owner",
        clinician="",
        policy_name="",
        policy_text="",
        policy_hash="",
        days=0,
        minted_at=now,
        opens_at=LATEST_MS,
        lasts=None,
        expires_at=LATEST_MS,
        opened_at=None,
        ended_at=None,
        ending=None,
        zone=None,
        link_hash=nowhere,
        code_hash=nowhere,
        pin_hash="",
        tries_left=0,
        url_token=False,
        length=0,
        head="",
    )
