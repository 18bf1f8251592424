"""The gate's collaborators, and the few things that it remembers."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from proxy.core.errors import ClockError
from proxy.core.grant import Grant
from proxy.core.policy import Policy
from proxy.core.ports import Clock, Store
from proxy.core.view import View, Window, compile_view, window_of, zone_of
from proxy.gate.limits import Limits
from proxy.gate.memory import Memory
from proxy.gate.metrics import Metrics
from proxy.gate.statics import Shelf
from proxy.gate.streams import Streams
from proxy.gate.tokens import CheckedTokens
from proxy.gate.upstream import Nightscout
from proxy.locale.marked import _

_MOST_VIEWS = 512
"""At about 13 kB each."""
CLOCK_SLACK = 2_000
"""Milliseconds that a clock may be corrected backwards while it runs."""


@dataclass(slots=True)
class Gate:
    """Everything that answering a request needs. Made once, in the composition root."""

    store: Store
    nightscout: Nightscout
    clock: Clock
    site: str
    site_key: bytes = field(repr=False)
    entry_key: bytes = field(repr=False)
    public_keys: Callable[[], Mapping[str, Ed25519PublicKey]]
    public_url: str
    parse_policy: Callable[[str], Policy]
    zone: Callable[[], Awaitable[str]]
    """Gives the site's time zone: asked once per grant, at its opening."""
    trusted: tuple[str, ...] = ()
    allowed_version: str = ""
    """A version of Nightscout whose pages are shown although they were never tried: the owner's word."""
    request_id: Callable[[], str] = lambda: secrets.token_hex(8)
    limits: Limits = field(init=False)
    tokens: CheckedTokens = field(default_factory=CheckedTokens)
    metrics: Metrics = field(default_factory=Metrics)
    memory: Memory = field(default_factory=Memory)
    shelf: Shelf = field(init=False)
    large: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    newest: int = 0
    """The latest moment seen, in a record or on the clock."""
    streams: Streams = field(default_factory=Streams)
    _policies: dict[str, Policy] = field(default_factory=dict)
    _views: OrderedDict[tuple[str, Window, str], View] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self.limits = Limits(self.store)
        self.shelf = Shelf(self.nightscout, allowed=self.allowed_version)

    def now(self) -> int:
        """Give the time. Raises ClockError if the clock was set back: an ended grant must not come alive."""
        now = self.clock()
        if now < self.newest - CLOCK_SLACK:
            raise ClockError(_("This machine's clock is wrong. Nothing is shown until it is right again."))
        self.newest = max(self.newest, now)
        return now

    def policy(self, grant: Grant) -> Policy:
        """Parse a grant's snapshot of its policy, once."""
        policy = self._policies.get(grant.policy_hash)
        if policy is None:
            if len(self._policies) > _MOST_VIEWS:
                self._policies.clear()
            policy = self._policies[grant.policy_hash] = self.parse_policy(grant.policy_text)
        return policy

    def view(self, grant: Grant) -> View:
        """Give the view of an opened grant, compiled once for all grants alike."""
        policy = self.policy(grant)
        window, zone = window_of(grant, policy), zone_of(grant, policy)
        # By its window, not by the moment of opening: two hundred visits of a day share one view, and need not
        # push one another out.
        key = (grant.policy_hash, window, zone)
        view = self._views.pop(key, None)
        if view is None:
            view = compile_view(policy, window, zone=zone, site_key=self.site_key)
        self._views[key] = view
        if len(self._views) > _MOST_VIEWS:
            self._views.popitem(last=False)
        return view
