"""Finished summaries, remembered as long as the rows that they were computed from are.

A study's mark names its view (and so the policy's snapshot), its span and each reading of Nightscout that is in it:
when any of that is another, so is the mark, and what was remembered is found by nobody any more.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final, Generic, TypeVar

from proxy.core.policy import Policy
from proxy.core.study import Study
from proxy.report.facts import Material
from proxy.report.model import Summary
from proxy.visit.choices import Choice
from proxy.visit.reckoning import figures_of, material_of

MOST_READINGS: Final = 150_000
"""A summary keeps each day's curve, a hundred bytes for each reading; material as much for each fact."""
_EACH: Final = 1000
"""What one takes besides, in readings."""

T = TypeVar("T")


class Remembered:
    """Summaries, and the material that they and files are made of: the latest ones; asked from several threads."""

    def __init__(self, most_readings: int = MOST_READINGS) -> None:
        self._summaries: _Kept[Summary] = _Kept(most_readings)
        self._materials: _Kept[Material] = _Kept(most_readings)

    def summary(self, study: Study, choice: Choice, policy: Policy, *, now: int) -> Summary:
        """Compute the figures of a study, or give them again."""

        def made() -> tuple[Summary, int]:
            found = figures_of(self.material(study, policy), study, choice, now=now)
            return found, found.period.glucose.readings

        return self._summaries.get((*_name(study), choice.targets.name) if study.mark else None, made)

    def material(self, study: Study, policy: Policy) -> Material:
        """Read the rows of a study, or give what was read from them before."""

        def made() -> tuple[Material, int]:
            read = material_of(study, policy)
            return read, sum(map(len, (read.readings.at, read.loop_states, read.doses, read.temp_basals)))

        return self._materials.get(_name(study) if study.mark else None, made)


def _name(study: Study) -> tuple[object, ...]:
    # The zone too: a file without identifiers shows the same rows by an offset.
    return (study.zone, *study.mark)


class _Kept(Generic[T]):
    """Values by name, the latest ones, up to a weight."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[tuple[object, ...], tuple[T, int]] = OrderedDict()
        self._weight = 0
        self._lock = Lock()

    def get(self, name: tuple[object, ...] | None, make: Callable[[], tuple[T, int]]) -> T:
        """Give what is held by a name, or make it, with its weight, and hold it; None is no name."""
        with self._lock:
            held = None if name is None else self._held.get(name)
            if name is not None and held is not None:
                self._held.move_to_end(name)
                return held[0]
        value, weight = make()
        if name is not None:
            with self._lock:
                self._hold(name, value, weight + _EACH)
        return value

    def _hold(self, name: tuple[object, ...], value: T, weight: int) -> None:
        if name in self._held:  # two asked at once
            return
        self._held[name] = value, weight
        self._weight += weight
        while self._weight > self._most:
            _, (_, gone) = self._held.popitem(last=False)
            self._weight -= gone
