"""Reads rows into material that holds what is many in columns: for a file of a year."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from proxy.report.devicestates import read_states
from proxy.report.facts import EVERYTHING, Event, Material, Readings, Shared
from proxy.report.material import Facts, gathered, read_entries
from proxy.report.packed import PackedStates, PackedTemps
from proxy.report.rows import batches
from proxy.report.therapy import read_therapies
from proxy.report.treatments import Treatments, read_treatments


def read_packed(
    *,
    entries: Iterable[Any] = (),
    treatments: Iterable[Any] = (),
    devicestatus: Iterable[Any] = (),
    profiles: Iterable[Any] = (),
    inside: Mapping[str, Iterable[Any]] | None = None,
    shared: Shared = EVERYTHING,
) -> Material:
    """Read streams of rows as `read_material` does, into the same material."""
    measured = read_entries(entries)
    _turn(measured.readings)
    treated, temps = _treatments(treatments)
    states, alarms = _states(devicestatus)
    facts = Facts(measured, treated, (), alarms, read_therapies(profiles))
    material = gathered([facts], inside=inside, shared=shared)
    return replace(material, temp_basals=temps.in_order(), loop_states=states.in_order())


def _turn(readings: Readings) -> None:
    """Turn what came newest first around where it stands: a second set of columns would be as much again."""
    if all(a >= b for a, b in pairwise(readings.at)):
        for column in (readings.at, readings.mgdl, readings.device, readings.count):
            column.reverse()


def _treatments(rows: Iterable[Any]) -> tuple[Treatments, PackedTemps]:
    whole, temps = Treatments(), PackedTemps()
    for part in batches(rows):
        read = read_treatments(part)
        temps.extend(read.temp_basals)
        for name in ("doses", "extended", "carbs"):
            getattr(whole, name).update(getattr(read, name))
        for name in ("switches", "mode_changes", "events"):
            getattr(whole, name).extend(getattr(read, name))
    return whole, temps


def _states(rows: Iterable[Any]) -> tuple[PackedStates, list[Event]]:
    states, alarms = PackedStates(), list[Event]()
    for part in batches(rows):
        found, said = read_states(part)
        states.extend(found)
        alarms += said
    return states, alarms
