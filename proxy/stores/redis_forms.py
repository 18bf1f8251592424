"""How grants, records and sessions are written in Redis, and under which names."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from proxy.core.grant import Grant
from proxy.core.ports import Document, Session
from proxy.core.record import Record


@dataclass(frozen=True, slots=True)
class Names:
    """The keys of one site."""

    site: str

    def key(self, *parts: str) -> str:
        """Give the key for a kind of thing and its id."""
        # The braces keep a site's keys together, should they ever be spread over several servers.
        return ":".join((f"chaperone:{{{self.site}}}", *parts))

    def hashes(self, grant: Grant) -> list[str]:
        """Give the keys by which a grant is found."""
        found = {"link": grant.link_hash, "code": grant.code_hash, "token": grant.token_hash}
        return [self.key(kind, value) for kind, value in found.items() if value]


def state_of(grant: Grant) -> bytes:
    """Write what changes seldom; tries, length and head stand beside it."""
    return msgspec.json.encode(replace(grant, tries_left=0, length=0, head=""))


def grant_from(found: Sequence[bytes | None]) -> Grant | None:
    """Read a grant from (state, tries, length, head)."""
    state, tries, length, head = found
    if state is None or tries is None or length is None or head is None:
        return None
    fields: dict[str, Any] = msgspec.json.decode(state)
    fields |= {"tries_left": int(tries), "length": int(length), "head": head.decode()}
    return msgspec.convert(fields, Grant)


def records_from(bodies: Iterable[bytes], number: int, head: bytes) -> Sequence[Record]:
    """Read the records that follow a number and head."""
    records: list[Record] = []
    for following, body in enumerate(bodies, number + 1):
        head = hashlib.sha256(head + body).digest()
        records.append(Record(following, body, head.hex()))
    return records


def session_fields(session: Session) -> dict[str, str | int]:
    """Write a session."""
    return {
        "grant": session.grant,
        "csrf": session.csrf,
        "created_at": session.created_at,
        "used_at": session.used_at,
    }


def session_from(key: str, found: dict[bytes, bytes]) -> Session | None:
    """Read a session."""
    if not found:
        return None
    return Session(
        key=key,
        grant=found[b"grant"].decode(),
        csrf=found[b"csrf"].decode(),
        created_at=int(found[b"created_at"]),
        used_at=int(found[b"used_at"]),
    )


def document_from(kind: str, key: str, found: bytes | None) -> Document | None:
    """Read a document."""
    if found is None:
        return None
    version, _, body = found.partition(b" ")
    return Document(kind, key, body, int(version))
