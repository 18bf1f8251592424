"""Reading a row in which something is odd: the odd value is lost, the rest of the row is kept.

Goes down level by level with structs of undecoded fields, so that hidden values are skipped here exactly as on
the fast way, whatever they hold.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from proxy.core.catalog import Field
from proxy.core.shape import ABSENT, Node, leaf_type

_NUMERAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)


def repair(node: Node, raw: msgspec.Raw) -> msgspec.Struct | None:
    """Read an object as far as its values are of the right kind; None if it isn't an object."""
    try:
        fields = msgspec.json.decode(raw, type=node.raw)
    except (msgspec.DecodeError, RecursionError):
        return None
    kept = node.struct()
    for child in node.children.values():
        held = getattr(fields, child.name)
        if held is not ABSENT:
            setattr(
                kept,
                child.name,
                held if child.leaf is not None and child.leaf.kind == "raw" else _boxed(child, held),
            )
    return kept


def _boxed(node: Node, raw: msgspec.Raw) -> Any:
    opening = bytes(raw)[:1]
    if node.box == "map":
        return {key: value for key, held in _items(raw) if (value := _single(node, held)) is not None}
    if node.box == "array" or (node.box == "either" and opening == b"["):
        return _array(node, raw)
    return _single(node, raw)


def _array(node: Node, raw: msgspec.Raw) -> list[Any] | None:
    try:
        elements = msgspec.json.decode(raw, type=list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError):
        return None
    values = [_single(node, element) for element in elements]
    if node.leaf is not None and None in values:
        return None  # a curve with a hole would be drawn shifted
    return [value for value in values if value is not None]


def _items(raw: msgspec.Raw) -> Iterator[tuple[str, msgspec.Raw]]:
    try:
        yield from msgspec.json.decode(raw, type=dict[str, msgspec.Raw]).items()
    except (msgspec.DecodeError, RecursionError):
        return


def _single(node: Node, raw: msgspec.Raw) -> Any:
    return repair(node, raw) if node.leaf is None else _leaf(node.leaf, raw)


def _leaf(leaf: Field, raw: msgspec.Raw) -> Any:
    expected = leaf_type(leaf)
    try:
        return msgspec.json.decode(raw, type=expected)
    except (msgspec.DecodeError, RecursionError):
        return _coerced(leaf, raw, expected) if leaf.kind in ("number", "ms", "time") else None


def _coerced(leaf: Field, raw: msgspec.Raw, expected: Any) -> Any:
    """Take numbers in the dress of text ("115") and fractions where a whole number belongs (115.0)."""
    try:
        value = msgspec.json.decode(raw, type=float | str)
    except (msgspec.DecodeError, RecursionError):
        return None
    if isinstance(value, str):
        if not _NUMERAL.fullmatch(value):
            return None
        value = float(value)
    try:
        return msgspec.convert(round(value, leaf.decimals or None), type=expected)
    except msgspec.ValidationError:
        return None
