"""Reads rows of v1's shape into material: with whatever fields a view left in them, newest first or in any order."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import attrgetter
from typing import Any, Final

from proxy.report.devicestates import read_states
from proxy.report.facts import EVERYTHING, Event, EventKind, Material, Readings, Shared
from proxy.report.happenings import in_order
from proxy.report.rows import batches, column, get, moments, number, text
from proxy.report.series import LOWEST
from proxy.report.therapy import read_therapies
from proxy.report.treatments import read_treatments

HIGHEST: Final = 1000
_MOST_DEVICES: Final = 1000
_METERS: Final[Mapping[str, EventKind]] = {"mbg": "fingerstick", "cal": "calibration"}


def read_material(
    *,
    entries: Iterable[Any] = (),
    treatments: Iterable[Any] = (),
    devicestatus: Iterable[Any] = (),
    profiles: Iterable[Any] = (),
    switches: Iterable[Any] = (),
    shared: Shared = EVERYTHING,
) -> Material:
    """Read rows (dicts or a view's structs), which may be streams.

    Rows from before the period help: a temp basal, a mode, an override that ran when it began, the settings valid
    then. If total insulin derives from settings that are not shown, `profiles` are given all the same (`shared` tells
    what they are for), and as `switches` the Profile Switch treatments that are not shown: these make no events.
    """
    measured = read_entries(entries)
    treated = read_treatments(treatments)
    inside = read_treatments(switches).switches if shared.total_insulin else []
    states, alarms = read_states(devicestatus)
    return Material(
        readings=_in_order(measured.readings),
        devices=tuple(measured.devices),
        doses=tuple(sorted(treated.doses, key=lambda dose: (dose.at_ms, dose.units, dose.event_type))),
        extended=tuple(sorted(treated.extended, key=attrgetter("start_ms", "end_ms"))),
        carbs=tuple(sorted(treated.carbs, key=attrgetter("at_ms", "grams"))),
        temp_basals=tuple(sorted(treated.temp_basals, key=attrgetter("start_ms", "end_ms"))),
        therapies=read_therapies(profiles),
        switches=tuple(sorted([*treated.switches, *inside], key=attrgetter("at_ms"))),
        loop_states=tuple(sorted(states, key=attrgetter("at_ms"))),
        mode_changes=tuple(sorted(treated.mode_changes, key=attrgetter("at_ms"))),
        events=in_order([*measured.events, *treated.events, *alarms]),
        shared=shared,
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """What entries say, in the order of the rows; devices by name, "" first, for none."""

    readings: Readings = field(default_factory=Readings)
    devices: dict[str, int] = field(default_factory=lambda: {"": 0})
    events: list[Event] = field(default_factory=list)


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
        name = "" if device is None else text(device)
        if name not in devices and len(devices) < _MOST_DEVICES:
            devices[name] = len(devices)
        readings.at.append(at)
        readings.mgdl.append(value)
        readings.device.append(devices.get(name, 0))
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
