"""Reads treatments: doses, carbs, temp basals, profile switches, loop modes, and what happened."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from proxy.report.facts import (
    MINUTE,
    OPEN_END_MS,
    Carbs,
    Dose,
    Event,
    EventKind,
    Extended,
    Mode,
    ModeChange,
    ProfileSwitch,
    TempBasal,
)
from proxy.report.rows import duration_ms, first_instant, get, in_mgdl, is_valid, number, text
from proxy.report.therapy import embedded

_FOR_GOOD_MS: Final = 5 * 365 * 24 * 60 * MINUTE
"""AAPS writes "disabled until further notice" as ten years."""
_HOURS_OF_SHIFT: Final = 24
"""A time shift up to this is in hours (older AAPS), a larger one in milliseconds."""
_SHOWN_ONCE: Final[Mapping[str, EventKind]] = {
    "Site Change": "site_change", "Sensor Start": "sensor_start", "Sensor Change": "sensor_start",
    "Sensor Stop": "sensor_stop", "Insulin Change": "insulin_change", "Pump Battery Change": "battery_change",
    "Calibration": "calibration", "Suspend Pump": "suspend", "Basal Suspension": "suspend",
    "Resume Pump": "resume", "Basal Resume": "resume",
}  # fmt: skip
_WORDS: Final[Mapping[str, EventKind]] = {
    "Note": "note", "<none>": "note", "Question": "question", "Announcement": "announcement",
    "D.A.D. Alert": "note",
}  # fmt: skip
_PUMP_NOTES: Final[Mapping[str, EventKind]] = {
    "pumpsuspend": "suspend", "pumpresume": "resume", "prime": "site_change", "rewind": "insulin_change",
}  # fmt: skip
_MODES: Final[Mapping[str, Mode]] = {
    "CLOSED_LOOP": "closed", "CLOSED_LOOP_LGS": "closed", "OPEN_LOOP": "open", "DISABLED_LOOP": "off",
    "SUPER_BOLUS": "suspended", "DISCONNECTED_PUMP": "suspended", "SUSPENDED_BY_PUMP": "suspended",
    "SUSPENDED_BY_USER": "suspended", "SUSPENDED_BY_DST": "suspended",
}  # fmt: skip
_NOT_DELIVERED: Final = frozenset({"PRIMING"})


@dataclass(frozen=True, slots=True)
class Treatments:
    """What was read, in the order of the rows, each thing once."""

    doses: set[Dose] = field(default_factory=set)
    extended: set[Extended] = field(default_factory=set)
    carbs: set[Carbs] = field(default_factory=set)
    temp_basals: list[TempBasal] = field(default_factory=list)
    switches: list[ProfileSwitch] = field(default_factory=list)
    mode_changes: list[ModeChange] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def read_treatments(rows: Iterable[Any]) -> Treatments:
    """Read treatments; a row without an instant, or that was invalidated, is left out."""
    read = Treatments()
    for row in rows:
        at = first_instant(row, "created_at", "date", "mills", "timestamp", "eventTime")
        if at is None or not is_valid(row):
            continue
        kind = text(get(row, "eventType"))
        if kind in _TEMP_BASALS:
            _temp_basal(read, row, at, kind)
            continue
        _insulin_and_carbs(read, row, at, kind)
        if kind in _READERS:
            _READERS[kind](read, row, at, kind)
    return read


def _insulin_and_carbs(read: Treatments, row: Any, at: int, kind: str) -> None:
    units, grams = number(get(row, "insulin")), number(get(row, "carbs"))
    if units is not None and units > 0 and get(row, "type") not in _NOT_DELIVERED:
        automatic = (
            kind == "SMB"
            or get(row, "type") == "SMB"
            or get(row, "isSMB") is True
            or get(row, "automatic") is True
        )
        read.doses.add(Dose(at, units, automatic, get(row, "isBasalInsulin") is True, kind))
    if grams is not None and grams > 0:
        read.carbs.add(Carbs(at, grams))
    _extended(read, row, at)


def _extended(read: Treatments, row: Any, at: int) -> None:
    rate, lasts = number(get(row, "relative")), duration_ms(row)
    if rate is not None and rate > 0 and lasts:
        basal = get(row, "isEmulatingTempBasal") is True
        read.extended.add(Extended(at, at + lasts, rate, basal))


def _temp_basal(read: Treatments, row: Any, at: int, kind: str) -> None:
    lasts = duration_ms(row) or 0
    if kind == "Temp Basal End" or lasts <= 0:
        read.temp_basals.append(TempBasal(at, at))
        return
    rate = number(get(row, "absolute"))
    rate = number(get(row, "rate")) if rate is None else rate
    read.temp_basals.append(
        TempBasal(at, at + lasts, rate, number(get(row, "percent")), number(get(row, "amount")))
    )


def _once(read: Treatments, row: Any, at: int, kind: str) -> None:
    read.events.append(Event(at, _SHOWN_ONCE[kind], end_ms=_end(row, at), words=_words(row)))


def _fingerstick(read: Treatments, row: Any, at: int, _kind: str) -> None:
    value = number(get(row, "glucose"))
    if value is not None and value > 0:
        read.events.append(Event(at, "fingerstick", value=in_mgdl(value, get(row, "units"))))


def _exercise(read: Treatments, row: Any, at: int, kind: str) -> None:
    name: EventKind = "exercise" if kind == "Exercise" else "sleep"
    read.events.append(Event(at, name, end_ms=_end(row, at), words=_words(row)))


def _said(read: Treatments, row: Any, at: int, kind: str) -> None:
    words = _words(row)
    pump = _PUMP_NOTES.get(words.split(" ")[0].casefold()) if words else None
    if pump is not None:
        read.events.append(Event(at, pump, words=words))
    elif words:
        read.events.append(Event(at, _WORDS[kind], words=words))


def _override(read: Treatments, row: Any, at: int, kind: str) -> None:
    """Read an override or temporary target; one that lasts no time ends the one before."""
    name: EventKind = "override" if kind.startswith("Temporary Override") else "temporary_target"
    if kind.endswith("Cancel"):
        end = at
    elif get(row, "durationType") == "indefinite":
        end = OPEN_END_MS
    else:
        end = at + max(0, duration_ms(row) or 0)
    read.events.append(Event(at, name, end_ms=end, words=text(get(row, "reason"))))


def _loop_mode(read: Treatments, row: Any, at: int, _kind: str) -> None:
    lasts = duration_ms(row) or number(get(row, "originalDuration")) or 0
    end = None if lasts <= 0 or lasts >= _FOR_GOOD_MS else round(at + lasts)
    stated = text(get(row, "mode"))
    off = _MODES.get(stated) in ("off", "suspended") or (not stated and lasts > 0)
    if off:
        read.events.append(Event(at, "loop_off", end_ms=OPEN_END_MS if end is None else end))
    if stated in _MODES:
        read.mode_changes.append(ModeChange(at, end, _MODES[stated], stated=True))
    elif stated == "RESUME" or lasts <= 0:
        read.mode_changes.append(ModeChange(at, at, "unknown", stated=bool(stated)))
    else:
        read.mode_changes.append(ModeChange(at, end, "off", stated=False))


def _profile_switch(read: Treatments, row: Any, at: int, _kind: str) -> None:
    lasts = duration_ms(row) or 0
    circadian = get(row, "CircadianPercentageProfile") is not False
    percentage = number(get(row, "percentage")) if circadian else None
    shift = number(get(row, "timeshift")) if circadian else None
    name = text(get(row, "profile"))
    read.switches.append(
        ProfileSwitch(
            at_ms=at,
            end_ms=at + lasts if lasts > 0 else None,
            name=text(get(row, "originalProfileName")) or name,
            percentage=percentage or 100.0,
            shift_ms=_shift_ms(shift or 0.0),
            therapy=embedded(text(get(row, "profileJson")), at, name),
        )
    )
    read.events.append(Event(at, "profile_switch", end_ms=at + lasts if lasts > 0 else None, words=name))


def _shift_ms(shift: float) -> int:
    return round(shift * 60 * MINUTE) if abs(shift) <= _HOURS_OF_SHIFT else round(shift)


def _end(row: Any, at: int) -> int | None:
    lasts = duration_ms(row)
    return at + lasts if lasts is not None and lasts > 0 else None


def _words(row: Any) -> str:
    return text(get(row, "notes")).strip()


_Reader = Callable[[Treatments, Any, int, str], None]
_TEMP_BASALS: Final = frozenset({"Temp Basal", "Temp Basal Start", "Temp Basal End"})
_READERS: Final[Mapping[str, _Reader]] = {
    **dict.fromkeys(_SHOWN_ONCE, _once),
    **dict.fromkeys(_WORDS, _said),
    "BG Check": _fingerstick,
    "Exercise": _exercise,
    "Sleep": _exercise,
    "Temporary Override": _override,
    "Temporary Override Cancel": _override,
    "Temporary Target": _override,
    "Temporary Target Cancel": _override,
    "OpenAPS Offline": _loop_mode,
    "Profile Switch": _profile_switch,
}
