"""Loop modes over time, inferred from uploads: no system writes "closed loop" for every moment.

In this order: a mode that AAPS stated (with uploads beside it, where there are any); a suspended pump; a loop stated
to be off; a dose enacted in the last 15 minutes, or a cycle of Loop with dosing enabled: closed; a cycle that only
suggested: open; else unknown.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, pairwise
from typing import Final

from proxy.report.devicestates import FRESH_MS
from proxy.report.facts import OPEN_END_MS, Material, Mode
from proxy.report.intervals import Intervals, followed, holding, union
from proxy.report.model import ModeSpan

_STOPPED: Final[frozenset[Mode]] = frozenset({"suspended", "off"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What uploads say, each as times at which it holds."""

    uploads: Intervals
    closed: Intervals
    open: Intervals
    suspended: Intervals
    off: Intervals
    stated: tuple[tuple[int, int, Mode], ...]
    """(start, end, mode) of modes that were stated; the one in force is the last that has begun and not ended."""


def evidence_of(material: Material, stopped: Intervals) -> Evidence:
    """Read the evidence; what the policy hides is simply not there."""
    uploads, closed, opened = _cycles(material)
    return Evidence(
        uploads=holding(uploads, FRESH_MS),
        closed=holding(sorted(closed), FRESH_MS),
        open=holding(opened, FRESH_MS),
        suspended=stopped,
        off=union(_off(material)),
        stated=tuple(_stated(material)),
    )


def spans_of(evidence: Evidence, start_ms: int, end_ms: int) -> tuple[ModeSpan, ...]:
    """Give the modes of a period, oldest first and without holes; neighbours differ."""
    kinds = (evidence.uploads, evidence.closed, evidence.open, evidence.suspended, evidence.off)
    edges = {start_ms, end_ms}
    edges.update(chain.from_iterable(chain.from_iterable(kind.within(start_ms, end_ms) for kind in kinds)))
    edges.update(edge for start, end, _ in evidence.stated for edge in (start, end))
    cuts = sorted(edge for edge in edges if start_ms <= edge <= end_ms)
    each = ((start, end, _mode(evidence, start)) for start, end in pairwise(cuts))
    return tuple(_joined(each))


def _joined(each: Iterator[tuple[int, int, Mode]]) -> Iterator[ModeSpan]:
    for mode, group in groupby(each, key=lambda span: span[2]):
        parts = list(group)
        yield ModeSpan(parts[0][0], parts[-1][1], mode)


def _mode(evidence: Evidence, at: int) -> Mode:
    stated = _stated_at(evidence, at)
    if stated in _STOPPED:
        return stated
    if at in evidence.suspended:
        return "suspended"
    if at in evidence.off:
        return "off"
    if stated is not None:
        # A phone that has died writes no mode: what it stated last holds only while it is heard of.
        return stated if at in evidence.uploads or not evidence.uploads.starts else "unknown"
    if at in evidence.closed:
        return "closed"
    return "open" if at in evidence.open else "unknown"


def _stated_at(evidence: Evidence, at: int) -> Mode | None:
    place = bisect_right(evidence.stated, at, key=lambda one: one[0])
    for start, end, mode in reversed(evidence.stated[:place]):
        if start <= at < end:
            return None if mode == "unknown" else mode
    return None


def _stated(material: Material) -> Iterator[tuple[int, int, Mode]]:
    """Give stated modes. One for a while is over when the next begins; one for good comes back when that is over."""
    changes = [change for change in material.mode_changes if change.stated]
    for change, following in followed(changes):
        if change.end_ms is None:
            yield change.at_ms, OPEN_END_MS, change.mode
        else:
            yield change.at_ms, min(change.end_ms, following.at_ms if following else OPEN_END_MS), change.mode


def _off(material: Material) -> Iterator[tuple[int, int]]:
    changes = [change for change in material.mode_changes if not change.stated]
    for change, following in followed(changes):
        until = following.at_ms if following else OPEN_END_MS
        yield change.at_ms, min(change.end_ms or OPEN_END_MS, until)


def _cycles(material: Material) -> tuple["array[int]", "array[int]", "array[int]"]:
    """Give when a loop ran, from when on documents show that it was closed, and when it only suggested."""
    uploads, closed, opened = array("q"), array("q"), array("q")
    starts, told = _dosing(material)
    for state in material.loop_states:
        if not state.system:
            continue
        at, enacted = state.at_ms, state.enacted_ms
        uploads.append(at)
        if state.system == "openaps":
            if enacted is not None and not state.failed:
                closed.append(enacted)
            if state.suggested:
                opened.append(at)
        elif not state.failed:
            doses = told[bisect_right(starts, at)]
            # Where the settings are not shared, a dose that was enacted tells as much.
            if doses or (doses is None and enacted is not None):
                closed.append(at)
            if doses is False:
                opened.append(at)
    return uploads, closed, opened


def _dosing(material: Material) -> tuple[Sequence[int], Sequence[bool | None]]:
    """Give when settings begin, and whether Loop may dose before the first and from each on; None if they don't say."""
    if not material.shared.profile:
        return (), (None,)
    starts = [therapy.since_ms for therapy in material.therapies]
    return starts, (None, *(therapy.dosing_enabled for therapy in material.therapies))
