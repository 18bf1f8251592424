"""The hub: for each view that somebody watches, the rows that it last sent, and who receives them.

All clinicians of one view share its frames; all views of the site share what is fetched from Nightscout. `offer`
puts frames on record for their receivers and sends them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

import structlog

from proxy.core.errors import ClockError, UpstreamError
from proxy.core.ports import Clock
from proxy.core.view import View
from proxy.live.frames import Frame, State, delta, full
from proxy.live.pulse import Pulse
from proxy.live.reach import Reach
from proxy.live.reading import Once, Pages, Reader
from proxy.live.rhythm import Outcome, Rhythm

R = TypeVar("R")
"""Whoever is sent the frames of a view."""
Found = Frame | Outcome
_BY_URGENCY: Final[Sequence[Outcome]] = ("failed", "unclear", "told")
log = structlog.get_logger("live")


@dataclass(slots=True)
class Watched(Generic[R]):
    """One view, as its clinicians have it on their screens."""

    reader: Reader
    reach: Reach
    state: State | None = None
    receivers: set[R] = field(default_factory=set)
    _full: Frame | None = None

    @property
    def is_final(self) -> bool:
        """Say whether this is all there will be: the view ends at the opening, and nothing live is shared."""
        return self.state is not None and self.reader.view.window.until is not None

    def first(self) -> Frame | None:
        """Give the frame to start from, made once for all who come while nothing changes."""
        if self._full is None and self.state is not None:
            self._full = full(self.state)
        return self._full

    async def anew(self, once: Once) -> Found:
        """Read everything. Raises UpstreamError."""
        return self.now(await self.reader.state(once)) or "quiet"

    async def news(self, once: Once) -> Found:
        """Read what is new. Raises UpstreamError."""
        if self.state is None:
            return "unclear"
        state = await self.reader.news(once, self.state)
        return "unclear" if state is None else self.now(state) or "quiet"

    def now(self, state: State) -> Frame | None:
        """Take over what is visible now; give the frame that brings the receivers there, if any is needed."""
        before, self.state = self.state, state
        frame = full(state) if before is None else delta(before, state)
        if frame is not None:
            self._full = None
        return frame


@dataclass(frozen=True, slots=True)
class Offer(Generic[R]):
    """A frame of a view, and who is to receive it."""

    view: View
    receivers: Sequence[R]
    frame: Frame


class Hub(Generic[R]):
    """What is watched on one site. What `pulse` fetches with and `pages` are those of the HTTP doors."""

    def __init__(
        self,
        *,
        pulse: Pulse,
        pages: Pages,
        profile_for: Callable[[View], Any],
        clock: Clock,
        pause: float,
        settle: float,
        patience: float,
        offer: Callable[[Sequence[Offer[R]]], Awaitable[None]],
        away: Callable[[R, bool], None],
    ) -> None:
        """Make one. Readings of what is new are `pause` seconds apart at the least, those of everything `settle`.

        `away` tells a receiver that the site has not been read for `patience` seconds, or can be again.
        """
        self._pulse = pulse
        self._pages = pages
        self._profile_for = profile_for
        self._clock = clock
        self._offer = offer
        self._away = away
        self._pause = pause
        self._patience = patience
        self._rhythm = Rhythm(settle)
        self._watched: dict[str, Watched[R]] = {}
        self._turn = asyncio.Lock()
        self.wanted = asyncio.Event()
        """Set while somebody watches what may still change."""

    def changed(self) -> None:
        """Note that Nightscout has something new."""
        self._rhythm.ring()

    def silent(self, since: float) -> None:
        """Note that the site has answered nothing since then, by the loop's time."""
        due = [watched for watched in self._watched.values() if not watched.is_final]
        self._tell(due, ["failed"] * len(due), since)

    async def join(self, view: View, receiver: R) -> Frame | None:
        """Add a receiver; give the frame that it starts from, None if Nightscout can't be read just now.

        All frames offered later follow upon that one. A receiver that a silent site lets wait is told of it meanwhile.
        """
        warned: list[float] = []

        def warn(since: float) -> None:
            warned.append(since)
            self._away(receiver, True)

        since = self._pulse.silent_since
        if since is not None and asyncio.get_running_loop().time() - since >= self._patience:
            warn(since)
        with self._pulse.waiting(warn):
            frame = await self._in_turn(view, receiver)
        if warned and not self.is_away(view):
            self._away(receiver, False)
        return frame

    def leave(self, view: View, receiver: R) -> None:
        """Forget a receiver, and the view when it was the last one."""
        watched = self._watched.get(view.id)
        if watched is None:
            return
        watched.receivers.discard(receiver)
        if not watched.receivers:
            del self._watched[view.id]
        self._want()

    def state(self, view: View) -> State | None:
        """Give what a view shows now, if it is watched."""
        watched = self._watched.get(view.id)
        return None if watched is None else watched.state

    def is_away(self, view: View) -> bool:
        """Say whether the site has been out of reach for a while, so that what a view shows is old."""
        watched = self._watched.get(view.id)
        return watched is not None and watched.reach.is_away

    async def run(self) -> None:
        """Bring all views up to date whenever something changed; never returns.

        What is new is read and sent at once. Then everything is read: a change of older rows is seen there.
        """
        while True:
            due = await self._rhythm.due()
            if due == "news":
                self._rhythm.after_news(await self._refresh(Watched.news))
                await asyncio.sleep(self._pause)
            else:
                self._rhythm.after_all(await self._refresh(Watched.anew))

    async def _in_turn(self, view: View, receiver: R) -> Frame | None:
        if view.window.until is not None:  # nothing follows, so nobody need wait for its reading
            return await self._join(view, receiver)
        async with self._turn:
            return await self._join(view, receiver)

    async def _join(self, view: View, receiver: R) -> Frame | None:
        watched = self._watched.get(view.id)
        if watched is None:
            watched = Watched(Reader(view, self._pages, self._profile_for), Reach(self._patience))
        if watched.state is None:
            await self._read_first(watched)
        watched = self._watched.setdefault(view.id, watched)
        watched.receivers.add(receiver)
        self._want()
        return watched.first()

    def _want(self) -> None:
        if all(watched.is_final for watched in self._watched.values()):
            self.wanted.clear()
        else:
            self.wanted.set()

    async def _read_first(self, watched: Watched[R]) -> None:
        once, began = Once(self._pulse.fetch, self._clock()), asyncio.get_running_loop().time()
        try:
            watched.now(await watched.reader.state(once))
        except UpstreamError as error:
            log.warning("site_not_read", reason=error.upstream_reason)
            since = began if self._pulse.silent_since is None else self._pulse.silent_since
            watched.reach.note(failed=True, began=since, now=asyncio.get_running_loop().time())
            self._rhythm.again()
        finally:
            once.cancel()

    async def _refresh(self, read: Callable[[Watched[R], Once], Awaitable[Found]]) -> Outcome:
        """Read every watched view, all from one fetch, and offer what differs, all in one step."""
        async with self._turn:
            try:
                once = Once(self._pulse.fetch, self._clock())
            except ClockError:
                return "failed"  # nobody is sent anything until it is right again
            due = [watched for watched in self._watched.values() if not watched.is_final]
            began = asyncio.get_running_loop().time()
            unanswered: list[Found] = ["failed"] * len(due)
            try:
                with self._pulse.waiting(lambda since: self._tell(due, unanswered, since)):
                    found = await asyncio.gather(*(_or_failed(read(watched, once)) for watched in due))
            finally:
                once.cancel()
            self._tell(due, found, began)
            self._want()
            offers = [
                Offer(watched.reader.view, tuple(watched.receivers), frame)
                for watched, frame in zip(due, found, strict=True)
                if isinstance(frame, Frame)
            ]
            if offers:
                await self._offer(offers)
        return _worst(found)

    def _tell(self, due: Sequence[Watched[R]], found: Sequence[Found], began: float) -> None:
        now = asyncio.get_running_loop().time()
        for watched, outcome in zip(due, found, strict=True):
            if watched.reach.note(failed=outcome == "failed", began=began, now=now):
                for receiver in tuple(watched.receivers):
                    self._away(receiver, watched.reach.is_away)


async def _or_failed(reading: Awaitable[Found]) -> Found:
    """Read one view, whatever becomes of the others."""
    try:
        return await reading
    except UpstreamError as error:
        log.warning("site_not_read", reason=error.upstream_reason)
    except Exception as error:  # the outermost net: a bug in one view must not end the feed of all
        log.exception("bug", exc_info=error)
    return "failed"


def _worst(found: Sequence[Found]) -> Outcome:
    words = [each if isinstance(each, str) else "told" for each in found]
    return next((word for word in _BY_URGENCY if word in words), "quiet")
