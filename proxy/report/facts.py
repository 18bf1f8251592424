"""What goes in: facts read from the rows that a view shows, in our own words and units.

Instants are epoch milliseconds, spans are [start_ms, end_ms), glucose is mg/dL, insulin U and U/h, carbs g.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import msgspec

from proxy.core.policy import Detail

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
OPEN_END_MS: Final = 4_102_444_800_000
"""2100: what has no end yet lasts until here."""

Mode = Literal["closed", "open", "suspended", "off", "unknown"]
MODES: tuple[Mode, ...] = ("closed", "open", "suspended", "off", "unknown")


@dataclass(frozen=True, slots=True)
class Shared:
    """Which inputs the policy shows: from the policy alone, never from the data."""

    detail: Detail = "full"
    glucose: bool = True
    fingersticks: bool = True
    boluses: bool = True
    automatic: bool = True
    """Whether doses tell which of them the system gave by itself."""
    carbs: bool = True
    temp_basals: bool = True
    profile: bool = True
    """Whether therapy settings may be shown, and used for everything."""
    switches: bool = True
    """Whether Profile Switches are shown: without them settings tell no total."""
    total_insulin: bool = False
    """Whether the policy derives total insulin from a profile that is not shown (`derive: [total insulin]`)."""
    loop: bool = True
    """Whether device states tell that a loop ran."""
    pump: bool = True
    devices: bool = True
    """Whether pumps may be called by their names."""
    words: bool = True
    """Whether notes may be shown, and searched for alarms."""
    event_types: frozenset[str] | None = None
    """The treatment types that are shown; None for all."""

    @property
    def settles_basal(self) -> bool:
        """Say whether the settings that are shown tell the basal rate at every moment."""
        return self.profile and self.switches

    @property
    def averages(self) -> bool:
        """Say whether rows are averages and sums of bins."""
        return self.detail in ("15min", "hourly", "daily")

    def shows(self, *event_types: str) -> bool:
        """Say whether any of these treatment types is shown."""
        return self.event_types is None or bool(self.event_types & set(event_types))


EVERYTHING = Shared()


@dataclass(frozen=True, slots=True)
class Readings:
    """Sensor readings in order of time, in columns: a year of one-minute readings is 525,600 of them."""

    at: "array[int]" = field(default_factory=lambda: array("q"))
    mgdl: "array[float]" = field(default_factory=lambda: array("d"))
    device: "array[int]" = field(default_factory=lambda: array("H"))
    """Which of `Material.devices` wrote it; 0 is "not told"."""
    count: "array[int]" = field(default_factory=lambda: array("I"))
    """How many readings a row stands for: 1, or the n of an averaged bin."""


@dataclass(frozen=True, slots=True)
class Dose:
    """A bolus, or an injection of basal insulin."""

    at_ms: int
    units: float
    automatic: bool = False
    basal: bool = False
    event_type: str = ""


@dataclass(frozen=True, slots=True)
class Extended:
    """The drawn-out part of a combo bolus, in U/h; `basal` if it stands in for a temp basal."""

    start_ms: int
    end_ms: int
    rate: float
    basal: bool = False


@dataclass(frozen=True, slots=True)
class Carbs:
    """Carbohydrates, in g."""

    at_ms: int
    grams: float


class TempBasal(msgspec.Struct, frozen=True, gc=False):
    """A temp basal: `rate` in U/h, else `percent` as a change of the profile's rate, else `amount` in U alone."""

    start_ms: int
    end_ms: int
    rate: float | None = None
    percent: float | None = None
    amount: float | None = None
    """What was really delivered over the whole span (Loop)."""


Schedule = tuple[tuple[int, float], ...]
"""(seconds after local midnight, value), in order, the first at 0."""


@dataclass(frozen=True, slots=True)
class Therapy:
    """Therapy settings, valid from `since_ms` until the next. Sensitivity and targets in mg/dL."""

    since_ms: int
    name: str = ""
    zone: str = ""
    basal: Schedule = ()
    carb_ratio: Schedule = ()
    sensitivity: Schedule = ()
    target_low: Schedule = ()
    target_high: Schedule = ()
    insulin_hours: float | None = None
    dosing_enabled: bool | None = None
    dosing_strategy: str = ""
    others: tuple["Therapy", ...] = ()
    """The other profiles of the same record, to which a Profile Switch may turn."""


@dataclass(frozen=True, slots=True)
class ProfileSwitch:
    """A switch to another profile, a percentage of it, or a shifted one; for a while or (None) until the next."""

    at_ms: int
    end_ms: int | None
    name: str = ""
    percentage: float = 100.0
    shift_ms: int = 0
    therapy: Therapy | None = None


class LoopState(msgspec.Struct, frozen=True, gc=False):
    """What one uploaded device state says about automation and the pump.

    A struct, like a temp basal, since there are ten thousand a month: a frozen dataclass takes ten times as long to make.
    """

    at_ms: int
    system: Literal["", "loop", "openaps"] = ""
    enacted_ms: int | None = None
    """When a dose was last really enacted, if that is fresh and was received."""
    suggested: bool = False
    failed: bool = False
    suspended: bool | None = None
    override: bool | None = None
    pump: str = ""
    """Maker and model, as far as it tells them."""


@dataclass(frozen=True, slots=True)
class ModeChange:
    """An AAPS running mode, or a loop switched off for a while; `end_ms` None is until the next change."""

    at_ms: int
    end_ms: int | None
    mode: Mode
    stated: bool
    """Whether the mode was written (recent AAPS), not just that the loop was offline."""


EventKind = Literal[
    "site_change", "sensor_start", "sensor_stop", "insulin_change", "battery_change", "calibration",
    "fingerstick", "suspend", "resume", "possible_occlusion", "exercise", "sleep", "override", "temporary_target",
    "loop_off", "profile_switch", "note", "question", "announcement",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: with an end if it lasted, with a value (a fingerstick's mg/dL) if it has one."""

    at_ms: int
    kind: EventKind
    end_ms: int | None = None
    value: float | None = None
    words: str = ""
    merged: int = 1
    """How many rows said the same."""


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that was read, in order of time."""

    readings: Readings = field(default_factory=Readings)
    devices: tuple[str, ...] = ("",)
    doses: tuple[Dose, ...] = ()
    extended: tuple[Extended, ...] = ()
    carbs: tuple[Carbs, ...] = ()
    temp_basals: Sequence[TempBasal] = ()
    therapies: tuple[Therapy, ...] = ()
    valid: tuple[Therapy, ...] = ()
    """The settings that basal is computed with: those, or others that are not shown."""
    switches: tuple[ProfileSwitch, ...] = ()
    loop_states: Sequence[LoopState] = ()
    mode_changes: tuple[ModeChange, ...] = ()
    events: tuple[Event, ...] = ()
    shared: Shared = EVERYTHING
