"""Cuts the span of a summary into pieces that are fetched side by side and remembered each by itself.

They begin and end at local midnights, the same ones whatever span is asked for, so that spans share them. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from proxy.core.detail import BINNED, STEPS
from proxy.core.grant import DAY, HOUR
from proxy.core.study import MOST_COMPARED, Span
from proxy.core.view import View, local_midnight

RECENT: Final = 2 * DAY
"""What is younger may still change: it is read anew after five seconds, the rest after five minutes."""
_STEP_DAYS: Final = {"entries": 7, "treatments": 28, "devicestatus": 1}
"""Pieces of so many local days are fetched at once, and remembered each by itself."""
_BINNED_STEP_DAYS: Final = 7
_COLLECTIONS: Final = ("entries", "treatments", "profile", "devicestatus")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some local days of one collection."""

    view: str
    collection: str
    since: int
    until: int
    compared: bool = field(default=False, compare=False)
    """Whether only the comparison with the period before needs it."""
    inside: bool = False
    """Whether it is only computed with."""

    @property
    def is_first(self) -> bool:
        """Say whether it is wanted before the many pieces that are large or wanted less."""
        return not self.compared and self.collection != "devicestatus"


def pieces_of(view: View, span: Span, *, now: int) -> list[Piece]:
    """Cut a span, in the order in which its pieces are wanted: glucose first, comparisons last."""
    close = max(span.end, span.start)
    cut = {name: _cut(view, name, span.floor, close, now=now) for name in _COLLECTIONS if name in view.lenses}
    # What began before a period and still ran is in other rows than readings.
    begins = {"entries": span.start, "devicestatus": span.start - DAY}
    found = [
        Piece(view.id, name, *part) for name in cut for part in cut[name] if part[1] > begins.get(name, 0)
    ]
    found += [
        Piece(view.id, name, *part, compared=True)
        for name, begin in begins.items()
        if name == "entries" or span.days <= MOST_COMPARED
        for part in cut.get(name, ())
        if part[1] <= begin
    ]
    if view.inside is not None:
        whole = (view.inside.window.since, _midnight_after(close, view.zone))
        found += [Piece(view.id, name, *whole, inside=True) for name in view.inside.lenses]
    return found


def may_change(view: View, piece: Piece, *, now: int) -> bool:
    """Say whether rows of a piece are so young that they may still change."""
    return not piece.inside and view.window.until is None and piece.until > _recent_from(view, now)


def _cut(view: View, collection: str, since: int, until: int, *, now: int) -> Sequence[tuple[int, int]]:
    """Cut [since, until) at local midnights, newest first."""
    if collection == "profile":
        return [(view.window.since, _midnight_after(until, view.zone))]
    step = _STEP_DAYS[collection]
    if view.policy.detail in STEPS and collection in BINNED:
        step = _BINNED_STEP_DAYS
    recent = None if view.window.until is not None else _recent_from(view, now)
    parts = []
    end = _midnight_after(until, view.zone)
    at = local_midnight(until - 1, view.zone)
    while end > since:
        if at <= since or at == recent or _day(at, view.zone) % step == 0:
            parts.append((max(at, since), end))
            end = at
        at = local_midnight(at - 1, view.zone)
    return parts


def _recent_from(view: View, now: int) -> int:
    return local_midnight(now - RECENT, view.zone)


def _midnight_after(at: int, zone: str) -> int:
    """Give the local midnight at or after a moment: a name for "until now" that stays the same all day."""
    return local_midnight(local_midnight(at - 1, zone) + 30 * HOUR, zone)


def _day(midnight: int, zone: str) -> int:
    return datetime.fromtimestamp(midnight / 1000, ZoneInfo(zone)).toordinal()
