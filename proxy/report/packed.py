"""Loop states and temp basals in columns, as readings are: of a year of a loop there are two hundred thousand.

Each is a sequence as a tuple of them would be, and makes one when it is asked for: twenty to forty bytes of each are
held instead of two hundred.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import isnan, nan
from typing import Any, Final, overload

from proxy.report.facts import LoopState, TempBasal

_LATEST: Final = 1 << 62
"""What was written as later than a column can hold is later than everything all the same."""
_Kind = tuple[Any, ...]
"""All of a state but its moments: there are few different ones."""


@dataclass(frozen=True, slots=True)
class PackedStates(Sequence[LoopState]):
    """Loop states, in the order in which they were added."""

    at: "array[int]" = field(default_factory=lambda: array("q"))
    enacted: "array[int]" = field(default_factory=lambda: array("q"))
    """-1 for none."""
    kind: "array[int]" = field(default_factory=lambda: array("I"))
    kinds: list[_Kind] = field(default_factory=list)
    places: dict[_Kind, int] = field(default_factory=dict)

    def extend(self, states: Iterable[LoopState]) -> None:
        """Add states."""
        for one in states:
            kind = (one.system, one.suggested, one.failed, one.suspended, one.override, one.pump)
            if kind not in self.places:
                self.places[kind] = len(self.kinds)
                self.kinds.append(kind)
            self.at.append(min(one.at_ms, _LATEST))
            self.enacted.append(-1 if one.enacted_ms is None else min(one.enacted_ms, _LATEST))
            self.kind.append(self.places[kind])

    def in_order(self) -> "PackedStates":
        """Give them in order of time; those of one moment stay as they are."""
        order = sorted(range(len(self.at)), key=self.at.__getitem__)
        return self._with(*(_turned(column, order) for column in (self.at, self.enacted, self.kind)))

    def __len__(self) -> int:
        """Count them."""
        return len(self.at)

    @overload
    def __getitem__(self, place: int) -> LoopState: ...
    @overload
    def __getitem__(self, place: slice) -> "PackedStates": ...
    def __getitem__(self, place: int | slice) -> "LoopState | PackedStates":
        """Make one, or cut some out."""
        if isinstance(place, slice):
            return self._with(self.at[place], self.enacted[place], self.kind[place])
        return self._made(self.at[place], self.enacted[place], self.kind[place])

    def __iter__(self) -> Iterator[LoopState]:
        """Make one after the other."""
        return map(self._made, self.at, self.enacted, self.kind)

    def _with(self, at: "array[int]", enacted: "array[int]", kind: "array[int]") -> "PackedStates":
        return PackedStates(at, enacted, kind, self.kinds, self.places)

    def _made(self, at: int, enacted: int, kind: int) -> LoopState:
        system, suggested, failed, suspended, override, pump = self.kinds[kind]
        happened = None if enacted < 0 else enacted
        return LoopState(at, system, happened, suggested, failed, suspended, override, pump)


@dataclass(frozen=True, slots=True)
class PackedTemps(Sequence[TempBasal]):
    """Temp basals, in the order in which they were added; what one doesn't tell is not a number."""

    start: "array[int]" = field(default_factory=lambda: array("q"))
    end: "array[int]" = field(default_factory=lambda: array("q"))
    rate: "array[float]" = field(default_factory=lambda: array("d"))
    percent: "array[float]" = field(default_factory=lambda: array("d"))
    amount: "array[float]" = field(default_factory=lambda: array("d"))

    def extend(self, temps: Iterable[TempBasal]) -> None:
        """Add temp basals."""
        for one in temps:
            self.start.append(min(one.start_ms, _LATEST))
            self.end.append(min(one.end_ms, _LATEST))
            for column, value in zip(self._told, (one.rate, one.percent, one.amount), strict=True):
                column.append(nan if value is None else value)

    def in_order(self) -> "PackedTemps":
        """Give them in order of beginning and end; equal ones stay as they are."""
        spans = (self.start, self.end)
        order = sorted(range(len(self.start)), key=lambda place: (self.start[place], self.end[place]))
        return PackedTemps(
            *(_turned(column, order) for column in spans), *(_turned(column, order) for column in self._told)
        )

    def __len__(self) -> int:
        """Count them."""
        return len(self.start)

    @overload
    def __getitem__(self, place: int) -> TempBasal: ...
    @overload
    def __getitem__(self, place: slice) -> "PackedTemps": ...
    def __getitem__(self, place: int | slice) -> "TempBasal | PackedTemps":
        """Make one, or cut some out."""
        if isinstance(place, slice):
            told = (column[place] for column in self._told)
            return PackedTemps(self.start[place], self.end[place], *told)
        return _temp(self.start[place], self.end[place], *(column[place] for column in self._told))

    def __iter__(self) -> Iterator[TempBasal]:
        """Make one after the other."""
        return map(_temp, self.start, self.end, *self._told)

    @property
    def _told(self) -> tuple["array[float]", "array[float]", "array[float]"]:
        return self.rate, self.percent, self.amount


def _temp(start: int, end: int, rate: float, percent: float, amount: float) -> TempBasal:
    return TempBasal(
        start,
        end,
        None if isnan(rate) else rate,
        None if isnan(percent) else percent,
        None if isnan(amount) else amount,
    )


def _turned(column: "array[Any]", order: Sequence[int]) -> "array[Any]":
    return array(column.typecode, map(column.__getitem__, order))
