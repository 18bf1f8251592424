"""What is done to values after they have been read: dates, ids and words are written anew.

Works on columns, not on rows: one pass per place in the tree over all rows, because ninety days of device
status hold hundreds of thousands of timestamps.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import compress, repeat
from operator import attrgetter
from typing import Any

import msgspec

from proxy.core.instants import instants, milliseconds, written
from proxy.core.pseudonym import Pseudonyms
from proxy.core.shape import Node

__all__ = ["harmless", "milliseconds", "moments", "put", "tidy", "written"]

_HARMLESS = str.maketrans(
    {"<": "‹", ">": "›", "&": "＆", '"': "”", "'": "’", "`": "’"}  # noqa: RUF001 - look-alikes are the point
    | dict.fromkeys((*range(32), *range(127, 160)), " ")
    | dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF), None)
    | dict.fromkeys(range(0xD800, 0xE000), None)
)

Column = Sequence[Any]
"""The values of one place in all rows."""


def tidy(node: Node, structs: Sequence[Any], pseudonyms: Pseudonyms, *, done: str | None = None) -> None:
    """Write the values of `structs` (all of this node) anew, in place, and drop objects that are empty.

    `done` names a field that has been written anew already: a row's date, which decides before this whether
    and where the row is shown.
    """
    for name, child in node.children.items():
        if name == done:
            continue
        if child.leaf is None:
            _objects(child, structs, pseudonyms)
        elif (write := _writer(child.leaf.kind, pseudonyms)) is not None:
            _column(name, structs, write)


def put(name: str, structs: Sequence[Any], values: Column) -> None:
    """Set a column."""
    deque(map(setattr, structs, repeat(name), values), maxlen=0)


def _writer(kind: str, pseudonyms: Pseudonyms) -> Callable[[Column], Column] | None:
    match kind:
        case "iso" | "time":
            return instants
        case "ms":
            return moments
        case "id":
            return pseudonyms.many
        case "text":
            return lambda texts: [harmless(text) for text in texts]
        case _:
            return None


def _column(name: str, structs: Sequence[Any], write: Callable[[Column], Column]) -> None:
    before: list[Any] = list(map(attrgetter(name), structs))
    missing = before.count(None)
    if missing == len(before):
        return
    if missing:
        structs = [struct for struct, value in zip(structs, before, strict=True) if value is not None]
        before = [value for value in before if value is not None]
    after = [list(write(item)) for item in before] if isinstance(before[0], list) else write(before)
    if after is not before:
        put(name, structs, after)


def moments(values: Column) -> Column:
    """Write epoch milliseconds as whole numbers."""
    return [round(value) for value in values] if float in set(map(type, values)) else values


def harmless(text: str) -> str:
    """Take out of a text what could act on a page: control and direction marks, markup and quotes.

    Nightscout's pages print notes without escaping them (reference: its renderer's tooltips).
    """
    return text.translate(_HARMLESS).strip()


def _objects(child: Node, structs: Sequence[Any], pseudonyms: Pseudonyms) -> None:
    found = list(map(attrgetter(child.name), structs))
    missing = found.count(None)
    if missing == len(found):
        return
    held = [box is not None for box in found]
    boxes = list(compress(found, held)) if missing else found
    structs = list(compress(structs, held)) if missing else structs
    tidy(
        child, [inner for box in boxes for inner in _inside(box)] if child.box != "one" else boxes, pseudonyms
    )
    for struct, box in zip(structs, boxes, strict=True):
        kept = _filled(box, child.empty)
        if kept is not box:
            setattr(struct, child.name, kept)


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
