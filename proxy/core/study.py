"""What a summary is made of: which spans a grant allows, and the view through which their rows are read.

Rules of this file: a figures view shows nothing that the grant's own view withholds. The basal rates and switches of
profile of a policy that derives total insulin come through a view inside it: they are computed with and never printed.
A span ends where the detail lets it: at a bin's edge, at midnight, or now; no two spans of a grant differ by less than
a bin.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from proxy.core.catalog import COLLECTIONS
from proxy.core.detail import grid_of
from proxy.core.grant import DAY, Grant
from proxy.core.lens import Row, compile_lens
from proxy.core.policy import SUMMARY_WINDOWS, Policy, Shown, row_fields
from proxy.core.pseudonym import Pseudonyms
from proxy.core.view import View, Window, compile_view, local_midnight, window_of, zone_of

FIRST_SPAN: Final = 14
"""The consensus asks for 14 days."""
MOST_COMPARED: Final = 14
"""Of longer periods, no device status is read for the period before: 90 days of it are 78 MB."""
_READ: Final[Mapping[str, tuple[str, ...]]] = {
    "entries": ("type", "date", "sgv", "mbg", "device"),
    "treatments": (
        *("eventType", "created_at", "date", "mills", "timestamp", "eventTime", "duration"),
        *("durationInMilliseconds", "durationType", "insulin", "carbs", "type", "isSMB", "automatic"),
        *("isBasalInsulin", "relative", "isEmulatingTempBasal", "absolute", "rate", "percent", "amount"),
        *("glucose", "units", "mode", "originalDuration", "percentage", "timeshift", "profile", "notes", "reason"),
        *("CircadianPercentageProfile", "originalProfileName", "profileJson"),
    ),
    "devicestatus": (
        *("created_at", "date", "mills", "loop.timestamp", "loop.failureReason", "loop.iob.iob", "loop.cob.cob"),
        *("loop.enacted.rate", "loop.enacted.duration", "loop.enacted.bolusVolume", "loop.enacted.received"),
        *("loop.enacted.timestamp", "openaps.enacted.timestamp", "openaps.enacted.received"),
        *("openaps.enacted.recieved", "openaps.enacted.rate", "openaps.enacted.units", "openaps.iob[?].iob"),
        *("openaps.suggested.timestamp", "openaps.suggested.bg", "openaps.suggested.IOB", "openaps.suggested.COB"),
        *("pump.status.status", "pump.status.suspended", "pump.suspended", "pump.reservoir", "override.active"),
        *("pump.manufacturer", "pump.model"),
    ),
    "profile": (
        *("startDate", "created_at", "date", "mills", "units", "defaultProfile", "timezone"),
        *("loopSettings.dosingEnabled", "loopSettings.dosingStrategy", "store.*.units", "store.*.dia"),
        "store.*.timezone",
        *(
            f"store.*.{schedule}[].{name}"
            for schedule in ("basal", "carbratio", "sens", "target_low", "target_high")
            for name in ("time", "timeAsSeconds", "value")
        ),
    ),
}  # fmt: skip
"""The fields that figures are made of: of device status, a fiftieth."""
_BASAL: Final = (
    "defaultProfile",
    "store.*.basal[].time",
    "store.*.basal[].timeAsSeconds",
    "store.*.basal[].value",
)
_SWITCH: Final = "Profile Switch"
_SWITCHED: Final = (
    *("duration", "durationInMilliseconds", "percentage", "timeshift", "CircadianPercentageProfile"),
    *("profile", "originalProfileName", "profileJson"),
)
_SHOWN_SWITCH: Final = frozenset({"percentage", "timeshift", "duration"})
"""A switch is shown if these are: the report's own measure of it."""
LONGEST_SWITCH: Final = 372 * DAY
"""Nightscout itself looks for the last switch in the 372 days before."""


_NOTHING: Final = Shown(frozenset(), ())


@dataclass(frozen=True, slots=True)
class Span:
    """A period of a summary, [start, end) in epoch milliseconds, and from when on rows are read for it."""

    days: int
    start: int
    end: int
    floor: int
    """Before the period itself lies the one that it is compared with, and what was still running at its beginning."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a collection that were read at once. Two of one view and edition hold the same rows."""

    collection: str
    edition: int
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Study:
    """The filtered rows of a span, as far as they have come."""

    span: Span
    zone: str
    rows: Mapping[str, Sequence[Row]]
    """By collection, in no order that matters."""
    late: frozenset[str] = frozenset()
    """Collections that Nightscout is still sending."""
    failed: frozenset[str] = frozenset()
    """Collections that could not be read."""
    compared_from: Mapping[str, int] = field(default_factory=dict)
    """From when on a collection was read, where that is later than `span.floor`."""
    comparison_late: bool = False
    """Whether Nightscout is still sending what the period before is compared with."""
    stale: bool = False
    """Whether some of it is minutes old, because Nightscout did not answer again."""
    fetched: int = 0
    """Bytes that Nightscout sent for it and that are not yet counted."""
    inside: Mapping[str, Sequence[Row]] | None = None
    """Rows that a derived figure is computed with, and that are neither shown nor counted; None if there is none."""
    mark: tuple[object, ...] = ()
    """What it was read from, its view first: two studies of equal marks hold equal rows. Empty: nothing is known of it."""
    parts: tuple[Part, ...] = ()
    """The same rows as they were read, if that is known: most are the same ones as in the study before."""

    @property
    def count(self) -> int:
        """Give how many rows there are."""
        return sum(len(rows) for rows in self.rows.values())

    @property
    def is_whole(self) -> bool:
        """Say whether all of its own days is there."""
        return not self.late and not self.failed

    @property
    def lacks_comparison(self) -> bool:
        """Say whether rows of the period before are missing that are read where it is compared."""
        never = {"devicestatus"} if self.span.days > MOST_COMPARED else set()
        return bool(self.compared_from.keys() - never)


