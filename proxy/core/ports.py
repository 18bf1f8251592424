"""What the core and the edges ask of the world: types only."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from proxy.core.errors import GrantEnded
from proxy.core.grant import Ending, Grant
from proxy.core.record import Draft, Record

Clock = Callable[[], int]
"""Gives epoch milliseconds."""

RandomBytes = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Session:
    """A clinician's signed-in browser, or an owner's."""

    key: str
    """Hash of the cookie's value; the value itself is stored nowhere."""
    grant: str
    csrf: str
    created_at: int
    used_at: int


@dataclass(frozen=True, slots=True)
class Spending:
    """What a grant has used of one day's limits."""

    records: int
    upstream_bytes: int


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that is kept under a kind and a key, as it was put."""

    kind: str
    key: str
    body: bytes = field(repr=False)
    version: int
    """Never the same twice within a site, also after the document was dropped and put anew."""


PASSING: Final = "passing-"
"""Documents of kinds that begin so must not come alive again: a store that was put back from a copy drops them."""

LARGEST_DOCUMENT: Final = 262_144
"""Bytes."""


class Documents(Protocol):
    """Small documents of one site, durably: whatever the owner's side keeps that is no grant and no record.

    Keys that are a grant's id, or begin with it and a slash, go when the grant is erased.
    """

    async def document(self, kind: str, key: str) -> Document | None: ...

    async def documents(self, kind: str) -> Sequence[Document]:
        """Give all documents of a kind, by their keys."""
        ...

    async def put(self, kind: str, key: str, body: bytes, *, version: int | None) -> int:
        """Keep a document in the place of the version that was read (None: it must be new); give the new version.

        Raises Conflict, and changes nothing, if another version is there. Raises ValueError for a body larger
        than LARGEST_DOCUMENT.
        """
        ...

    async def drop(self, kind: str, key: str) -> None:
        """Forget a document, if it is there."""
        ...


class Store(Documents, Protocol):
    """Grants, sessions, records and documents of one site, durably.

    Every method that changes something returns only after the change survives loss of power, and raises
    StoreUnavailable if that can't be promised. Every method may raise StoreUnavailable.
    """

    async def add_grant(self, grant: Grant, consent: Draft) -> Grant:
        """Keep a new grant together with its first record; the ids and hashes must be new."""
        ...

    async def grant(self, grant_id: str) -> Grant | None: ...

    async def grants(self) -> Sequence[Grant]:
        """Give all grants, newest first."""
        ...

    async def grant_by_link(self, link_hash: str) -> Grant | None: ...

    async def grant_by_code(self, code_hash: str) -> Grant | None: ...

    async def grant_by_token(self, token_hash: str) -> Grant | None:
        """Find a grant by the keyed hash of its token's SHA-1 (never by an empty one)."""
        ...

    async def append(self, grant_id: str, *drafts: Draft) -> Grant:
        """Add records to a grant's chain and give the grant as it is then.

        Raises GrantEnded, and adds nothing, if the chain is sealed or the grant's end is not later than the
        first draft's time: the check and the record are one step, so no answer can be recorded after an ending.
        """
        ...

    async def append_each(self, drafts: Mapping[str, Draft]) -> Mapping[str, Grant | GrantEnded]:
        """Add one record to each grant's chain, with as few flushes of the disk as may be, for what goes to many at once.

        Gives each grant as it is then, or GrantEnded where `append` would raise it: the others are not held up by that.
        """
        ...

    async def open(self, grant_id: str, opened_at: int, *, zone: str, record: Draft) -> Grant:
        """First opening: set opened_at, zone and the end that follows from it; later calls change nothing."""
        ...

    async def extend(self, grant_id: str, expires_at: int, record: Draft) -> Grant: ...

    async def end(self, grant_id: str, ending: Ending, record: Draft) -> Grant:
        """End and seal: the record is the last of the chain. Ending an ended grant changes nothing."""
        ...

    async def spend_try(self, grant_id: str) -> int:
        """Take one PIN try before the PIN is checked and give the number left; -1 if none was left.

        Atomic across processes and nodes, so that parallel guesses can't share a try.
        """
        ...

    async def restore_try(self, grant_id: str) -> None:
        """Give one try back after a right PIN (all ten, as a new start)."""
        ...

    async def reshape(
        self, grant_id: str, *, policy_name: str, policy_text: str, policy_hash: str, days: int, record: Draft
    ) -> Grant:
        """Replace what a live grant shows. What is open of it is cut (see `endings`) and comes again anew."""
        ...

    async def new_pin(self, grant_id: str, pin_hash: str, record: Draft) -> Grant: ...

    async def spend(self, grant_id: str, day: int, *, records: int, upstream_bytes: int) -> Spending:
        """Add to what a grant has used on `day` (days since the epoch) and give the sums. Need not be durable."""
        ...

    async def add_session(self, session: Session) -> None: ...

    async def session(self, key: str) -> Session | None: ...

    async def touch_session(self, key: str, used_at: int) -> None: ...

    async def drop_session(self, key: str) -> None: ...

    def records(self, grant_id: str) -> AsyncIterator[Record]:
        """Give a chain from its beginning."""
        ...

    async def newest_record_at(self) -> int:
        """Give the time of the newest record of the site, 0 if there is none: the clock may not be before it."""
        ...

    async def erase(self, grant_id: str, *, day: str) -> None:
        """Remove names, policy text and log; id, head, length and the day of erasure stay."""
        ...

    def endings(self) -> AsyncIterator[str]:
        """Give the ids of grants as they end or are reshaped, by whichever process or node, within 500 ms.

        All that is on its way under such a grant must be cut.

        Raises StoreUnavailable when the store has been out of reach for a second: every stream must then stop.
        """
        ...

    async def ready(self) -> None:
        """Raise StoreUnavailable unless a record could be made durable now."""
        ...

    async def close(self) -> None: ...


class Keys(Protocol):
    """Secrets of this installation, kept apart from the store."""

    @property
    def site(self) -> bytes:
        """Give the 32-byte key for pseudonyms."""
        ...

    @property
    def entry(self) -> bytes:
        """Give the 32-byte key under which link, code and PIN are hashed."""
        ...
