"""What is done to values after they have been read: dates, ids and words are written anew.

Works on columns, not on rows: one pass per place in the tree over all rows, because ninety days of device
status hold hundreds of thousands of timestamps.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

import msgspec

from proxy.core.pseudonym import Pseudonyms
from proxy.core.shape import LATEST_MS, Node

_WRITTEN_ANEW = re.compile(
    r"(?:[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z\n)*"
)
_HARMLESS = str.maketrans(
    {"<": "‹", ">": "›", "&": "＆", '"': "”", "'": "’", "`": "’"}  # noqa: RUF001 - look-alikes are the point
    | dict.fromkeys((*range(32), *range(127, 160)), " ")
    | dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF), None)
    | dict.fromkeys(range(0xD800, 0xE000), None)
)


def tidy(node: Node, structs: Sequence[Any], pseudonyms: Pseudonyms) -> None:
    """Write the values of `structs` (all of this node) anew, in place, and drop objects that are empty."""
    for child in node.children.values():
        if child.leaf is not None:
            _leaves(child, structs, pseudonyms)
        else:
            _objects(child, structs, pseudonyms)


def _leaves(child: Node, structs: Sequence[Any], pseudonyms: Pseudonyms) -> None:
    assert child.leaf is not None
    name = child.name
    match child.leaf.kind:
        case "iso" | "time":
            _column(name, structs, instants)
        case "ms":
            _column(name, structs, moments)
        case "id":
            _column(name, structs, pseudonyms.many)
        case "text":
            _column(name, structs, lambda texts: [harmless(text) for text in texts])
        case _:
            pass


def _column(name: str, structs: Sequence[Any], write: Callable[[Sequence[Any]], Sequence[Any]]) -> None:
    before: list[Any] = list(map(attrgetter(name), structs))
    missing = before.count(None)
    if missing == len(before):
        return
    if missing:
        structs = [struct for struct, value in zip(structs, before, strict=True) if value is not None]
        before = [value for value in before if value is not None]
    after: Sequence[Any] = (
        [list(write(item)) for item in before] if isinstance(before[0], list) else write(before)
    )
    if after is not before:
        for struct, value in zip(structs, after, strict=True):
            setattr(struct, name, value)


def moments(values: Sequence[Any]) -> Sequence[Any]:
    """Write epoch milliseconds as whole numbers."""
    return [round(value) for value in values] if float in set(map(type, values)) else values


def instants(values: Sequence[Any]) -> Sequence[Any]:
    """Write timestamps anew in UTC; None for what is none. The same list comes back if nothing changed."""
    try:
        if _WRITTEN_ANEW.fullmatch("\n".join(values) + "\n") and all(map(parse, values)):
            return values
    except (TypeError, ValueError):
        pass  # a number among the texts, or the 30th of February: one by one
    return [instant(value) if isinstance(value, str) else round(value) for value in values]


parse = datetime.fromisoformat


def instant(text: str) -> str | None:
    """Write one timestamp anew as 2026-11-23T10:00:00.000Z; without an offset it is taken as UTC."""
    at = milliseconds(text)
    if at is None:
        return None
    return written(at)


def written(at: int) -> str:
    """Write epoch milliseconds as Nightscout does."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"


def milliseconds(text: str) -> int | None:
    """Read a timestamp as epoch milliseconds; None if it isn't one between 1970 and 2100."""
    try:
        at = parse(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    whole = round(at.timestamp() * 1000)
    return whole if 0 <= whole <= LATEST_MS else None


def harmless(text: str) -> str:
    """Take out of a text what could act on a page: control and direction marks, markup and quotes.

    Nightscout's pages print notes without escaping them (reference: its renderer's tooltips).
    """
    return text.translate(_HARMLESS).strip()


def _objects(child: Node, structs: Sequence[Any], pseudonyms: Pseudonyms) -> None:
    name = child.name
    held = [struct for struct in structs if getattr(struct, name) is not None]
    if not held:
        return
    boxes = list(map(attrgetter(name), held))
    tidy(
        child, [inner for box in boxes for inner in _inside(box)] if child.box != "one" else boxes, pseudonyms
    )
    for struct, box in zip(held, boxes, strict=True):
        kept = _filled(box, child.empty)
        if kept is not box:
            setattr(struct, name, kept)


def _inside(box: Any) -> Iterable[Any]:
    if isinstance(box, dict):
        return box.values()
    return box if isinstance(box, list) else (box,)


def _filled(box: Any, empty: Any) -> Any:
    """Drop objects without a value: that there was something hidden in them must not show."""
    if isinstance(box, dict):
        # Names of profiles are the patient's words. So is their order: JavaScript puts names like "7" first.
        kept = sorted((inner for inner in box.values() if inner != empty), key=msgspec.json.encode)
        return {f"Profile {number}": inner for number, inner in enumerate(kept, 1)} or None
    if isinstance(box, list):
        kept = [inner for inner in box if inner != empty]
        return box if len(kept) == len(box) and kept else kept or None
    return None if box == empty else box
