"""Finished summaries, remembered as long as the rows that they were computed from are.

A study's mark names its view (and so the policy's snapshot), its span and each reading of Nightscout that is in it:
when any of that is another, so is the mark, and what was remembered is found by nobody any more.
"""

from collections import OrderedDict
from threading import Lock
from typing import Final

from proxy.core.policy import Policy
from proxy.core.study import Study
from proxy.report.model import Summary
from proxy.visit.choices import Choice
from proxy.visit.reckoning import summary_of

MOST_READINGS: Final = 150_000
"""A summary keeps each day's curve: a hundred bytes for each reading."""
_EACH: Final = 1000
"""What a summary takes besides, in readings."""


class Remembered:
    """Summaries by study and targets, the latest ones; asked from several threads."""

    def __init__(self, most_readings: int = MOST_READINGS) -> None:
        self._most = most_readings
        self._kept: OrderedDict[tuple[object, ...], Summary] = OrderedDict()
        self._readings = 0
        self._lock = Lock()

    def summary(self, study: Study, choice: Choice, policy: Policy, *, now: int) -> Summary:
        """Compute the figures of a study, or give them again."""
        name = (*study.mark, choice.targets.name)
        with self._lock:
            if study.mark and name in self._kept:
                self._kept.move_to_end(name)
                return self._kept[name]
        made = summary_of(study, choice, policy, now=now)
        if study.mark:
            with self._lock:
                self._keep(name, made)
        return made

    def _keep(self, name: tuple[object, ...], made: Summary) -> None:
        if name in self._kept:  # two asked at once
            return
        self._kept[name] = made
        self._readings += _weight(made)
        while self._readings > self._most:
            _, gone = self._kept.popitem(last=False)
            self._readings -= _weight(gone)


def _weight(summary: Summary) -> int:
    return summary.period.glucose.readings + _EACH
