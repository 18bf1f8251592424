"""The way to a Redis server: durable by its settings, read back at each new connection, or not used at all."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoPermissionError, RedisError

from proxy.core.errors import StoreUnavailable

T = TypeVar("T")
Call = Callable[[Any], Awaitable[T]]
"""What is asked of a client; Any, because the library's types can't tell that answers are bytes here."""

_NEEDED: Final[Mapping[str, str]] = {
    "appendonly": "yes",
    "appendfsync": "always",
    "no-appendfsync-on-rewrite": "no",
    "maxmemory-policy": "noeviction",
}
_LIMIT: Final = 64


class Undurable(RedisError):
    """The server would not keep a record through a loss of power; the message says what to set."""


class Behind(RedisError):
    """The server's epoch is smaller than the one that this node knows: it was put back from a copy."""


class Link:
    """Connections to one server. Nothing is tried twice: after an error nobody knows whether it was done."""

    def __init__(self, url: str, greet: Callable[[AbstractConnection], Awaitable[None]]) -> None:
        self.closed = False
        self._client = _client(url, _greeting(greet))
        self._bare = _client(url, _greeting(None))

    async def run(self, call: Call[T], *, bare: bool = False) -> T:
        """Use a connection; `bare` ones do not look at the epoch. Raises StoreUnavailable, Behind."""
        if self.closed:
            raise StoreUnavailable("The store is closed.")
        try:
            return await call(self._bare if bare else self._client)
        except Behind:
            raise
        except Undurable as error:
            raise StoreUnavailable(str(error)) from error
        except NoPermissionError as error:
            raise StoreUnavailable(
                "Redis refuses this user a command: allow CONFIG GET, ROLE and scripts."
            ) from error
        except (RedisError, OSError, TimeoutError) as error:
            raise StoreUnavailable(
                "Redis can't be reached, or refuses to write: check the server."
            ) from error

    async def close(self) -> None:
        """Close all connections."""
        self.closed = True
        await self._client.aclose()
        await self._bare.aclose()


async def require_durable(ask: Callable[..., Awaitable[Any]]) -> None:
    """Read the server's settings back through `ask`, which sends a command. Raises Undurable with what to set."""
    for name, value in _NEEDED.items():
        found = await ask("CONFIG", "GET", name)
        if name not in _texts(found) or value not in _texts(found):
            raise Undurable(f"Redis does not keep records safe: set `{name} {value}` in its configuration.")
    role = await ask("ROLE")
    if role[0] not in {b"master", "master"}:
        raise Undurable("This Redis server is a replica: give the address of the primary.")


def _texts(found: Any) -> list[str]:
    words = [*found, *found.values()] if isinstance(found, dict) else found
    return [word.decode() if isinstance(word, bytes) else str(word) for word in words]


def _greeting(
    then: Callable[[AbstractConnection], Awaitable[None]] | None,
) -> Callable[[AbstractConnection], Awaitable[None]]:
    async def greet(connection: AbstractConnection) -> None:
        await connection.on_connect()

        async def ask(*words: str) -> Any:
            return await ask_on(connection, *words)

        await require_durable(ask)
        if then is not None:
            await then(connection)

    return greet


async def ask_on(connection: AbstractConnection, *words: str) -> Any:
    """Send one command on a connection that is not yet in use."""
    await connection.send_command(*words)
    return await connection.read_response()


def _client(url: str, greet: Callable[[AbstractConnection], Awaitable[None]]) -> Redis:
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=_LIMIT,
        timeout=1.0,
        socket_timeout=2.0,
        socket_connect_timeout=0.5,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        redis_connect_func=greet,
    )
    return Redis.from_pool(pool)
