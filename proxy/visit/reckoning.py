"""From filtered rows to figures: the report's engine, given what a study has read."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from proxy.core.lens import Row
from proxy.core.policy import Policy
from proxy.core.study import Part, Study
from proxy.report.dayview import day_view
from proxy.report.facts import Material
from proxy.report.material import Facts, gathered, read_facts
from proxy.report.model import DayView, Summary
from proxy.report.sharing import shared_of
from proxy.report.summary import summarise
from proxy.visit.choices import Choice


def summary_of(study: Study, choice: Choice, policy: Policy, *, now: int) -> Summary:
    """Compute the figures of a study."""
    return figures_of(material_of(study, policy), study, choice, now=now)


def figures_of(material: Material, study: Study, choice: Choice, *, now: int) -> Summary:
    """Compute the figures of a study that was read into material."""
    return summarise(
        material,
        start_ms=study.span.start,
        end_ms=study.span.end,
        zone=study.zone,
        now_ms=now,
        targets=choice.targets,
        floor_ms=max(study.span.floor, study.compared_from.get("entries", 0)),
    )


def day_of(study: Study, day: date, policy: Policy, *, now: int) -> DayView | None:
    """Show one day of a study."""
    span = study.span
    return day_view(
        material_of(study, policy), day, start_ms=span.floor, end_ms=span.end, zone=study.zone, now_ms=now
    )


def material_of(study: Study, policy: Policy, facts: Callable[[Part], Facts] | None = None) -> Material:
    """Read the rows of a study into what the report is computed from; `facts` may know what some of them say."""
    shared = shared_of(policy)
    if facts is not None and study.parts:
        return gathered([facts(part) for part in study.parts], inside=study.inside, shared=shared)
    return gathered([_read(study.rows)], inside=study.inside, shared=shared)


def facts_of(part: Part) -> Facts:
    """Read rows that came at once."""
    return _read({part.collection: part.rows})


def _read(rows: Mapping[str, Sequence[Row]]) -> Facts:
    return read_facts(
        entries=rows.get("entries", ()),
        treatments=rows.get("treatments", ()),
        devicestatus=rows.get("devicestatus", ()),
        profiles=rows.get("profile", ()),
    )
