"""What comes out: the summary from which page, text, PDF, CSV and JSON are made.

All values are unrounded, glucose in mg/dL, insulin in U, instants in epoch milliseconds, percentages 0 to 100.
A list that cannot be known is empty, and its `reason` says why; a figure that cannot be known has no value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from proxy.report.facts import Carbs, Dose, Event, Mode, Schedule, Shared
from proxy.report.figure import Figure, Reason
from proxy.report.targets import Targets

Band = Literal["very_low", "low", "in_range", "high", "very_high"]
BANDS: tuple[Band, ...] = ("very_low", "low", "in_range", "high", "very_high")
SMALL_DAYS: Final = 14
"""So many of the newest days have a small drawing."""
EpisodeKind = Literal["low", "very_low", "extended_low", "high", "very_high"]
EPISODE_KINDS: tuple[EpisodeKind, ...] = ("low", "very_low", "extended_low", "high", "very_high")


@dataclass(frozen=True, slots=True)
class Glucose:
    """The consensus figures of one period. `percent` are exclusive bands that add to 100."""

    readings: int
    duplicates: int
    """How many rows were left out because another uploader had sent the same reading."""
    interval_minutes: float | None
    """How far apart readings usually are: 1, 5 or 15."""
    first_ms: int | None
    last_ms: int | None
    mean_mgdl: Figure
    sd_mgdl: Figure
    cv_percent: Figure
    gmi_percent: Figure
    gri: Figure
    gri_zone: Literal["A", "B", "C", "D", "E", ""]
    sensor_active_percent: Figure
    """Of the whole period that was asked for."""
    active_agp_percent: Figure
    """Of the time between the first and the last reading, as other reports print it."""
    percent: Mapping[Band, Figure]
    below_percent: Figure
    """Low and very low together."""
    above_percent: Figure
    tight_percent: Figure
    """70 to 140 mg/dL."""
    lbgi: Figure
    hbgi: Figure


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """Whether there is enough data to rely on: 14 days with the sensor active for more than 70 % of them."""

    days_asked: float
    days_with_data: int
    enough: bool
    words: str
    """The banner; empty if there is enough."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One quarter of an hour of the typical day; None in a percentile where no day has data."""

    minute: int
    """Minutes after local midnight at which it begins: 0, 15, … 1425."""
    n: int
    p05: float | None
    p25: float | None
    p50: float | None
    p75: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """The typical day: 96 points, smoothed; none and a reason if there are too few days."""

    points: tuple[CurvePoint, ...]
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode. `extreme` is the lowest or highest value on the five-minute grid."""

    start_ms: int
    end_ms: int
    minutes: float
    extreme_mgdl: float
    at_night: bool
    """Whether it began between 00:00 and 06:00."""
    single_reading: bool
    """Whether it rests on one reading only, as can be with a 15-minute sensor."""


@dataclass(frozen=True, slots=True)
class Episodes:
    """The episodes of one kind."""

    kind: EpisodeKind
    count: Figure
    per_week: Figure
    mean_minutes: Figure
    extreme_mgdl: Figure
    """The lowest (or highest) of all of them."""
    night_percent: Figure
    """Of the episodes, those that began between 00:00 and 06:00."""
    each: tuple[Episode, ...]


@dataclass(frozen=True, slots=True)
class Insulin:
    """Insulin and carbs, per 24 hours."""

    total_per_day: Figure
    basal_per_day: Figure
    bolus_per_day: Figure
    basal_percent: Figure
    bolus_percent: Figure
    automatic_bolus_per_day: Figure
    automatic_percent: Figure
    """The share of bolus insulin that the system gave by itself (micro boluses, automatic boluses)."""
    boluses_per_day: Figure
    """Those that somebody gave."""
    carbs_per_day: Figure
    carb_entries_per_day: Figure
    days_counted: int
    days_asked: int
    basis: Literal["temp basals and settings", "temp basals only", ""]


@dataclass(frozen=True, slots=True)
class ModeSpan:
    """A span in one loop mode."""

    start_ms: int
    end_ms: int
    mode: Mode


@dataclass(frozen=True, slots=True)
class Span:
    """An override, a temporary target, exercise, a suspended pump or a loop that was off; or a gap."""

    start_ms: int
    end_ms: int
    words: str = ""

    @property
    def minutes(self) -> float:
        """Give how long it lasted."""
        return (self.end_ms - self.start_ms) / 60_000


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans of one kind: how many, what share of the period, and each."""

    count: Figure
    percent: Figure
    each: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Automation:
    """Loop modes, inferred from uploads: say so wherever it is shown."""

    system: Literal["Loop", "OpenAPS, AAPS, Trio or iAPS", "more than one system", ""]
    pumps: tuple[str, ...]
    """Those that uploads of the period name, in the order in which they were first seen."""
    closed_percent: Figure
    percent: Mapping[Mode, Figure]
    uploads_percent: Figure
    """The share of the period in which any loop document was recent."""
    spans: tuple[ModeSpan, ...]
    """The whole period; empty where only figures for the period are shared."""
    off: Spans
    """Spans of 15 minutes or more in which the loop was stated to be off or suspended."""
    suspends: Spans
    overrides: Spans
    temporary_targets: Spans
    exercise: Spans


