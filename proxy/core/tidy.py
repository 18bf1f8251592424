"""What is done to values after they have been read: dates, ids and words are written anew.

Works on columns, not on rows: one pass per place in the tree over all rows, because ninety days of device
status hold hundreds of thousands of timestamps.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, compress, repeat
from operator import eq, is_not
from typing import Any

import msgspec

from proxy.core.columns import column
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

_CHOSEN = object()
"""Stands for the key of a map's chosen entry: no document has it."""

Column = Sequence[Any]
"""The values of one place in all rows."""


def tidy(node: Node, structs: Sequence[Any], pseudonyms: Pseudonyms, *, done: str | None = None) -> None:
    """Write the values of `structs` (all of this node) anew, in place, and drop objects that are empty.

    `done` names a field that has been written anew already: a row's date, which decides before this whether
    and where the row is shown.
    """
    key = next(
        (name for name, child in node.children.items() if child.leaf and child.leaf.kind == "key"), None
    )
    chosen = [] if key is None else _taken(key, structs)
    for name, child in node.children.items():
        if name == done:
            continue
        if child.leaf is None:
            if key is not None and child.box == "map":
                _in_front(child, key, structs, chosen)
            _objects(child, structs, pseudonyms)
            continue
        if child.box != "one":
            _drop_empty_lists(name, structs)
        if (write := _writer(child.leaf.kind, pseudonyms)) is not None:
            _column(name, structs, write)


def _drop_empty_lists(name: str, structs: Sequence[Any]) -> None:
    """Drop lists without values: like an empty object, such a list says nothing."""
    for struct in structs:
        if getattr(struct, name) == []:
            setattr(struct, name, None)


def put(name: str, structs: Iterable[Any], values: Iterable[Any]) -> None:
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
    before = column(structs, name)
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
    found = column(structs, child.name)
    missing = found.count(None)
    if missing == len(found):
        return
    if missing:
        held = list(map(is_not, found, repeat(None)))
        found, structs = list(compress(found, held)), list(compress(structs, held))
    if child.box == "one":
        tidy(child, found, pseudonyms)
        put(child.name, compress(structs, map(eq, found, repeat(child.empty))), repeat(None))
        return
    # Of what may be one or several, it mostly is one.
    single = child.box == "either" and list not in set(map(type, found))
    inner = found if single else list(chain.from_iterable(map(_inside, found)))
    tidy(child, inner, pseudonyms)
    if child.box != "map" and child.empty not in inner and [] not in found:
        return
    for struct, box in zip(structs, found, strict=True):
        kept = _filled(box, child.empty)
        if kept is not box:
            setattr(struct, child.name, kept)


def _taken(key: str, structs: Sequence[Any]) -> Sequence[str | None]:
    """Take away the names of chosen keys, which are people's words: they come back only as their keys are renamed."""
    chosen = column(structs, key)
    put(key, structs, [None] * len(structs))
    return chosen


def _in_front(child: Node, key: str, structs: Sequence[Any], chosen: Sequence[str | None]) -> None:
    """Mark the chosen entry of each map: `_filled` puts it first, whatever the others hold."""
    for struct, name in zip(structs, chosen, strict=True):
        box = getattr(struct, child.name)
        if box is not None and name in box and box[name] != child.empty:
            setattr(struct, child.name, {_CHOSEN: box[name], **{k: v for k, v in box.items() if k != name}})
            setattr(struct, key, "Profile 1")


def _inside(box: Any) -> Iterable[Any]:
    if isinstance(box, dict):
        return box.values()
    return box if isinstance(box, list) else (box,)


def _filled(box: Any, empty: Any) -> Any:
    """Drop objects without a value: that there was something hidden in them must not show."""
    if isinstance(box, dict):
        # Names of profiles are the patient's words. So is their order: JavaScript puts names like "7" first.
        first = [box[_CHOSEN]] if _CHOSEN in box and box[_CHOSEN] != empty else []
        others = (inner for name, inner in box.items() if name is not _CHOSEN and inner != empty)
        kept = [*first, *sorted(others, key=msgspec.json.encode)]
        return {f"Profile {number}": inner for number, inner in enumerate(kept, 1)} or None
    if isinstance(box, list):
        return box if box and empty not in box else [inner for inner in box if inner != empty] or None
    return None if box == empty else box
