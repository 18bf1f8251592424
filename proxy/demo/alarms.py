"""What Nightscout calls out to everybody on `/alarm`: treatments as they come, and glucose out of range.

As Nightscout sends it, chat, names and notes included, and to clients that nobody has authorized.
"""

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from proxy.demo.feed import Arrived

Row = dict[str, Any]
Notice = tuple[str, Row]
"""Name of the event, and what it says."""
_WARN, _URGENT = 1, 2
_EVENTS: Final = {_WARN: "alarm", _URGENT: "urgent_alarm"}
_PLUGIN: Final = {"pluginType": "notification", "enabled": True}
_NOTIFY: Final = {"name": "treatmentnotify", "label": "Treatment Notifications", **_PLUGIN}
_SIMPLE: Final = {"name": "simplealarms", "label": "Simple Alarms", **_PLUGIN}
_MANUAL: Final = ("BG Check", "Meal Bolus", "Carb Correction", "Correction Bolus")
_LOWEST: Final = 39


class Alarms:
    """Remembers what was called out last. `thresholds` are those of the settings, in mg/dL."""

    def __init__(self, thresholds: Row) -> None:
        self._thresholds = thresholds
        self._level = 0

    def notices(self, arrived: Arrived) -> Iterator[Notice]:
        """Give what is to be called out now that these rows have come."""
        for row in arrived.get("treatments", []):
            if _is_of_a_person(row):
                yield _announcement(row) if row.get("isAnnouncement") else _notification(row)
        values = [row["sgv"] for row in arrived.get("entries", []) if "sgv" in row]
        if values and values[-1] > _LOWEST:
            yield from self._changed(values[-1])

    def silence(self, level: int, group: str) -> Row:
        """Give the all-clear after somebody has acknowledged an alarm."""
        self._level = 0
        named = {_WARN: "Warning", _URGENT: "Urgent"}.get(level, "Info")
        return _clear(f"{group} - {named} was ack'd", group)

    def _changed(self, value: float) -> Iterator[Notice]:
        level, word = self._judged(value)
        before, self._level = self._level, level
        if level and level != before:
            yield _EVENTS[level], self._alarm(level, word, value)
        elif before and not level:
            yield "clear_alarm", _clear("Auto ack'd alarm(s)", "default")

    def _judged(self, value: float) -> tuple[int, str]:
        limits = self._thresholds
        if value > limits["bgTargetTop"]:
            return (_URGENT if value > limits["bgHigh"] else _WARN), "HIGH"
        if value < limits["bgTargetBottom"]:
            return (_URGENT if value < limits["bgLow"] else _WARN), "LOW"
        return 0, ""

    def _alarm(self, level: int, word: str, value: float) -> Row:
        return {
            "level": level,
            "title": f"{'Urgent' if level == _URGENT else 'Warning'} {word}",
            "message": f"BG Now: {value} mg/dl",
            "eventName": word.lower(),
            "plugin": _SIMPLE,
            "pushoverSound": "persistent" if level == _URGENT else "climb" if word == "HIGH" else "falling",
            "debug": {"lastSGV": value, "thresholds": self._thresholds},
            "group": "default",
            "key": f"simplealarms_{level}",
        }


def _clear(message: str, group: str) -> Row:
    return {"clear": True, "title": "All Clear", "message": message, "group": group}


def _is_of_a_person(row: Row) -> bool:
    by = str(row.get("enteredBy", ""))
    return not by.startswith(("openaps://", "loop://")) or row["eventType"] in _MANUAL


def _announcement(row: Row) -> Notice:
    message = row.get("notes", "")
    return "announcement", {
        "level": 0,
        "title": row["eventType"],
        "message": message,
        "plugin": _NOTIFY,
        "group": "Announcement",
        "isAnnouncement": True,
        "key": _key(message),
    }


def _notification(row: Row) -> Notice:
    said = [("BG", "glucose", ""), ("Carbs", "carbs", "g"), ("Insulin", "insulin", "U")]
    lines = [f"{label}: {row[name]}{unit}" for label, name, unit in said if row.get(name)]
    lines += [
        f"{label}: {row[name]}"
        for label, name in (("Entered By", "enteredBy"), ("Notes", "notes"))
        if row.get(name)
    ]
    key = _key(row["eventType"])
    return "notification", {
        "level": 0,
        "title": row["eventType"],
        "message": "\n" + "\n".join(lines),
        "plugin": _NOTIFY,
        "notifyhash": key,
        "group": "default",
        "key": key,
    }


def _key(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()  # noqa: S324  # as Nightscout names its notices
