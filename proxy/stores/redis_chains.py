"""Grants and their chains in Redis.

Hashes are computed here, on the head that we know; the script compares that head and adds, or gives the grant as
it is now, and we compute again. Every change of a grant's state is a record, so comparing heads guards all of it.
"""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from weakref import WeakValueDictionary

from redis.asyncio.connection import AbstractConnection

from proxy.core.errors import GrantEnded, StoreUnavailable
from proxy.core.grant import Grant
from proxy.core.ports import PASSING, Clock
from proxy.core.record import Draft
from proxy.stores import redis_scripts as scripts
from proxy.stores.chain import Step, begun, chained, restoring
from proxy.stores.epoch import EpochFile
from proxy.stores.redis_forms import Names, grant_from, state_of
from proxy.stores.redis_link import Behind, Call, Link, T, ask_on

_KNOWN: Final = 1000
_ATTEMPTS: Final = 100


class RedisChains:
    """What the store does with grants; it also watches the epoch."""

    def __init__(self, url: str, folder: Path, *, site: str, clock: Clock) -> None:
        self.names = Names(site)
        self.link = Link(url, self._compare_epochs)
        self._clock = clock
        self._epoch = EpochFile(folder)
        self._known: dict[str, Grant] = {}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._recovering = asyncio.Lock()

    async def run(self, call: Call[T], *, bare: bool = False) -> T:
        """Use the server; if it turns out to have been put back from a copy, end all grants first.

        `bare` is for that work itself.
        """
        if bare:
            return await self.link.run(call, bare=True)
        try:
            return await self.link.run(call)
        except Behind:
            await self._recover()
        try:
            return await self.link.run(call)
        except Behind as error:
            raise StoreUnavailable("Redis was put back from a copy while in use: try again.") from error

    async def script(self, text: str, keys: list[str], args: list[Any], *, bare: bool = False) -> Any:
        """Run a script."""
        return await self.run(lambda client: client.register_script(text)(keys=keys, args=args), bare=bare)

    async def start(self) -> None:
        """Move the epoch past what the folder knows."""
        known = await asyncio.to_thread(self._kept)
        await self.follow(await self.script(scripts.RAISE_EPOCH, [self.names.key("site")], [known]))

    async def move_epoch(self) -> None:
        """Move the epoch by one: also the proof that something can be written."""
        await self.follow(await self.script(scripts.MOVE_EPOCH, [self.names.key("site")], []))

    async def add(self, grant: Grant, consent: Draft) -> Grant:
        """Keep a new grant with its first record."""
        new, records = begun(grant, consent)
        key = self.names.key
        keys = [
            key("grant", new.id),
            key("records", new.id),
            key("grants"),
            key("site"),
            *self.names.hashes(new),
        ]
        about = [new.id, state_of(new), new.tries_left, new.length, new.head, consent.at, new.minted_at]
        epoch = await self.script(scripts.ADD, keys, [*about, records[0].body])
        if epoch == 0:
            raise StoreUnavailable("This grant, its link, code or token is not new: share once more.")
        await self.follow(epoch)
        return new

    async def fetch(self, grant_id: str, *, bare: bool = False) -> Grant | None:
        """Read a grant."""
        key, parts = self.names.key("grant", grant_id), ["state", "tries", "length", "head"]
        grant = grant_from(await self.run(lambda client: client.hmget(key, parts), bare=bare))
        if grant is not None:
            self._remember(grant)
        return grant

    async def take(self, grant_id: str, step: Step) -> Grant:
        """Take a step with a grant, one at a time within this process."""
        turn = self._turns.setdefault(grant_id, asyncio.Lock())
        async with turn:
            return await self._take(grant_id, step, bare=False)

    async def _take(self, grant_id: str, step: Step, *, bare: bool) -> Grant:
        grant, fresh = self._known.get(grant_id), False
        for _ in range(_ATTEMPTS):
            if grant is None:
                grant, fresh = await self.fetch(grant_id, bare=bare), True
            if grant is None:
                raise GrantEnded("There is no such access.")
            done = await self._try(grant, step, fresh=fresh, bare=bare)
            if done is not None:
                return done
            grant = None
        raise StoreUnavailable("Too many nodes write to one log: try again.")

    async def _try(self, grant: Grant, step: Step, *, fresh: bool, bare: bool) -> Grant | None:
        """Take a step with the grant as it is known; None if it is known wrongly, and has to be read again."""
        try:
            changed, drafts = step(grant)
        except GrantEnded:
            if fresh:
                raise
            return None
        if not drafts:
            return grant if fresh else None
        new, records = chained(changed, drafts)
        cuts = changed.ended_at is not None or (changed.policy_hash, changed.days) != (
            grant.policy_hash,
            grant.days,
        )
        args: list[Any] = [
            grant.head,
            new.head,
            new.length,
            max(draft.at for draft in drafts),
            "" if changed is grant else state_of(new),
            "" if changed.pin_hash == grant.pin_hash else new.tries_left,
            new.id if cuts else "",
            *(record.body for record in records),
        ]
        # Forgotten until it is known to be right: if the answer is lost, the next step reads the grant anew.
        self._known.pop(grant.id, None)
        key = self.names.key
        keys = [key("grant", new.id), key("records", new.id), key("endings"), key("site")]
        reply = await self.script(scripts.TAKE, keys, args, bare=bare)
        if reply[0] == 0:
            return None
        await self.follow(reply[1])
        new = replace(new, tries_left=int(reply[2]))
        self._remember(new)
        return new

    def forget(self, grant_id: str) -> None:
        """Read a grant anew at its next step."""
        self._known.pop(grant_id, None)

    def _remember(self, grant: Grant) -> None:
        if len(self._known) >= _KNOWN:
            self._known.clear()
        self._known[grant.id] = grant

    async def follow(self, epoch: int) -> None:
        """Write an epoch that the server holds to the folder. Raises StoreUnavailable."""
        if epoch > self._epoch.known:
            try:
                await asyncio.to_thread(self._epoch.advance, epoch)
            except OSError as error:
                raise StoreUnavailable("The data folder can't be written: check the disk.") from error

    def _kept(self) -> int:
        # None is a node's first start, which is nothing to worry about: other nodes may have been there before.
        try:
            with self._epoch.held() as held:
                return held.read() or 0
        except OSError as error:
            raise StoreUnavailable("The data folder can't be read or written: check the disk.") from error

    async def _compare_epochs(self, connection: AbstractConnection) -> None:
        found = await ask_on(connection, "HGET", self.names.key("site"), "epoch")
        if int(found or 0) < await asyncio.to_thread(self._kept):
            raise Behind

    async def _recover(self) -> None:
        async with self._recovering:
            known, site = await asyncio.to_thread(self._kept), self.names.key("site")
            epoch = await self.run(lambda client: client.hget(site, "epoch"), bare=True)
            if int(epoch or 0) >= known:
                # Another task or node has been quicker; what was minted since must live.
                return
            ids = await self.run(lambda client: client.zrange(self.names.key("grants"), 0, -1), bare=True)
            for grant_id in ids:
                # Without waiting for a turn: whoever has it may be waiting for this.
                await self._take(grant_id.decode(), restoring(self._clock()), bare=True)
            await self.script(scripts.DROP_PASSING, [self.names.key("documents")], [PASSING], bare=True)
            await self.follow(await self.script(scripts.RAISE_EPOCH, [site], [known], bare=True))