def days_offered(grant: Grant, policy: Policy) -> tuple[int, ...]:
    """Give the lengths that a summary of this grant may have, shortest first; perhaps none."""
    fitting = {days for days in SUMMARY_WINDOWS if days <= grant.days}
    if policy.detail != "summary":
        fitting.add(min(grant.days, SUMMARY_WINDOWS[-1]))
    return tuple(sorted(fitting))


def first_days(offered: Sequence[int]) -> int:
    """Choose the length that is shown first: 14 days, or what comes nearest below it."""
    return max((days for days in offered if days <= FIRST_SPAN), default=min(offered))


def span_of(view: View, days: int, *, now: int) -> Span:
    """Give the span of so many local days that ends as late as the view's detail allows."""
    window, zone, detail = view.window, view.zone, view.policy.detail
    end = _end(view, now)
    if detail == "summary":
        # Whole days before the last midnight, and only lengths of which no two differ by less than a week.
        return Span(days, local_midnight(end, zone, days_before=days), end, window.since)
    start = max(window.since, local_midnight(end - 1, zone, days_before=days - 1))
    # At a midnight, so that it stays the same while the end moves on.
    early = local_midnight(start - (end - start) - DAY, zone)
    return Span(days, start, end, max(window.since, early))


def _end(view: View, now: int) -> int:
    close = view.window.close(now)
    if hides_basal(view.policy):
        # What is computed with hidden basal rates is never finer than a day: two looks at half a day would be.
        return max(view.window.since, local_midnight(close, view.zone))
    grid = grid_of(view.policy.detail, view.zone)
    if grid is None:
        return close
    ends = [end for _, end in grid.bins(close - 3 * DAY, close) if end <= close]
    return max(ends, default=close)


def hides_basal(policy: Policy) -> bool:
    """Say whether total insulin is computed from basal rates, or from switches of profile, that are not shown."""
    profile, treatments = (policy.collections.get(name, _NOTHING) for name in ("profile", "treatments"))
    rates = profile.fields >= set(_BASAL)
    switches = _SWITCH in (treatments.types or ()) and treatments.fields >= _SHOWN_SWITCH
    return "total insulin" in policy.derive and not (rates and switches)


def figures_view(grant: Grant, policy: Policy, *, site_key: bytes) -> View:
    """Compile the view through which the figures of an opened grant are read.

    Averages are read as averages: at such a detail nothing is computed from single rows.
    """
    window: Window = window_of(grant, policy)
    view = compile_view(figures_policy(policy), window, zone=zone_of(grant, policy), site_key=site_key)
    return replace(view, inside=_inside(view, site_key) if hides_basal(policy) else None)


def _inside(view: View, site_key: bytes) -> View | None:
    """Compile what total insulin is computed with: the settings' basal rates, and which of them was switched to.

    Both under the names that people gave them, since a switch tells its settings by name; and from before the window
    on, since what was switched to last holds until the next time. Of averages no basal can be computed.
    """
    if view.policy.detail != "full":
        return None
    shown = {
        "profile": Shown(row_fields(COLLECTIONS["profile"]) | set(_BASAL), None),
        "treatments": Shown(row_fields(COLLECTIONS["treatments"]) | set(_SWITCHED), (_SWITCH,)),
    }
    lenses = {
        name: compile_lens(name, one, Pseudonyms(site_key, view.id, name), inside=True)
        for name, one in shown.items()
    }
    return replace(view, lenses=lenses, window=replace(view.window, since=view.window.since - LONGEST_SWITCH))


def figures_policy(policy: Policy) -> Policy:
    """Narrow a policy to what figures are made of. `summary`, which has no rows, computes from them within."""
    shown = {name: _narrowed(name, one) for name, one in policy.collections.items() if name in _READ}
    detail = "full" if policy.detail == "summary" else policy.detail
    return replace(policy, detail=detail, collections=shown)


def _narrowed(collection: str, shown: Shown) -> Shown:
    return replace(shown, fields=shown.fields & frozenset(_READ[collection]))
