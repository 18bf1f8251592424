"""Time in automation, and the times at which something else was asked of the loop."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Final, Literal

from proxy.report.facts import MINUTE, MODES, EventKind, Material, Mode
from proxy.report.figure import Figure, Reason, known, missing
from proxy.report.intervals import Intervals, union
from proxy.report.model import Automation, ModeSpan, Span, Spans
from proxy.report.modes import Evidence, spans_of

SHORTEST_OFF_MS: Final = 15 * MINUTE
NOTE: Final = "inferred from uploads"
_MOMENT: Final = attrgetter("at_ms")
_TYPES: Final[dict[EventKind, tuple[str, ...]]] = {
    "override": ("Temporary Override",), "temporary_target": ("Temporary Target",), "exercise": ("Exercise",),
}  # fmt: skip


def automation_of(material: Material, evidence: Evidence, start_ms: int, end_ms: int) -> Automation:
    """Compute loop modes of one period and what went beside them."""
    spans = spans_of(evidence, start_ms, end_ms)
    lengths = length_of_modes(spans)
    uploads = evidence.uploads.length(start_ms, end_ms) / (end_ms - start_ms)
    reason = why_none(material, evidence, lengths, uploaded=uploads > 0)

    def share(mode: Mode) -> Figure:
        if reason is not None:
            return missing(reason, coverage=uploads)
        return known(100 * lengths[mode] / (end_ms - start_ms), coverage=uploads, note=NOTE)

    whole = material.shared.detail == "summary"
    percent = {mode: share(mode) for mode in MODES}
    stopped = [Span(one.start_ms, one.end_ms, one.mode) for one in spans if one.mode in ("off", "suspended")]
    return Automation(
        system=_system(material) if reason is None else "",
        pumps=_pumps(material, start_ms, end_ms),
        closed_percent=percent["closed"],
        percent=percent,
        uploads_percent=_uploads(material, evidence, uploads),
        spans=() if reason is not None or whole else spans,
        off=_spans(_long(stopped), None if evidence.off.starts else reason, start_ms, end_ms, whole=whole),
        suspends=_spans(
            _suspends(evidence, start_ms, end_ms), _no_pump(material), start_ms, end_ms, whole=whole
        ),
        overrides=_of_kind(material, "override", start_ms, end_ms),
        temporary_targets=_of_kind(material, "temporary_target", start_ms, end_ms),
        exercise=_of_kind(material, "exercise", start_ms, end_ms),
    )


def length_of_modes(spans: Iterable[ModeSpan]) -> dict[Mode, int]:
    """Add up the milliseconds in each mode."""
    lengths: dict[Mode, int] = dict.fromkeys(MODES, 0)
    for span in spans:
        lengths[span.mode] += span.end_ms - span.start_ms
    return lengths


def why_none(
    material: Material, evidence: Evidence, lengths: dict[Mode, int], *, uploaded: bool
) -> Reason | None:
    """Say why there are no modes to tell; None if there are. `uploaded` says whether a loop was heard of at all."""
    shared = material.shared
    if any(lengths[mode] for mode in ("closed", "open")) or any(
        state.failed for state in material.loop_states
    ):
        return None
    if evidence.stated and any(lengths[mode] for mode in ("suspended", "off")):
        return None
    if not shared.loop:
        return "not_shared"
    if uploaded:
        # A loop ran, but whether it acted can't be told from what is shared, or from what there is.
        return "no_data" if shared.profile else "not_shared"
    if evidence.uploads.starts:
        return "no_data"
    return "averages_only" if shared.averages else "not_applicable"


def _system(material: Material) -> Literal["Loop", "OpenAPS, AAPS, Trio or iAPS", "more than one system", ""]:
    systems = {state.system for state in material.loop_states} - {""}
    if systems == {"loop"}:
        return "Loop"
    if len(systems) > 1:
        return "more than one system"
    return "OpenAPS, AAPS, Trio or iAPS" if systems or material.mode_changes else ""


def _pumps(material: Material, start_ms: int, end_ms: int) -> tuple[str, ...]:
    if not material.shared.devices:
        return ()
    states = material.loop_states
    low = bisect_left(states, start_ms, key=_MOMENT)
    high = bisect_left(states, end_ms, low, key=_MOMENT)
    return tuple(name for name in dict.fromkeys([state.pump for state in states[low:high]]) if name)


def _uploads(material: Material, evidence: Evidence, share: float) -> Figure:
    if evidence.uploads.starts:
        return known(100 * share, coverage=share)
    return missing("not_applicable" if material.shared.loop else "not_shared")


def _long(spans: Iterable[Span]) -> list[Span]:
    return [span for span in spans if span.end_ms - span.start_ms >= SHORTEST_OFF_MS]


def _suspends(evidence: Evidence, start_ms: int, end_ms: int) -> list[Span]:
    return [Span(start, end) for start, end in evidence.suspended.within(start_ms, end_ms)]


def _no_pump(material: Material) -> Reason | None:
    told = any(state.suspended is not None for state in material.loop_states)
    told = told or any(event.kind in ("suspend", "resume") for event in material.events)
    if told:
        return None
    return "no_data" if material.shared.pump else "not_shared"


def _of_kind(material: Material, kind: EventKind, start_ms: int, end_ms: int) -> Spans:
    reason: Reason | None = None if material.shared.shows(*_TYPES[kind]) else "not_shared"
    each = [
        Span(max(event.at_ms, start_ms), min(event.end_ms or event.at_ms, end_ms), event.words)
        for event in material.events
        if event.kind == kind and event.at_ms < end_ms and (event.end_ms or event.at_ms) >= start_ms
    ]
    if reason is None and material.shared.averages:
        reason = "averages_only"
    return _spans(each, reason, start_ms, end_ms, whole=material.shared.detail == "summary")


def _spans(each: Sequence[Span], reason: Reason | None, start_ms: int, end_ms: int, *, whole: bool) -> Spans:
    if reason is not None:
        return Spans(missing(reason), missing(reason), ())
    inside: Intervals = union((span.start_ms, span.end_ms) for span in each)
    share = 100 * inside.length(start_ms, end_ms) / (end_ms - start_ms)
    return Spans(known(len(each), coverage=1.0), known(share, coverage=1.0), () if whole else tuple(each))
