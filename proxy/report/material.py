"""Reads rows of v1's shape into material: with whatever fields a view left in them, newest first or in any order.

In two steps, so that rows which were read before need not be read again beside some new ones: rows into facts, and the
facts of all of them into material.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from operator import attrgetter
from typing import Any, Final

from proxy.report.devicestates import read_states
from proxy.report.facts import (
    EVERYTHING,
    Event,
    EventKind,
    LoopState,
    Material,
    ProfileSwitch,
    Readings,
    Shared,
    Therapy,
)
from proxy.report.happenings import in_order
from proxy.report.rows import batches, column, get, moments, number, text
from proxy.report.series import LOWEST
from proxy.report.therapy import read_therapies
from proxy.report.treatments import Treatments, read_treatments

HIGHEST: Final = 1000
_MOST_DEVICES: Final = 1000
_METERS: Final[Mapping[str, EventKind]] = {"mbg": "fingerstick", "cal": "calibration"}


def read_material(
    *,
    entries: Iterable[Any] = (),
    treatments: Iterable[Any] = (),
    devicestatus: Iterable[Any] = (),
    profiles: Iterable[Any] = (),
    inside: Mapping[str, Iterable[Any]] | None = None,
    shared: Shared = EVERYTHING,
) -> Material:
    """Read rows (dicts or a view's structs), which may be streams.

    Rows from before the period help: a temp basal, a mode, an override that ran when it began, the settings valid
    then. If total insulin derives from settings or switches that are not shown, they are given `inside`, as "profile" and
    "treatments": from these it is computed, and they make nothing else, no settings and no events.
    """
    found = read_facts(entries=entries, treatments=treatments, devicestatus=devicestatus, profiles=profiles)
    return gathered([found], inside=inside, shared=shared)


def gathered(
    facts: Sequence["Facts"],
    *,
    inside: Mapping[str, Iterable[Any]] | None = None,
    shared: Shared = EVERYTHING,
) -> Material:
    """Put facts in order; those of one collection in the order of its rows."""
    measured = _measured([one.measured for one in facts])
    treated = _treated([one.treated for one in facts])
    therapies = tuple(chain.from_iterable(one.therapies for one in facts))
    valid, switches = (therapies, treated.switches) if inside is None else _inside(inside)
    return Material(
        readings=_in_order(measured.readings),
        devices=tuple(measured.devices),
        doses=tuple(sorted(treated.doses, key=lambda dose: (dose.at_ms, dose.units, dose.event_type))),
        extended=tuple(sorted(treated.extended, key=attrgetter("start_ms", "end_ms"))),
        carbs=tuple(sorted(treated.carbs, key=attrgetter("at_ms", "grams"))),
        temp_basals=tuple(sorted(treated.temp_basals, key=attrgetter("start_ms", "end_ms"))),
        therapies=therapies,
        valid=valid,
        switches=tuple(sorted(switches, key=attrgetter("at_ms"))),
        loop_states=tuple(sorted(chain.from_iterable(one.states for one in facts), key=attrgetter("at_ms"))),
        mode_changes=tuple(sorted(treated.mode_changes, key=attrgetter("at_ms"))),
        events=in_order(
            [*measured.events, *treated.events, *chain.from_iterable(one.alarms for one in facts)]
        ),
        shared=shared,
    )


def _inside(rows: Mapping[str, Iterable[Any]]) -> tuple[tuple[Therapy, ...], list[ProfileSwitch]]:
    """Read what is computed with and not shown."""
    switches = read_treatments(rows.get("treatments", ())).switches
    return read_therapies(rows.get("profile", ())), switches


@dataclass(frozen=True, slots=True)
class Measured:
    """What entries say, in the order of the rows; devices by name, "" first, for none."""

    readings: Readings = field(default_factory=Readings)
    devices: dict[str, int] = field(default_factory=lambda: {"": 0})
    events: list[Event] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Facts:
    """What some rows say, in their order."""

    measured: Measured
    treated: Treatments
    states: Sequence[LoopState]
    alarms: Sequence[Event]
    therapies: tuple[Therapy, ...]

    @property
    def size(self) -> int:
        """Give how many there are, of those that are many."""
        return sum(
            map(len, (self.measured.readings.at, self.states, self.treated.doses, self.treated.temp_basals))
        )


def read_facts(
    *,
    entries: Iterable[Any] = (),
    treatments: Iterable[Any] = (),
    devicestatus: Iterable[Any] = (),
    profiles: Iterable[Any] = (),
) -> Facts:
    """Read rows; those of the profile all at once, since each of its records ends the one before."""
    states, alarms = read_states(devicestatus)
    return Facts(read_entries(entries), read_treatments(treatments), states, alarms, read_therapies(profiles))


def _measured(parts: Sequence[Measured]) -> Measured:
    if len(parts) == 1:
        return parts[0]
    whole = Measured()
    for part in parts:
        # The same devices have other numbers in another part.
        places = [_device(whole.devices, name) for name in part.devices]
        read, one = whole.readings, part.readings
        read.at.extend(one.at)
        read.mgdl.extend(one.mgdl)
        read.count.extend(one.count)
        same = places == list(range(len(places)))
        read.device.extend(one.device if same else array("H", map(places.__getitem__, one.device)))
        whole.events.extend(part.events)
    return whole


def _device(devices: dict[str, int], name: str) -> int:
    if name not in devices and len(devices) < _MOST_DEVICES:
        devices[name] = len(devices)
    return devices.get(name, 0)


def _treated(parts: Sequence[Treatments]) -> Treatments:
    if len(parts) == 1:
        return parts[0]
    whole = Treatments()
    for part in parts:
        for name in ("doses", "extended", "carbs"):
            getattr(whole, name).update(getattr(part, name))
        for name in ("temp_basals", "switches", "mode_changes", "events"):
            getattr(whole, name).extend(getattr(part, name))
    return whole


def read_entries(entries: Iterable[Any]) -> Measured:
    """Read sensor readings, fingersticks and calibrations; what is no number, or a sensor's error code, is left out."""
    read = Measured()
    for part in batches(entries):
        when = moments(part, "date", "dateString", "mills", "created_at")
        valid = [
            None if told is False else at for at, told in zip(when, column(part, "isValid"), strict=True)
        ]
        kinds = column(part, "type")
        _readings(read, valid, kinds, part)
        if not _METERS.keys().isdisjoint(kinds):
            read.events.extend(
                Event(at, _METERS[kind], value=number(get(row, "mbg")))
                for at, kind, row in zip(valid, kinds, part, strict=True)
                if at is not None and kind in _METERS
            )
    return read


def _readings(read: Measured, when: Sequence[int | None], kinds: Sequence[Any], rows: Sequence[Any]) -> None:
    columns = (column(rows, "sgv"), column(rows, "device"), column(rows, "n"))
    readings, devices = read.readings, read.devices
    for at, kind, sgv, device, count in zip(when, kinds, *columns, strict=True):
        value = sgv if type(sgv) is int else number(sgv)
        if at is None or kind != "sgv" or value is None or not LOWEST <= value <= HIGHEST:
            continue
        place = _device(devices, "" if device is None else text(device))
        readings.at.append(at)
        readings.mgdl.append(value)
        readings.device.append(place)
        readings.count.append(1 if count is None else max(1, round(number(count) or 1)))


def _in_order(readings: Readings) -> Readings:
    at = readings.at
    if all(a <= b for a, b in pairwise(at)):
        return readings
    # Nightscout answers newest first: turning that around needs no list of half a million places.
    if all(a >= b for a, b in pairwise(at)):
        return Readings(at[::-1], readings.mgdl[::-1], readings.device[::-1], readings.count[::-1])
    order = sorted(range(len(at)), key=at.__getitem__)
    return Readings(
        array("q", map(at.__getitem__, order)),
        array("d", map(readings.mgdl.__getitem__, order)),
        array("H", map(readings.device.__getitem__, order)),
        array("I", map(readings.count.__getitem__, order)),
    )
