"""Reads device states: whether a loop ran, whether it really did something, whether the pump was suspended."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import Any, Final

from proxy.report.facts import MINUTE, Event, LoopState
from proxy.report.pumps import pump_names
from proxy.report.rows import batches, column, instant, moments, text

FRESH_MS: Final = 15 * MINUTE
"""A cycle covers as much; what was enacted longer ago than this is an old one, sent again."""


def read_states(rows: Iterable[Any]) -> tuple[list[LoopState], list[Event]]:
    """Read device states that say something of a loop or pump, and the alarms in their texts."""
    states: list[LoopState] = []
    alarms: list[Event] = []
    for part in batches(rows):
        valid = [told is not False for told in column(part, "isValid")]
        rows_at = list(compress(moments(part, "created_at", "date", "mills"), valid))
        dated = [row for row, at in zip(compress(part, valid), rows_at, strict=True) if at is not None]
        at = [moment for moment in rows_at if moment is not None]
        states += _states(dated, at)
        for words in (column(dated, "loop", "failureReason"), column(dated, "pump", "status", "status")):
            alarms += _alarms(at, words)
    return states, alarms


_ALARM: Final = re.compile(r"occlu|blockage|blocked|no ?delivery|alarm", re.IGNORECASE)


def is_alarm(words: str) -> bool:
    """Say whether a text may tell of an occlusion: Nightscout has no such event."""
    return _ALARM.search(words) is not None


def _alarms(at: Sequence[int], words: Sequence[Any]) -> Iterator[Event]:
    for moment, told in zip(at, words, strict=True):
        if told is not None and told != "normal" and isinstance(told, str) and is_alarm(told):
            yield Event(moment, "possible_occlusion", words=told)


def _states(rows: Sequence[Any], at: Sequence[int]) -> list[LoopState]:
    """Read states in columns: of a loop, of what it did, of the pump."""
    loops, openaps, pumps = column(rows, "loop"), column(rows, "openaps"), column(rows, "pump")
    ran = [loop or other for loop, other in zip(loops, openaps, strict=True)]
    columns = zip(
        at,
        ["loop" if loop else "openaps" if other else "" for loop, other in zip(loops, openaps, strict=True)],
        _enacted(column(ran, "enacted"), at),
        column(loops, "failureReason"),
        column(openaps, "suggested"),
        _suspended(pumps),
        column(rows, "override", "active"),
        pump_names(column(pumps, "manufacturer"), column(pumps, "model")),
        strict=True,
    )
    return [
        LoopState(
            moment,
            system,
            enacted,
            suggested is not None,
            failure is not None and system == "loop" and text(failure) != "",
            suspended,
            override if override is True or override is False else None,
            pump,
        )
        for moment, system, enacted, failure, suggested, suspended, override, pump in columns
        if system or pump or suspended is not None
    ]


def _enacted(enacted: Sequence[Any], at: Sequence[int]) -> Iterator[int | None]:
    """Give when a dose was enacted; None if it wasn't, if the pump did not get it, or if that is long past."""
    told = (column(enacted, name) for name in ("received", "recieved", "timestamp"))
    for done, received, recieved, timestamp, written in zip(enacted, *told, at, strict=True):
        if not done or received is False or recieved is False:
            yield None
            continue
        # Some documents have no moment of their own: without the document's, nothing would ever count as enacted.
        moment = instant(timestamp) or written
        yield moment if written - moment <= FRESH_MS else None


def _suspended(pumps: Sequence[Any]) -> list[bool | None]:
    told = zip(column(pumps, "suspended"), column(pumps, "status", "suspended"), strict=True)
    either = [status if itself is None else itself for itself, status in told]
    return [one if one is True or one is False else None for one in either]
