"""The summary as JSON, for other programs: every figure unrounded and by name, with why one is missing.

The schema is in summary.schema.json. Glucose is in mg/dL whatever units a reader chose, insulin in U, carbs in g,
instants are ISO 8601 in UTC, local days and times of day those of `time_zone`.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from proxy.core.instants import written
from proxy.report.cover import INFERRED, NOT_FOR_DOSING, TITLE, UNNAMED, Cover
from proxy.report.facts import Event, Schedule
from proxy.report.figures import metrics, named_figures, reasons
from proxy.report.model import (
    BANDS,
    EPISODE_KINDS,
    Curve,
    Day,
    Episode,
    Mark,
    ModeSpan,
    Period,
    SettingsVersion,
    Span,
    Summary,
)
from proxy.report.targets import Targets
from proxy.report.words import clock

FORMAT: Final = "chaperone-summary"
VERSION: Final = 1
_TOGETHER: Final = 4096
"""So many numbers, names and signs make one piece."""


def json_file(summary: Summary, cover: Cover) -> bytes:
    """Write a summary as UTF-8 JSON; the same summary gives the same bytes."""
    return b"".join(json_pieces(summary, cover))


def json_pieces(summary: Summary, cover: Cover) -> Iterator[bytes]:
    """Write the same, piece by piece: the text of a long period is never whole."""
    encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, indent=1)
    parts = encoder.iterencode(as_object(summary, cover))
    while some := "".join(islice(parts, _TOGETHER)):
        yield some.encode()
    yield b"\n"


def as_object(summary: Summary, cover: Cover) -> dict[str, Any]:
    """Give a summary as the object that the schema describes."""
    period = summary.period
    # When things happened is finer than an average, and than a figure for the whole period.
    exact = summary.shared.detail == "full"
    return {
        "format": FORMAT,
        "version": VERSION,
        "title": TITLE,
        "made_at": written(summary.now_ms),
        "about": _about(cover),
        "time_zone": {"name": summary.zone, "known": summary.zone_known, "shared": cover.zone_shared},
        "targets": _targets(summary.targets),
        "period": _span(period.start_ms, period.end_ms),
        "sufficiency": {
            "days_asked": summary.sufficiency.days_asked,
            "days_with_data": summary.sufficiency.days_with_data,
            "enough": summary.sufficiency.enough,
            "words": summary.sufficiency.words if summary.shared.glucose else "",
        },
        "metrics": metrics(period),
        "gri_zone": period.glucose.gri_zone or None,
        "not_available": reasons(period),
        "coverage": {
            name: one.coverage for name, one in named_figures(period).items() if one.value is not None
        },
        "notes": {name: one.note for name, one in named_figures(period).items() if one.note},
        "insulin_basis": _basis(period),
        "automation_system": period.automation.system or None,
        "pumps": list(period.automation.pumps),
        "previous": None if summary.previous is None else _previous(summary.previous),
        "typical_day": _curve(summary.curve),
        "days": [_day(day) for day in summary.days],
        "episodes": {kind: [_episode(one) for one in period.episodes[kind].each] for kind in EPISODE_KINDS},
        "modes": [_mode(one) for one in period.automation.spans if exact],
        "settings": {
            "versions": [_settings(one) for one in summary.settings.versions],
            "not_available": summary.settings.reason,
        },
        "events": [_event(one) for one in summary.notes.events],
        "gaps": [_span(one.start_ms, one.end_ms) for one in summary.notes.gaps],
        "possible_artefacts": [_mark(one) for one in summary.notes.marks],
        "events_not_available": summary.notes.reason,
        "overrides": _spans(period.automation.overrides.each, exact=exact),
        "temporary_targets": _spans(period.automation.temporary_targets.each, exact=exact),
        "loop_off": _spans(period.automation.off.each, exact=exact),
        "suspends": _spans(period.automation.suspends.each, exact=exact),
        "exercise": _spans(period.automation.exercise.each, exact=exact),
    }


def _about(cover: Cover) -> dict[str, Any]:
    return {
        "made_for": cover.recipient or None,
        "visit": cover.visit or None,
        "whose": cover.whose or None,
        "policy": cover.policy,
        "questions": list(cover.questions),
        "written": [{"when": when or None, "words": words} for when, words in cover.remarks],
        "equipment": [{"what": what, "name": name} for what, name in cover.equipment],
        "shared": list(cover.shown),
        "not_shared": list(cover.withheld),
        "identifiers_removed": list(UNNAMED) if cover.unnamed else None,
        "remarks": [NOT_FOR_DOSING, INFERRED, *cover.notices],
    }


def _targets(targets: Targets) -> dict[str, Any]:
    return {
        "name": targets.name,
        "title": targets.title,
        "edges_mgdl": {
            "very_low": targets.very_low, "low": targets.low, "high": targets.high, "very_high": targets.very_high,
        },
        "goals": [
            {"measure": goal.measure, "percent": goal.percent, "lower_is_better": goal.lower} for goal in targets.goals
        ],
    }  # fmt: skip


def _basis(period: Period) -> dict[str, Any]:
    insulin = period.insulin
    return {
        "basis": insulin.basis or None, "days_counted": insulin.days_counted, "days_asked": insulin.days_asked,
    }  # fmt: skip


def _previous(period: Period) -> dict[str, Any]:
    return {
        "period": _span(period.start_ms, period.end_ms),
        "metrics": metrics(period),
        "not_available": reasons(period),
    }


def _curve(curve: Curve) -> dict[str, Any]:
    points = [
        {"minute": one.minute, "n": one.n, "p05": one.p05, "p25": one.p25, "p50": one.p50, "p75": one.p75, "p95": one.p95}
        for one in curve.points
    ]  # fmt: skip
    return {"points": points, "not_available": curve.reason}


def _day(day: Day) -> dict[str, Any]:
    return {
        "day": day.day.isoformat(), **_span(day.start_ms, day.end_ms), "readings": day.readings,
        "mean_mgdl": day.mean_mgdl.value, "sd_mgdl": day.sd_mgdl.value,
        "min_mgdl": day.min_mgdl.value, "max_mgdl": day.max_mgdl.value,
        "sensor_active_percent": day.sensor_active_percent.value,
        "percent": {band: day.percent[band].value for band in BANDS},
        "insulin_total": day.total.value, "insulin_basal": day.basal.value, "insulin_bolus": day.bolus.value,
        "insulin_automatic_bolus": day.automatic_bolus.value, "carbs": day.carbs.value,
        "closed_percent": day.closed_percent.value, "mode": day.mode,
    }  # fmt: skip


def _span(start_ms: int, end_ms: int) -> dict[str, str]:
    return {"start": written(start_ms), "end": written(end_ms)}


def _spans(spans: Iterable[Span], *, exact: bool) -> list[dict[str, str]]:
    return [{**_span(one.start_ms, one.end_ms), "words": one.words} for one in spans if exact]


def _episode(one: Episode) -> dict[str, Any]:
    return {
        **_span(one.start_ms, one.end_ms), "minutes": one.minutes, "extreme_mgdl": one.extreme_mgdl,
        "at_night": one.at_night, "single_reading": one.single_reading,
    }  # fmt: skip


def _mode(one: ModeSpan) -> dict[str, Any]:
    return {**_span(one.start_ms, one.end_ms), "mode": one.mode}


def _mark(one: Mark) -> dict[str, Any]:
    return {**_span(one.start_ms, one.end_ms), "kind": one.kind}


def _event(one: Event) -> dict[str, Any]:
    return {
        "at": written(one.at_ms), "end": None if one.end_ms is None else written(one.end_ms), "kind": one.kind,
        "value_mgdl": one.value, "words": one.words, "merged": one.merged,
    }  # fmt: skip


def _settings(one: SettingsVersion) -> dict[str, Any]:
    return {
        "since": written(one.since_ms), "basal": _schedule(one.basal), "carb_ratio": _schedule(one.carb_ratio),
        "sensitivity_mgdl": _schedule(one.sensitivity), "target_low_mgdl": _schedule(one.target_low),
        "target_high_mgdl": _schedule(one.target_high), "insulin_hours": one.insulin_hours,
        "daily_basal": one.daily_basal, "changed": list(one.changed),
    }  # fmt: skip


def _schedule(schedule: Schedule) -> list[dict[str, Any]]:
    return [{"from": clock(seconds), "value": value} for seconds, value in schedule]
