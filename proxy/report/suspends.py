"""When the pump was suspended: as treatments or notes say, and as device states say."""

from bisect import bisect_right
from collections.abc import Iterator

from proxy.report.devicestates import FRESH_MS
from proxy.report.facts import OPEN_END_MS, Material
from proxy.report.intervals import Intervals, union


def suspended(material: Material) -> Intervals:
    """Give all times at which the pump delivered nothing because it was suspended."""
    return union([*_by_states(material), *_by_events(material)])


def _by_states(material: Material) -> Iterator[tuple[int, int]]:
    """Let a state hold until the next one, and no longer than a cycle."""
    stopped: int | None = None
    for state in material.loop_states:
        if state.suspended is None:
            continue
        if stopped is not None:
            yield stopped, min(state.at_ms, stopped + FRESH_MS)
        stopped = state.at_ms if state.suspended else None
    if stopped is not None:
        yield stopped, stopped + FRESH_MS


def _by_events(material: Material) -> Iterator[tuple[int, int]]:
    """Let a suspension without an end last until anything shows that the pump delivers again."""
    begun = [event for event in material.events if event.kind == "suspend"]
    if not begun:
        return
    signs = sorted([*_resumed(material), *_delivered(material), *_running(material)])
    for event in begun:
        place = bisect_right(signs, event.at_ms)
        until = signs[place] if place < len(signs) else OPEN_END_MS
        yield event.at_ms, min(until, event.end_ms or OPEN_END_MS)


def _resumed(material: Material) -> list[int]:
    return [event.at_ms for event in material.events if event.kind == "resume"]


def _delivered(material: Material) -> list[int]:
    temps = [temp.start_ms for temp in material.temp_basals if temp.rate or temp.amount]
    return [dose.at_ms for dose in material.doses if not dose.basal] + temps


def _running(material: Material) -> list[int]:
    return [state.at_ms for state in material.loop_states if state.suspended is False]
