"""The house opened: settings in, store and keys out. What commands and the server both begin with."""

import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from proxy.core.grant import Grant
from proxy.core.policy import Policy
from proxy.core.policyfile import parse
from proxy.core.ports import Store
from proxy.core.token import mint_token
from proxy.settings import Settings, is_loopback
from proxy.stores.folder import lost_words
from proxy.stores.keys import FileKeys, load_keys
from proxy.stores.sqlite import open_sqlite

SITE = "site-1"
"""There is one site; every table, key, record and token carries its id all the same."""


def clock() -> int:
    """Give epoch milliseconds by this machine's clock."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class House:
    """What every command and server works with."""

    settings: Settings
    store: Store
    keys: FileKeys


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[House]:
    """Open keys and store, and close them again. Raises StoreUnavailable."""
    keys = load_keys(settings.data, random=secrets.token_bytes)
    store = await open_store(settings)
    try:
        yield House(settings, store, keys)
    finally:
        await store.close()


async def open_store(settings: Settings) -> Store:
    """Open the store that the settings name."""
    where = settings.store.get_secret_value()
    if where.startswith(("redis://", "rediss://")):
        from proxy.stores.redis import open_redis  # noqa: PLC0415 - only installations with several nodes load it

        return await open_redis(where, settings.data, site=SITE, clock=clock)
    return await open_sqlite(settings.data, site=SITE, clock=clock)


def token_for(house: House) -> Callable[[Grant], str]:
    """Give what signs the token of a new grant, for tools."""

    def sign_token(grant: Grant) -> str:
        kid, private_key = house.keys.signing()
        origin = house.settings.public_origin
        return mint_token(
            grant,
            kid=kid,
            private_key=private_key,
            audience=origin,
            issuer=origin,
            jti=secrets.token_hex(8),
            now_ms=grant.minted_at,
        )

    return sign_token


def will_be_lost(settings: Settings, *, mounts_text: str | None = None) -> str:
    """Say why a real site must not be shared with others from this folder; empty if it may.

    Where only this machine can open the links, as when Chaperone is tried out, it is let pass.
    """
    is_real = not settings.is_demo and not is_loopback(settings.public_origin) and settings.data.is_dir()
    is_here = settings.store.get_secret_value() == "sqlite"
    return lost_words(settings.data, mounts_text) if is_real and is_here else ""


def read_policies(settings: Settings) -> list[Policy]:
    """Read all policies that can be shared. Raises PolicyError for a file with a fault."""
    files = sorted(policies_folder(settings).glob("*.yaml"))
    return [parse(file.read_text(encoding="utf-8"), file=file.name) for file in files]


def policies_folder(settings: Settings) -> Path:
    """Give the folder of policies: the setting's, or the bundled one (in a wheel beside the code)."""
    if settings.policies is not None:
        return settings.policies
    here = Path(__file__).parent
    bundled = here / "policies"
    return bundled if bundled.is_dir() else here.parent / "policies"
