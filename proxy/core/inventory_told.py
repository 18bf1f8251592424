"""An inventory in words and as an object, with examples only where they were asked for. Pure."""

from typing import Any, Final

from proxy.core.instants import written
from proxy.core.inventory import Collected, Seen, telling, unknown

SORT_WORDS: Final = {
    "name": "a name",
    "mail": "a mail address",
    "phone": "a phone number",
    "address": "a street address",
    "place": "a place (time zone)",
    "web": "an internet address",
    "serial": "a serial number",
    "key": "a key or token",
}
COLLECTION_WORDS: Final = {
    "entries": "Glucose readings (entries)",
    "treatments": "Treatments",
    "devicestatus": "Pump and loop status (devicestatus)",
    "profile": "Pump settings (profile)",
    "food": "Food list",
    "activity": "Activity",
}
CLASS_WORDS: Final = {
    "row": "comes with every row",
    "glucose": "glucose",
    "insulin": "insulin",
    "carbs": "carbohydrates",
    "device": "devices",
    "loop": "loop",
    "settings": "settings",
    "activity": "activity",
    "identifier": "identifier: only if a policy names it",
    "text": "text: only if a policy names it",
    "chat": "messages: only if a policy names it",
    "secret": "secret: never",
}
UNKNOWN: Final = "not known: never"
RENAMED: Final = "never: written as Profile 1, 2 …"
KIND_WORDS: Final = {
    "yes or no": "yes or no",
    "number": "number",
    "text": "text",
    "empty text": "empty text",
    "moment": "point in time",
    "id": "identifier",
    "nothing": "nothing",
    "nested": "nested",
}


def leaves_as(seen: Seen) -> str:
    """Say under which class a path may leave, if at all."""
    if seen.path.endswith(" (its names)"):
        return RENAMED
    return CLASS_WORDS[seen.known.privacy] if seen.known else UNKNOWN


def kinds(seen: Seen) -> str:
    """Name the kinds of value, the most frequent first."""
    return ", ".join(kind for kind, _count in seen.kinds.most_common())


def report(found: Collected) -> list[str]:
    """Give the unknown paths as lines that can be passed on: names of fields and counts, no values."""
    return [f"{found.name}  {each.path}  {kinds(each)}  {each.count}" for each in unknown(found)]


def as_object(found: Collected, *, show: bool) -> dict[str, Any]:
    """Give it with stable keys; texts of the data only with `show`."""
    return {
        "collection": found.name,
        "documents": found.documents,
        "bytes": found.size,
        "deleted": found.deleted,
        "since": _iso(found.since),
        "first": _iso(found.first if found.last else None),
        "last": _iso(found.last or None),
        "unread_parts": found.failed,
        "uploaders": [
            {"app": each.app or None, "documents": each.documents, "last": _iso(each.last or None)}
            | ({"text": each.text} if show else {})
            for each in sorted(found.uploaders.values(), key=lambda each: -each.documents)
        ],
        "looks_private": [
            {"path": each.path, "looks_like": sort, "count": each.sorts[sort][0], "leaves": leaves_as(each)}
            | ({"example": each.sorts[sort][1]} if show else {})
            for sort, each in telling(found)
        ],
        "unknown": [
            {"path": each.path, "kinds": dict(each.kinds), "count": each.count} for each in unknown(found)
        ],
        "fields": [
            {
                "path": each.path,
                "kinds": dict(each.kinds),
                "count": each.count,
                "odd": each.odd,
                "leaves": leaves_as(each),
            }
            for each in sorted(found.paths.values(), key=lambda each: each.path)
        ],
    }


def _iso(at: int | None) -> str | None:
    return None if at is None else written(at)