@dataclass(frozen=True, slots=True)
class SettingsVersion:
    """Pump and loop settings as they were from `since_ms` on. Sensitivity and targets in mg/dL per U, and mg/dL."""

    since_ms: int
    name: str
    basal: Schedule
    carb_ratio: Schedule
    sensitivity: Schedule
    target_low: Schedule
    target_high: Schedule
    insulin_hours: float | None
    daily_basal: float | None
    changed: tuple[Literal["basal", "carb_ratio", "sensitivity", "targets", "insulin_hours"], ...]
    """What is not as in the version before; empty for the first one known."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Each version that was valid in the period, newest first."""

    versions: tuple[SettingsVersion, ...]
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Day:
    """One local day; figures by the same rules as those of the period."""

    day: date
    start_ms: int
    end_ms: int
    readings: int
    mean_mgdl: Figure
    sd_mgdl: Figure
    min_mgdl: Figure
    max_mgdl: Figure
    sensor_active_percent: Figure
    percent: Mapping[Band, Figure]
    total: Figure
    basal: Figure
    bolus: Figure
    automatic_bolus: Figure
    carbs: Figure
    closed_percent: Figure
    mode: Mode | None
    """The mode of most of the day."""
    trace: tuple[tuple[int, float], ...]
    """(milliseconds after the day's start, mg/dL), for the small drawing; empty where there is none of it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A possible artefact: marked, never removed."""

    start_ms: int
    end_ms: int
    kind: Literal["warm_up", "jump", "compression_low"]


@dataclass(frozen=True, slots=True)
class Notes:
    """What is written beside the curve: events, gaps of 30 minutes and more, possible artefacts."""

    events: tuple[Event, ...]
    gaps: tuple[Span, ...]
    marks: tuple[Mark, ...]
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Period:
    """The figures of one period, on one page and beside those of the period before."""

    start_ms: int
    end_ms: int
    glucose: Glucose
    episodes: Mapping[EpisodeKind, Episodes]
    insulin: Insulin
    automation: Automation


@dataclass(frozen=True, slots=True)
class Latest:
    """The last reading, and how it stands to the one before."""

    at_ms: int
    mgdl: float
    change_mgdl: float | None
    """Since the reading before, if that is no older than 15 minutes."""


@dataclass(frozen=True, slots=True)
class DayView:
    """One local day on one axis: glucose, insulin and carbs. Steps are (start_ms, end_ms, U/h)."""

    day: date
    start_ms: int
    end_ms: int
    glucose: tuple[tuple[int, float], ...]
    doses: tuple[Dose, ...]
    carbs: tuple[Carbs, ...]
    basal: tuple[tuple[int, int, float], ...]
    modes: tuple[ModeSpan, ...]
    events: tuple[Event, ...]
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole report."""

    now_ms: int
    zone: str
    zone_known: bool
    targets: Targets
    shared: Shared
    period: Period
    previous: Period | None
    """The same length of time just before; None where it isn't in the days shared, or has no readings."""
    sufficiency: Sufficiency
    curve: Curve
    days: tuple[Day, ...]
    """Oldest first; empty at `summary` detail."""
    settings: Settings
    notes: Notes
    latest: Latest | None
