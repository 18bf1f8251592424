"""The store for more than one node: one Redis primary that flushes its log at every command."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from proxy.core.errors import GrantEnded, StoreUnavailable
from proxy.core.grant import Ending, Grant
from proxy.core.mint import TRIES
from proxy.core.ports import Clock, Document, Session, Spending
from proxy.core.record import GENESIS, Draft, Record
from proxy.stores import redis_scripts as scripts
from proxy.stores.chain import (
    Step,
    appending,
    ending_with,
    erased,
    extending,
    opening,
    renewing_pin,
    reshaping,
)
from proxy.stores.folder import prepare_folder
from proxy.stores.patience import answer_within
from proxy.stores.redis_chains import RedisChains
from proxy.stores.redis_forms import (
    document_from,
    grant_from,
    records_from,
    session_fields,
    session_from,
    state_of,
)
from proxy.stores.redis_link import require_durable
from proxy.stores.shelf import changed, require_small

_TWO_DAYS: Final = 2 * 86_400
_PAGE: Final = 500
_BLOCK_MS: Final = 200
OUT_OF_REACH_SECONDS: Final = 0.8
"""After which streams must stop: with one more try, within a second."""


async def open_redis(url: str, folder: Path, *, site: str, clock: Clock) -> "RedisStore":
    """Open the store of a Redis server; `folder` is this node's own, and keeps the epoch.

    Raises StoreUnavailable with what to do: if the server can't be reached, is a replica, or its settings would
    lose records (design §9).
    """
    await asyncio.to_thread(prepare_folder, folder)
    try:
        chains = RedisChains(url, folder, site=site, clock=clock)
    except ValueError as error:
        raise StoreUnavailable("CHAPERONE_STORE is not an address that Redis knows: see redis://.") from error
    store = RedisStore(chains)
    try:
        await store.start()
    except BaseException:
        await store.close()
        raise
    return store


class RedisStore:
    """Meets proxy.core.ports.Store. Belongs to the event loop in which it was opened."""

    def __init__(self, chains: RedisChains) -> None:
        self._chains = chains
        self._key = chains.names.key
        self._heard = "0-0"

    async def start(self) -> None:
        """Take the endings so far as heard, and move the epoch."""
        await self._chains.start()
        newest = await self._chains.run(lambda client: client.xrevrange(self._key("endings"), count=1))
        if newest:
            self._heard = newest[0][0].decode()

    async def add_grant(self, grant: Grant, consent: Draft) -> Grant:
        return await self._chains.add(grant, consent)

    async def grant(self, grant_id: str) -> Grant | None:
        return await self._chains.fetch(grant_id)

    async def grants(self) -> Sequence[Grant]:
        ids = await self._chains.run(lambda client: client.zrevrange(self._key("grants"), 0, -1))

        async def call(client: Any) -> list[Any]:
            pipe = client.pipeline(transaction=False)
            for grant_id in ids:
                pipe.hmget(self._key("grant", grant_id.decode()), ["state", "tries", "length", "head"])
            found: list[Any] = await pipe.execute()
            return found

        return [grant for found in await self._chains.run(call) if (grant := grant_from(found)) is not None]

    async def grant_by_link(self, link_hash: str) -> Grant | None:
        return await self._find("link", link_hash)

    async def grant_by_code(self, code_hash: str) -> Grant | None:
        return await self._find("code", code_hash)

    async def grant_by_token(self, token_hash: str) -> Grant | None:
        return await self._find("token", token_hash)

    async def append(self, grant_id: str, *drafts: Draft) -> Grant:
        return await self._take(grant_id, appending(drafts))

    async def append_each(self, drafts: Mapping[str, Draft]) -> Mapping[str, Grant | GrantEnded]:
        taken = (self._appended(grant_id, draft) for grant_id, draft in drafts.items())
        return dict(zip(drafts, await asyncio.gather(*taken), strict=True))

    async def _appended(self, grant_id: str, draft: Draft) -> Grant | GrantEnded:
        try:
            return await self.append(grant_id, draft)
        except GrantEnded as error:
            return error

    async def open(self, grant_id: str, opened_at: int, *, zone: str, record: Draft) -> Grant:
        return await self._take(grant_id, opening(opened_at, zone, record))

    async def extend(self, grant_id: str, expires_at: int, record: Draft) -> Grant:
        return await self._take(grant_id, extending(expires_at, record))

    async def end(self, grant_id: str, ending: Ending, record: Draft) -> Grant:
        return await self._take(grant_id, ending_with(ending, record))

    async def reshape(
        self, grant_id: str, *, policy_name: str, policy_text: str, policy_hash: str, days: int, record: Draft
    ) -> Grant:
        return await self._take(grant_id, reshaping(policy_name, policy_text, policy_hash, days, record))

    async def new_pin(self, grant_id: str, pin_hash: str, record: Draft) -> Grant:
        return await self._take(grant_id, renewing_pin(pin_hash, record))

    async def spend_try(self, grant_id: str) -> int:
        return int(await self._chains.script(scripts.SPEND_TRY, [self._key("grant", grant_id)], []))

    async def restore_try(self, grant_id: str) -> None:
        await self._chains.script(scripts.RESTORE_TRIES, [self._key("grant", grant_id)], [TRIES])

    async def spend(self, grant_id: str, day: int, *, records: int, upstream_bytes: int) -> Spending:
        key = self._key("spent", grant_id, str(day))

        async def call(client: Any) -> Spending:
            pipe = client.pipeline(transaction=True)
            pipe.hincrby(key, "records", records).hincrby(key, "bytes", upstream_bytes).expire(key, _TWO_DAYS)
            return Spending(*(await pipe.execute())[:2])

        return await self._chains.run(call)

    async def add_session(self, session: Session) -> None:
        key, of_grant = self._key("session", session.key), self._key("sessions", session.grant)

        async def call(client: Any) -> None:
            pipe = client.pipeline(transaction=True)
            pipe.hset(key, mapping=session_fields(session)).expire(key, _TWO_DAYS)
            pipe.sadd(of_grant, session.key).expire(of_grant, _TWO_DAYS)
            await pipe.execute()

        await self._chains.run(call)

    async def session(self, key: str) -> Session | None:
        found = await self._chains.run(lambda client: client.hgetall(self._key("session", key)))
        return session_from(key, found)

    async def touch_session(self, key: str, used_at: int) -> None:
        await self._chains.script(scripts.TOUCH, [self._key("session", key)], [used_at])

    async def drop_session(self, key: str) -> None:
        await self._chains.run(lambda client: client.delete(self._key("session", key)))

    async def document(self, kind: str, key: str) -> Document | None:
        return document_from(
            kind, key, await self._chains.run(lambda client: client.hget(self._key("documents", kind), key))
        )

    async def documents(self, kind: str) -> Sequence[Document]:
        found = await self._chains.run(lambda client: client.hgetall(self._key("documents", kind)))
        named = sorted((key.decode(), body) for key, body in found.items())
        return [kept for key, body in named if (kept := document_from(kind, key, body)) is not None]

    async def put(self, kind: str, key: str, body: bytes, *, version: int | None) -> int:
        require_small(body)
        keys = [self._key("documents", kind), self._key("documents"), self._key("site")]
        new = await self._chains.script(scripts.PUT, keys, [kind, key, version or 0, body])
        if new == 0:
            raise changed()
        await self._chains.follow(new)
        return int(new)

    async def drop(self, kind: str, key: str) -> None:
        keys = [self._key("documents", kind), self._key("site")]
        await self._chains.follow(await self._chains.script(scripts.DROP, keys, [key]))

    async def records(self, grant_id: str) -> AsyncIterator[Record]:
        key, number, head = self._key("records", grant_id), 0, GENESIS
        while True:
            first, last = number, number + _PAGE - 1
            bodies = await self._chains.run(lambda client: client.lrange(key, first, last))  # noqa: B023 - awaited at once
            for record in records_from(bodies, number, head):
                yield record
                number, head = record.number, bytes.fromhex(record.head)
            if not bodies:
                return

    async def newest_record_at(self) -> int:
        return int(await self._chains.run(lambda client: client.hget(self._key("site"), "newest")) or 0)

    async def erase(self, grant_id: str, *, day: str) -> None:
        grant = await self._chains.fetch(grant_id)
        if grant is None:
            raise GrantEnded("There is no such access.")
        left, sessions = erased(grant, day), self._key("sessions", grant_id)
        keys = [
            self._key("session", key.decode())
            for key in await self._chains.run(lambda c: c.smembers(sessions))
        ]
        gone = [self._key("records", grant_id), sessions, *keys, *self._chains.names.hashes(grant)]
        about = [self._key("grant", grant_id), self._key("grants"), self._key("documents")]
        await self._chains.script(scripts.ERASE, [*about, *gone], [grant_id, state_of(left)])
        self._chains.forget(grant_id)
        # The server's log still holds what was erased, until it is written anew; one that is at it already will do.
        with suppress(StoreUnavailable):
            await self._chains.run(lambda client: client.bgrewriteaof())

    async def endings(self) -> AsyncIterator[str]:
        """Go on where the last listener stopped, so that no ending falls between two of them."""
        # A stream rather than messages to subscribers: what was missed during a lost connection is still there.
        heard, reached = self._heard, time.monotonic()
        while True:
            try:
                found = await self._endings_after(heard)
                reached = time.monotonic()
            except StoreUnavailable:
                if time.monotonic() - reached >= OUT_OF_REACH_SECONDS:
                    raise
                await asyncio.sleep(_BLOCK_MS / 2000)
                found = ()
            for number, grant_id in found:
                yield grant_id
                heard = self._heard = number

    async def ready(self) -> None:
        await self._chains.run(lambda client: require_durable(client.execute_command))
        await self._chains.move_epoch()

    async def close(self) -> None:
        if not self._chains.link.closed:
            with suppress(StoreUnavailable):
                # The epoch moves once more: a copy made while this ran is behind from now on.
                await self._chains.move_epoch()
            await self._chains.link.close()

    async def _take(self, grant_id: str, step: Step) -> Grant:
        return await self._chains.take(grant_id, step)

    async def _find(self, kind: str, value: str) -> Grant | None:
        if not value:
            return None
        grant_id = await self._chains.run(lambda client: client.get(self._key(kind, value)))
        return None if grant_id is None else await self._chains.fetch(grant_id.decode())

    async def _endings_after(self, heard: str) -> Sequence[tuple[str, str]]:
        key = self._key("endings")
        try:
            asked = self._chains.run(lambda client: client.xread({key: heard}, block=_BLOCK_MS))
            found = await answer_within(OUT_OF_REACH_SECONDS, asyncio.ensure_future(asked))
        except TimeoutError:
            raise StoreUnavailable("Redis does not answer: check the server.") from None
        return [(number.decode(), fields[b"grant"].decode()) for _, rows in found for number, fields in rows]
