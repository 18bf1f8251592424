"""A store in memory that meets proxy.core.ports.Store, for tests. It loses everything, and so promises nothing."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from proxy.core.errors import Conflict, GrantEnded, StoreUnavailable
from proxy.core.grant import Ending, Grant, end_after_opening
from proxy.core.mint import TRIES
from proxy.core.ports import Document, Session, Spending
from proxy.core.record import GENESIS, Draft, Record, write


class MemoryStore:
    """`fails` names methods that raise StoreUnavailable from now on; "*" is all of them."""

    def __init__(self) -> None:
        self.fails: set[str] = set()
        self._grants: dict[str, Grant] = {}
        self._chains: dict[str, list[Record]] = {}
        self._sessions: dict[str, Session] = {}
        self._spent: dict[tuple[str, int], Spending] = {}
        self._documents: dict[tuple[str, str], Document] = {}
        self._version = 0
        self._listeners: set[asyncio.Queue[str]] = set()

    async def add_grant(self, grant: Grant, consent: Draft) -> Grant:
        await self._step("add_grant")
        taken = {
            value for known in self._grants.values() for value in (known.id, known.link_hash, known.code_hash)
        }
        if taken & {grant.id, grant.link_hash, grant.code_hash}:
            raise StoreUnavailable("This grant, its link or its code is not new.")
        self._chains[grant.id] = []
        return self._write(grant, consent)

    async def grant(self, grant_id: str) -> Grant | None:
        await self._step("grant")
        return self._grants.get(grant_id)

    async def grants(self) -> Sequence[Grant]:
        await self._step("grants")
        return sorted(self._grants.values(), key=lambda grant: grant.minted_at, reverse=True)

    async def grant_by_link(self, link_hash: str) -> Grant | None:
        await self._step("grant_by_link")
        return next((grant for grant in self._grants.values() if grant.link_hash == link_hash), None)

    async def grant_by_code(self, code_hash: str) -> Grant | None:
        await self._step("grant_by_code")
        return next((grant for grant in self._grants.values() if grant.code_hash == code_hash), None)

    async def grant_by_token(self, token_hash: str) -> Grant | None:
        await self._step("grant_by_token")
        found = (grant for grant in self._grants.values() if token_hash and grant.token_hash == token_hash)
        return next(found, None)

    async def append(self, grant_id: str, *drafts: Draft) -> Grant:
        await self._step("append")
        return self._write(self._live(grant_id, drafts[0].at), *drafts)

    async def append_each(self, drafts: Mapping[str, Draft]) -> Mapping[str, Grant | GrantEnded]:
        await self._step("append")
        given: dict[str, Grant | GrantEnded] = {}
        for grant_id, draft in drafts.items():
            try:
                given[grant_id] = self._write(self._live(grant_id, draft.at), draft)
            except GrantEnded as error:
                given[grant_id] = error
        return given

    async def open(self, grant_id: str, opened_at: int, *, zone: str, record: Draft) -> Grant:
        await self._step("open")
        grant = self._live(grant_id, opened_at)
        if grant.opened_at is not None:
            return grant
        ends = end_after_opening(grant, opened_at)
        return self._write(replace(grant, opened_at=opened_at, zone=zone, expires_at=ends), record)

    async def extend(self, grant_id: str, expires_at: int, record: Draft) -> Grant:
        await self._step("extend")
        return self._write(replace(self._live(grant_id, record.at), expires_at=expires_at), record)

    async def end(self, grant_id: str, ending: Ending, record: Draft) -> Grant:
        await self._step("end")
        grant = self._known(grant_id)
        if grant.ended_at is not None:
            return grant
        ended = self._write(replace(grant, ended_at=record.at, ending=ending), record)
        for listener in self._listeners:
            listener.put_nowait(grant_id)
        return ended

    async def reshape(
        self, grant_id: str, *, policy_name: str, policy_text: str, policy_hash: str, days: int, record: Draft
    ) -> Grant:
        await self._step("reshape")
        named = replace(
            self._live(grant_id, record.at), policy_name=policy_name, policy_hash=policy_hash, days=days
        )
        grant = self._write(replace(named, policy_text=policy_text), record)
        for listener in self._listeners:
            listener.put_nowait(grant_id)
        return grant

    async def document(self, kind: str, key: str) -> Document | None:
        await self._step("document")
        return self._documents.get((kind, key))

    async def documents(self, kind: str) -> Sequence[Document]:
        await self._step("documents")
        return [kept for (of, _), kept in sorted(self._documents.items()) if of == kind]

    async def put(self, kind: str, key: str, body: bytes, *, version: int | None) -> int:
        await self._step("put")
        there = self._documents.get((kind, key))
        if (there.version if there else None) != version:
            raise Conflict("This was changed elsewhere in the meantime: load the page again.")
        self._version += 1
        self._documents[kind, key] = Document(kind, key, body, self._version)
        return self._version

    async def drop(self, kind: str, key: str) -> None:
        await self._step("drop")
        self._documents.pop((kind, key), None)

    async def spend_try(self, grant_id: str) -> int:
        await self._step("spend_try")
        grant = self._known(grant_id)
        if grant.tries_left == 0:
            return -1
        self._grants[grant_id] = replace(grant, tries_left=grant.tries_left - 1)
        return grant.tries_left - 1

    async def restore_try(self, grant_id: str) -> None:
        await self._step("restore_try")
        self._grants[grant_id] = replace(self._known(grant_id), tries_left=TRIES)

    async def new_pin(self, grant_id: str, pin_hash: str, record: Draft) -> Grant:
        await self._step("new_pin")
        grant = self._live(grant_id, record.at)
        return self._write(replace(grant, pin_hash=pin_hash, tries_left=TRIES), record)

    async def spend(self, grant_id: str, day: int, *, records: int, upstream_bytes: int) -> Spending:
        await self._step("spend")
        spent = self._spent.get((grant_id, day), Spending(0, 0))
        spent = Spending(spent.records + records, spent.upstream_bytes + upstream_bytes)
        self._spent[grant_id, day] = spent
        return spent

    async def add_session(self, session: Session) -> None:
        await self._step("add_session")
        self._sessions[session.key] = session

    async def session(self, key: str) -> Session | None:
        await self._step("session")
        return self._sessions.get(key)

    async def touch_session(self, key: str, used_at: int) -> None:
        await self._step("touch_session")
        if key in self._sessions:
            self._sessions[key] = replace(self._sessions[key], used_at=used_at)

    async def drop_session(self, key: str) -> None:
        await self._step("drop_session")
        self._sessions.pop(key, None)

    async def records(self, grant_id: str) -> AsyncIterator[Record]:
        await self._step("records")
        for record in list(self._chains.get(grant_id, ())):
            yield record

    async def newest_record_at(self) -> int:
        await self._step("newest_record_at")
        return max((_at(chain[-1]) for chain in self._chains.values() if chain), default=0)

    async def erase(self, grant_id: str, *, day: str) -> None:
        await self._step("erase")
        hidden: dict[str, Any] = dict.fromkeys(("clinician", "policy_name", "policy_text", "policy_hash"), "")
        secret: dict[str, Any] = dict.fromkeys(("link_hash", "code_hash", "pin_hash", "token_hash"), "")
        self._grants[grant_id] = replace(self._known(grant_id), **hidden, **secret, erased_on=day)
        self._chains[grant_id] = []
        self._documents = {
            names: kept
            for names, kept in self._documents.items()
            if names[1] != grant_id and not names[1].startswith(f"{grant_id}/")
        }
        self._sessions = {key: kept for key, kept in self._sessions.items() if kept.grant != grant_id}

    async def endings(self) -> AsyncIterator[str]:
        heard: asyncio.Queue[str] = asyncio.Queue()
        self._listeners.add(heard)
        try:
            while True:
                yield await heard.get()
        finally:
            self._listeners.discard(heard)

    async def ready(self) -> None:
        await self._step("ready")

    async def close(self) -> None:
        return

    def sessions_of(self, grant_id: str) -> list[Session]:
        """Give the sessions of a grant, for tests to count."""
        return [session for session in self._sessions.values() if session.grant == grant_id]

    async def _step(self, method: str) -> None:
        # Yield as a real store does, so that parallel callers do interleave.
        await asyncio.sleep(0)
        if self.fails & {method, "*"}:
            raise StoreUnavailable("The store can't be reached.")

    def _known(self, grant_id: str) -> Grant:
        grant = self._grants.get(grant_id)
        if grant is None:
            raise GrantEnded("There is no such grant.")
        return grant

    def _live(self, grant_id: str, at: int) -> Grant:
        grant = self._known(grant_id)
        if grant.state(at) == "ended":
            raise GrantEnded("This access has ended.")
        return grant

    def _write(self, grant: Grant, *drafts: Draft) -> Grant:
        chain = self._chains[grant.id]
        for draft in drafts:
            head = bytes.fromhex(chain[-1].head) if chain else GENESIS
            chain.append(write(draft, site=grant.site, grant=grant.id, number=len(chain) + 1, head=head))
        self._grants[grant.id] = replace(grant, length=len(chain), head=chain[-1].head)
        return self._grants[grant.id]


def _at(record: Record) -> int:
    at: int = msgspec.json.decode(record.body)["at"]
    return at
