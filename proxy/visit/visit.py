"""What the clinician's pages work with: collaborators from the composition root, and what this process remembers."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from aiohttp import web

from proxy.core.grant import Grant
from proxy.core.identity import ABOUT_ME, ME, equipment, read_about_me, whose
from proxy.core.policy import Identity
from proxy.core.ports import Clock, Documents, RandomBytes, Store
from proxy.core.prepared import Paper
from proxy.core.record import Draft, Kind, Value
from proxy.core.session import Cookie, cookie_for, origin_of
from proxy.visit.remembered import Remembered
from proxy.visit.studies import Studies
from proxy.visit.turns import Pace, Turns


@dataclass(frozen=True, slots=True)
class Shared:
    """What a grant shows, in words for people. Labels come from the policy, never from the data."""

    title: str
    """The policy's title."""
    whose: str
    """Whose data it is, as far as the policy tells: initials, a name, or nothing. From `Visit.shared` only."""
    shown: tuple[str, ...]
    withheld: tuple[str, ...]
    zone: str | None = None
    """The zone in which moments are told, if the policy tells it; else UTC, which a script turns into local time."""
    live: bool = False
    """Whether the data goes on to now, or stops at the opening."""
    pages: bool = False
    """Whether Nightscout's own pages are shown."""
    parts: tuple[str, ...] = ()
    """The parts of those pages that have something to show: the strip takes away the others."""
    asks: tuple[str, ...] = ()
    """What the clinician may ask the owner for."""
    identity: Identity = "nothing"
    """How much the policy tells of whose data it is."""
    classes: frozenset[str] = frozenset()
    """Privacy classes of which something is shown."""
    equipment: tuple[tuple[str, str], ...] = ()
    """What the patient uses, in the owner's words: what it is, and its name."""
    units: str = ""
    """The patient's own units of glucose; empty if the owner did not say."""
    paper: Paper = "a4"
    """On which the owner prints: for their own files, and told to nobody."""


async def by_owner(documents: Documents, shared: Shared) -> Shared:
    """Add what the owner said of themselves, as far as the policy tells it. Raises StoreUnavailable."""
    about = read_about_me(await documents.document(ABOUT_ME, ME))
    return replace(
        shared,
        whose=whose(shared.identity, about),
        equipment=equipment(shared.identity, about, shared.classes),
        units=about.units,
        paper=about.paper,
    )


async def no_token(_request: web.Request) -> Grant | None:
    """Stand in for a gate that reads tokens, where there is none."""
    return None


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything that the clinician's pages need. Made once; raises ValueError for plain http off this machine."""

    store: Store
    entry_key: bytes
    clock: Clock
    public_url: str
    zone: Callable[[], Awaitable[str]]
    """Gives the site's time zone: asked once per grant, at its opening."""
    describe: Callable[[Grant], Shared]
    seen: Callable[[web.Request], Mapping[str, Value]]
    """What is recorded of whoever asks: request_id, device, address (coarse)."""
    holder: Callable[[web.Request], Awaitable[Grant | None]] = no_token
    """The grant of the token in a request; None if it carries none. Raises TokenError for one that is dead."""
    signed: Callable[[Grant], str] = lambda _: ""
    """Signs the closed log of a grant, as on the owner's receipt; the page shows it beside the check number."""
    dashboard: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
    """Answers `/` for who has signed in and may see Nightscout's own pages."""
    studies: Studies | None = None
    """Reads what the summary is made of; without it, "What is shared" comes first."""
    console_url: str = ""
    """The owner's console, for a phone that scans this screen; empty if no phone could reach it."""
    kept_months: int = 24
    """So long after its end the log of a visit is kept."""
    remembered: Remembered = field(default_factory=Remembered)
    """Summaries that were computed just now."""
    random: RandomBytes = secrets.token_bytes
    turns: Turns = field(default_factory=Turns)
    """PIN checks, one at a time."""
    codes: Pace = field(default_factory=lambda: Pace(burst=60, per_second=0.5))
    """Wrong codes from everyone together: at most 1.3 million in 30 days, against 31^10 codes."""
    entries: Pace = field(default_factory=lambda: Pace(burst=60, per_second=1))
    """Sign-in attempts on one grant: each writes a record, and the disk is not endless."""
    pairings: Pace = field(default_factory=lambda: Pace(burst=30, per_second=0.2))
    """Computers that ask to be scanned, from everyone together: each is kept for some minutes."""
    cookie: Cookie = field(init=False)
    origin: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cookie", cookie_for(self.public_url))
        object.__setattr__(self, "origin", origin_of(self.public_url))

    async def shared(self, grant: Grant) -> Shared:
        """Say what a grant shows, and what the owner said of themselves as far as its policy tells it.

        Read anew each time, so that a name that was taken back is gone at once. Raises StoreUnavailable.
        """
        return await by_owner(self.store, self.describe(grant))

    def draft(self, request: web.Request, kind: Kind, at: int, **fields: Value) -> Draft:
        """Write what is recorded of this request."""
        return Draft(kind, at, {**self.seen(request), **fields})

    def request_id(self, request: web.Request) -> str:
        """Give the id under which this request is in the log and on the page."""
        return str(self.seen(request).get("request_id", ""))
