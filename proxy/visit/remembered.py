"""Finished summaries, remembered as long as the rows that they were computed from are.

A study's mark names its view (and so the policy's snapshot), its span and each reading of Nightscout that is in it:
when any of that is another, so is the mark, and what was remembered is found by nobody any more. Of rows, the most are
older than a day or two and the same as in the study before: what they say is remembered by itself.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from proxy.core.policy import Policy
from proxy.core.study import Part, Study

if (
    TYPE_CHECKING
):  # what reckons is loaded with the first page that is made of readings, not when serving begins
    from proxy.report.facts import Material
    from proxy.report.material import Facts
    from proxy.report.model import Summary
    from proxy.report.pdf import Press
    from proxy.visit.choices import Choice

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
        self._facts: _Kept[Facts] = _Kept(most_readings)
        self._press: Press | None = None

    def forget_unasked(self) -> None:
        """Let go of what was not asked for since the last call: nobody looks at it any more."""
        for kept in (self._summaries, self._materials, self._facts):
            kept.forget_unasked()

    def press(self) -> "Press":
        """Give what sets this process's PDF files."""
        from proxy.report.pdf import Press  # noqa: PLC0415 - as above

        self._press = self._press or Press()
        return self._press

    def summary(self, study: Study, choice: "Choice", policy: Policy, *, now: int) -> "Summary":
        """Compute the figures of a study, or give them again."""
        from proxy.visit.reckoning import figures_of  # noqa: PLC0415 - as above

        def made() -> tuple["Summary", int]:
            found = figures_of(self.material(study, policy), study, choice, now=now)
            return found, found.period.glucose.readings

        return self._summaries.get((*_name(study), choice.targets.name) if study.mark else None, made)

    def material(self, study: Study, policy: Policy) -> "Material":
        """Read the rows of a study, or give what was read from them before."""
        from proxy.visit.reckoning import facts_of, material_of  # noqa: PLC0415 - as above

        def said(part: Part) -> "Facts":
            def made() -> tuple["Facts", int]:
                read = facts_of(part)
                return read, read.size

            return self._facts.get((study.mark[0], part.collection, part.edition), made)

        def made() -> tuple["Material", int]:
            read = material_of(study, policy, said)
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
        self._asked: set[tuple[object, ...]] = set()
        self._weight = 0
        self._making: dict[tuple[object, ...], Lock] = {}
        self._lock = Lock()

    def get(self, name: tuple[object, ...] | None, make: Callable[[], tuple[T, int]]) -> T:
        """Give what is held by a name, or make it, with its weight, and hold it; None is no name."""
        if name is None:
            return make()[0]
        with self._lock:
            turn = self._making.setdefault(name, Lock())
        with turn:  # whoever asks for the same meanwhile waits for it
            try:
                with self._lock:
                    self._asked.add(name)
                    held = self._held.get(name)
                    if held is not None:
                        self._held.move_to_end(name)
                        return held[0]
                value, weight = make()
                with self._lock:
                    self._hold(name, value, weight + _EACH)
                return value
            finally:
                with self._lock:
                    self._making.pop(name, None)

    def forget_unasked(self) -> None:
        """Let go of what was not asked for since the last call."""
        with self._lock:
            for name in self._held.keys() - self._asked:
                self._weight -= self._held.pop(name)[1]
            self._asked.clear()

    def _hold(self, name: tuple[object, ...], value: T, weight: int) -> None:
        if name in self._held:  # two asked at once
            return
        self._held[name] = value, weight
        self._weight += weight
        while self._weight > self._most:
            _, (_, gone) = self._held.popitem(last=False)
            self._weight -= gone
