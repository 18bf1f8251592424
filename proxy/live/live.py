"""The live feed of one site: who is connected, what they are sent, and when they are cut."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry

from proxy.core.errors import ChaperoneError, ClockError, PolicyError, StoreUnavailable
from proxy.core.grant import Grant
from proxy.core.ports import Clock, Store
from proxy.core.record import Value
from proxy.core.session import alive, cookie_name, origin_of, session_key
from proxy.core.view import View
from proxy.live.engine import Engine
from proxy.live.hub import Hub, Offer
from proxy.live.metrics import Metrics
from proxy.live.ports import Desk
from proxy.live.pulse import QUIET_SECONDS, SILENT_SECONDS, Pulse
from proxy.live.reach import AWAY_SECONDS
from proxy.live.reading import Fetcher, Pages
from proxy.live.refused import Refused, crowded, not_shared
from proxy.live.seat import Room, Seat
from proxy.live.wire import Wire

TICK_SECONDS: Final = 0.25
SESSION_SECONDS: Final = 0.5
"""Between two looks whether the browsers that are connected are still signed in."""
PAUSE_SECONDS: Final = 1.0
"""Between two looks for what is new at the least: a site that reports without end is not asked without end."""
SETTLE_SECONDS: Final = 8.0
"""Between two readings of everything at the least."""
MOST_A_GRANT: Final = 20
"""Connections of one grant: some tabs on some computers."""
MOST_STRANGERS: Final = 50
"""Connections that have not said yet whose they are, in all."""
AUTHORIZE_SECONDS: Final = 10.0
log = structlog.get_logger("live")


class Listener(Protocol):
    """Tells when something changed on the site; `upstream.Bell` is one."""

    def listen(self, changed: Callable[[], None], wanted: asyncio.Event) -> Coroutine[Any, Any, None]: ...


@dataclass(frozen=True, slots=True)
class _Group:
    """The connections of one grant to which a frame is offered."""

    offer: Offer[Seat]
    seats: list[Seat]


def _by_grant(offers: Sequence[Offer[Seat]]) -> dict[str, _Group]:
    found: dict[str, _Group] = {}
    for offer in offers:
        for seat in offer.receivers:
            if seat.grant is None:
                continue
            group = found.setdefault(seat.grant.id, _Group(offer, []))
            if group.offer is offer:
                group.seats.append(seat)
            else:  # its grant was given another view, and it is about to be cut
                seat.wire.close()
    return found


class Live:
    """Made once, in the composition root.

    `clock` may raise ClockError; then nobody is sent anything. `fetch` and `pages` are what the HTTP doors read with;
    `profile_for` gives the profile that stands in where a view shares none, None where it shares the real one. Seconds:
    `patience` before an outage is told of, `quiet` before a site is asked whether it is there, `silent` before one that
    has not answered counts as away.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        desk: Desk,
        fetch: Fetcher,
        pages: Pages,
        bell: Listener,
        profile_for: Callable[[View], Any],
        public_url: str,
        registry: CollectorRegistry,
        pause: float = PAUSE_SECONDS,
        settle: float = SETTLE_SECONDS,
        patience: float = AWAY_SECONDS,
        quiet: float = QUIET_SECONDS,
        silent: float = SILENT_SECONDS,
    ) -> None:
        self._store = store
        self._clock = clock
        self._desk = desk
        self._bell = bell
        self.pulse = Pulse(fetch, clock, quiet=quiet, patience=silent)
        self.hub = Hub(
            pulse=self.pulse,
            pages=pages,
            profile_for=profile_for,
            clock=clock,
            pause=pause,
            settle=settle,
            patience=patience,
            offer=self._offer,
            away=Seat.told_of_reach,
        )
        self._room = Room(store, clock, desk, self.hub)
        self._cookie = cookie_name(public_url)
        self._metrics = Metrics(registry, lambda: len(self))
        self._engine: Engine[Seat] = Engine(
            self._admit,
            origin=origin_of(public_url),
            abort=desk.abort,
            refused=lambda reason: self._metrics.refusals.labels(reason).inc(),
        )

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer a request to `/socket.io/`."""
        return await self._engine.serve(request)

    async def run(self) -> None:
        """Listen to Nightscout, send what changed, ping and expire; never returns."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.hub.run())
                tasks.create_task(self._bell.listen(self.hub.changed, self.hub.wanted))
                tasks.create_task(self.pulse.watch(self.hub.wanted, self.hub.silent, self.hub.changed))
                tasks.create_task(self._tick())
                tasks.create_task(self._watch_sessions())
        finally:
            self.cut_all()

    def cut(self, grant_id: str) -> None:
        """Abort the connections of a grant: it has ended."""
        for seat in self._of(grant_id):
            seat.wire.close()
        self._engine.tick()

    def cut_all(self) -> None:
        """Abort everything: the store can't tell any more who may go on, or the server stops."""
        for seat in self._engine.guests.values():
            seat.wire.close()
        self._engine.tick()

    async def stop(self, _app: web.Application) -> None:
        """Let go of everybody, so that a server that stops need not wait for them: for `app.on_shutdown`."""
        self.cut_all()

    def __len__(self) -> int:
        """Count the open connections."""
        return len(self._engine.guests)

    def _of(self, grant_id: str) -> list[Seat]:
        seats = self._engine.guests.values()
        return [seat for seat in seats if seat.grant is not None and seat.grant.id == grant_id]

    async def _admit(self, request: web.Request, wire: Wire) -> Seat:
        grant, seen = await self._desk.holder(request), self._desk.seen(request)
        if grant is None:
            if sum(seat.grant is None for seat in self._engine.guests.values()) >= MOST_STRANGERS:
                raise crowded()
        elif (refused := await self._refused(grant, seen)) is not None:
            raise refused
        cookie = None if grant is None else request.cookies.get(self._cookie)
        return Seat(self._room, wire, grant, seen, session=None if cookie is None else session_key(cookie))

    async def _refused(self, grant: Grant, seen: Mapping[str, Value]) -> Refused | None:
        if not await self._desk.admits(grant, seen):
            return crowded()
        refused = None
        if self._desk.view(grant).policy.detail != "full":
            refused = not_shared()
        elif len(self._of(grant.id)) >= MOST_A_GRANT:
            refused = crowded()
        if refused is not None:
            await self._room.refuse(grant, seen, "socket", refused.word)
        return refused

    async def _offer(self, offers: Sequence[Offer[Seat]]) -> None:
        """Send frames to all who watch: each once on record for each grant, all in one step, before any can be fetched."""
        groups = _by_grant(offers)
        drafts = {
            grant_id: self._room.draft(group.seats[0].seen, group.offer.view, group.offer.frame)
            for grant_id, group in groups.items()
        }
        recorded: Mapping[str, Grant | ChaperoneError]
        try:
            recorded = await self._store.append_each(drafts)
        except ChaperoneError as error:
            recorded = dict.fromkeys(groups, error)
        for grant_id, known in recorded.items():
            self._offer_to(groups[grant_id], known)
        self._engine.tick()  # those who were closed are gone at once
        for known in recorded.values():
            if isinstance(known, Grant):
                await self._desk.spent(known)

    def _offer_to(self, group: _Group, known: Grant | ChaperoneError) -> None:
        if isinstance(known, ChaperoneError):
            log.info("offer_refused", reason=known.reason)
        elif self._shows(known, group.offer.view):
            self._metrics.offers.inc()
            for seat in group.seats:
                seat.grant = known
                seat.offer(group.offer.frame)
            return
        for seat in group.seats:
            seat.wire.close()

    def _shows(self, grant: Grant, view: View) -> bool:
        """Say whether a grant still shows what was read for it: the owner may have changed that a moment ago."""
        try:
            return self._desk.view(grant).id == view.id
        except PolicyError:  # another process, of another version, has taken what this one can't read
            return False

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self._turn_away_strangers()
            try:
                for grant_id in self._expired(self._clock()):
                    await self._look_again(grant_id)
            except ClockError:
                self.cut_all()
            self._engine.tick()

    async def _watch_sessions(self) -> None:
        """Cut what belongs to a browser that signed out, in whichever process, or was left alone for too long."""
        while True:
            await asyncio.sleep(SESSION_SECONDS)
            for key in {seat.session for seat in self._engine.guests.values() if seat.session is not None}:
                try:
                    session = await self._store.session(key)
                    if session is None or not alive(session, self._clock()):
                        self._cut_session(key)
                except (StoreUnavailable, ClockError):
                    continue  # others watch these two, and cut everybody

    def _cut_session(self, key: str) -> None:
        for seat in self._engine.guests.values():
            if seat.session == key:
                seat.wire.close()
        self._engine.tick()

    def _turn_away_strangers(self) -> None:
        late = asyncio.get_running_loop().time() - AUTHORIZE_SECONDS
        for seat in self._engine.guests.values():
            if seat.grant is None and seat.wire.opened < late:
                seat.wire.close()

    def _expired(self, now: int) -> set[str]:
        grants = (seat.grant for seat in self._engine.guests.values())
        return {grant.id for grant in grants if grant is not None and now >= grant.expires_at}

    async def _look_again(self, grant_id: str) -> None:
        """Cut a grant whose time is over, unless it was given more."""
        try:
            grant = await self._store.grant(grant_id)
        except StoreUnavailable:
            grant = None
        if grant is None or grant.state(self._clock()) == "ended":
            self.cut(grant_id)
            return
        for seat in self._of(grant_id):
            seat.grant = grant
