"""What the console's pages work with: collaborators from the composition root, and nothing else."""

import asyncio
import ipaddress
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from aiohttp import web

from proxy.core.errors import UpstreamError
from proxy.core.grant import Grant
from proxy.core.owners import Owner, console_key
from proxy.core.plan import Fetch
from proxy.core.policy import Policy
from proxy.core.ports import Clock, RandomBytes, Store
from proxy.core.prepared import Prepare, prepare_nothing
from proxy.core.record import Value
from proxy.core.session import Cookie, cookie_for, origin_of
from proxy.owner.chain import note
from proxy.owner.notices_send import Send, nowhere

KNOWN_DAYS = 365


async def no_zone() -> str:
    """Stand in for a site that can be asked for its zone."""
    return "UTC"


async def no_rows(_fetch: Fetch) -> bytes:
    """Stand in for a site that can be asked for rows."""
    raise UpstreamError("upstream_unreachable", "Nightscout can't be reached just now. Try again.")


@dataclass(frozen=True, slots=True)
class Console:
    """Everything that the console needs. Made once; raises ValueError for plain http off this machine."""

    store: Store
    site: str
    entry_key: bytes
    """Under which links, codes and PINs of grants are hashed; the console's own key comes from it."""
    clock: Clock
    owner_url: str
    public_url: str
    """The clinicians' origin: where links lead to."""
    seen: Callable[[web.Request], Mapping[str, Value]]
    """What is recorded of whoever asks: request_id, device, address (coarse)."""
    passphrase: str = field(default="", repr=False)
    """Lets the first owner in instead of a set-up code, if the installation was given one."""
    policies: Callable[[], Sequence[Policy]] = tuple
    """The policies that may be shared, read when asked."""
    zone: Callable[[], Awaitable[str]] = no_zone
    """Gives the site's time zone."""
    rows: Callable[[Fetch], Awaitable[bytes]] = no_rows
    """Reads Nightscout for the owner's own eyes: a JSON array of documents. Raises UpstreamError."""
    token_for: Callable[[Grant], str] | None = None
    """Signs the token of a new grant, for tools; None where none can be made."""
    signing: Callable[[str], tuple[str, str, str]] | None = None
    """Signs the statement of a receipt: signature, name of the key, and its public half in hex."""
    send: Send = nowhere
    """Sends a notice out, by an address that an owner gave."""
    not_lasting: Callable[[], str] = str
    """Says why nothing may be shared from this machine, in a sentence; empty if it may."""
    given: Callable[[Grant], None] = lambda _: None
    """Is told of each grant that is made here: its first page may be computed before it is asked for."""
    prepare: Prepare = prepare_nothing
    """Makes the files that go along with a share. Raises UpstreamError, StoreUnavailable."""
    command: str = "chaperone"
    """How the program is typed on the machine that runs this."""
    random: RandomBytes = secrets.token_bytes
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Passphrases are checked one at a time: each takes 19 MiB."""
    key: bytes = field(init=False, repr=False)
    cookie: Cookie = field(init=False)
    origin: str = field(init=False)

    def __post_init__(self) -> None:
        plain = cookie_for(self.owner_url)
        object.__setattr__(self, "cookie", Cookie(f"{plain.name}-owner", secure=plain.secure))
        object.__setattr__(self, "origin", origin_of(self.owner_url))
        object.__setattr__(self, "key", console_key(self.entry_key))

    @property
    def host(self) -> str:
        """The host name without port: passkeys are bound to it."""
        return urlsplit(self.owner_url).hostname or ""

    @property
    def is_local(self) -> bool:
        """Whether the console can be opened from this machine only."""
        return self.host == "localhost" or (self._is_address and ipaddress.ip_address(self.host).is_loopback)

    @property
    def takes_passkeys(self) -> bool:
        """Whether browsers make passkeys for this host: they do for names only."""
        return not self._is_address

    @property
    def _is_address(self) -> bool:
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            return False
        return True

    def may_share(self, owner: Owner) -> bool:
        """Say whether an owner may share: off this machine only with a second factor."""
        return self.is_local or owner.has_second_factor

    async def note(self, request: web.Request | None, did: str, **fields: Value) -> None:
        """Put on the owner's chain what is about to be done. Raises StoreUnavailable: then it may not be done."""
        seen = {} if request is None else dict(self.seen(request))
        await note(self.store, site=self.site, now=self.clock(), did=did, **{**seen, **fields})
