"""What a policy shares and withholds, in plain words: from the policy alone, never from the data.

A label that came from the data ("12 notes are not shared") would tell what is withheld.
"""

from dataclasses import dataclass

from proxy.core.catalog import COLLECTIONS
from proxy.core.policy import Detail, Policy

_CLASSES = (
    ("glucose", "Glucose readings"),
    ("insulin", "Insulin: doses, rates and what is on board"),
    ("carbs", "Carbohydrates"),
    ("device", "Pump, sensor and battery state"),
    ("loop", "What the loop planned and predicted"),
    ("settings", "Pump and loop settings"),
    ("activity", "Steps, heart rate and activity"),
    ("text", "Notes and messages"),
    ("identifier", "Names, addresses and serial numbers"),
)
_DETAIL: dict[Detail, str] = {
    "full": "Every reading",
    "15min": "Averages of 15 minutes",
    "hourly": "Hourly averages",
    "daily": "Daily averages",
    "summary": "Figures for the whole period only",
}


@dataclass(frozen=True, slots=True)
class Labels:
    """Shown and withheld, in the order in which pages list them."""

    shown: tuple[str, ...]
    withheld: tuple[str, ...]
    detail: str


def labels(policy: Policy) -> Labels:
    """Give the words for a policy. A class counts as shown if anything of it is."""
    classes = set(classes_shown(policy))
    if "chat" in classes:
        classes.add("text")
    shown = tuple(words for name, words in _CLASSES if name in classes)
    withheld = tuple(words for name, words in _CLASSES if name not in classes)
    return Labels(shown, withheld, _DETAIL[policy.detail])


def classes_shown(policy: Policy) -> frozenset[str]:
    """Give the privacy classes of which a policy shows anything."""
    named = (COLLECTIONS[name][path] for name, shown in policy.collections.items() for path in shown.fields)
    # A moment alone (when a suggestion was made) does not make its class shared.
    return frozenset(field.privacy for field in named if field.kind not in ("iso", "ms", "time"))
