"""A summary with less in it than was read: without words of people, without what was not read for the period before."""

from dataclasses import fields, replace

from proxy.report.figure import Figure, missing
from proxy.report.localtime import local_time
from proxy.report.model import Automation, Span, Spans, Summary


def offset_of(zone: str, at_ms: int) -> str:
    """Give a zone's offset at a moment, in place of its name: `+01:00`."""
    minutes = local_time(zone, at_ms, at_ms).offset(at_ms) // 60_000
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def without_words(summary: Summary) -> Summary:
    """Leave out what people wrote (notes, reasons, names of overrides and of profiles), and which pump it is."""
    automation = summary.period.automation
    plain = replace(
        automation,
        pumps=(),
        off=_plain(automation.off),
        suspends=_plain(automation.suspends),
        overrides=_plain(automation.overrides),
        temporary_targets=_plain(automation.temporary_targets),
        exercise=_plain(automation.exercise),
    )
    notes = summary.notes
    return replace(
        summary,
        period=replace(summary.period, automation=plain),
        notes=replace(notes, events=tuple(replace(event, words="") for event in notes.events)),
        settings=replace(
            summary.settings, versions=tuple(replace(one, name="") for one in summary.settings.versions)
        ),
    )


def _plain(spans: Spans) -> Spans:
    return replace(spans, each=tuple(Span(one.start_ms, one.end_ms) for one in spans.each))


def without_automation_before(summary: Summary) -> Summary:
    """Leave out the automation of the period before, for which no device states were read."""
    before = summary.previous
    if before is None:
        return summary
    return replace(summary, previous=replace(before, automation=_unread(before.automation)))


def _unread(automation: Automation) -> Automation:
    unread = missing("no_data")
    changed: dict[str, object] = {
        "percent": dict.fromkeys(automation.percent, unread),
        "system": "",
        "pumps": (),
        "spans": (),
    }
    for field in fields(automation):
        value = getattr(automation, field.name)
        if isinstance(value, Figure):
            changed[field.name] = unread
        elif isinstance(value, Spans):
            changed[field.name] = Spans(unread, unread, ())
    return replace(automation, **changed)  # type: ignore[arg-type]  # fields of its own, by name
