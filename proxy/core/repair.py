"""Reading a row in which something is odd: the odd value is lost, the rest of the row is kept.

Goes down level by level with structs of undecoded fields, so that hidden values are skipped here exactly as on
the fast way, whatever they hold.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from proxy.core.catalog import Field
from proxy.core.shape import ABSENT, LATEST_MS, Node

_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])
_ITEMS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_FIGURE: msgspec.json.Decoder[float | str] = msgspec.json.Decoder(float | str)
_NUMERAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)

# Matches every escape, so that an escaped backslash before "ud83d" is not taken for one; then whole pairs, then halves.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def mended(body: bytes) -> bytes:
    """Replace halves of characters, which JSON may spell and nobody can read: a note may end in half an emoji."""
    valid = body if body.isascii() else body.decode(errors="replace").encode()
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found["half"] else found[0], valid)


def repair(node: Node, raw: msgspec.Raw) -> msgspec.Struct | None:
    """Read an object as far as its values are of the right kind; None if it isn't an object."""
    try:
        fields = node.decode_raw(raw)
    except (msgspec.DecodeError, RecursionError):
        return None
    kept = node.struct()
    for child in node.children.values():
        held = getattr(fields, child.name)
        if held is not ABSENT:
            setattr(kept, child.name, _boxed(child, held) if not _is_validity(child) else _is_valid(held))
    return kept


def _is_validity(node: Node) -> bool:
    return node.leaf is not None and node.leaf.kind == "raw"


def _is_valid(raw: msgspec.Raw) -> bool:
    """Read what is not plainly true, and not null, as false: such a row is withheld."""
    return bytes(raw) in (b"true", b"null")


def _boxed(node: Node, raw: msgspec.Raw) -> Any:
    opening = bytes(raw)[:1]
    if node.box == "map":
        return {key: value for key, held in _items(raw) if (value := _single(node, held)) is not None}
    if node.box == "array" or (node.box == "either" and opening == b"["):
        return _array(node, raw)
    return _single(node, raw)


def _array(node: Node, raw: msgspec.Raw) -> list[Any] | None:
    try:
        elements = _ELEMENTS.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return None
    values = [_single(node, element) for element in elements]
    if node.leaf is not None and None in values:
        return None  # a curve with a hole would be drawn shifted
    return [value for value in values if value is not None]


def _items(raw: msgspec.Raw) -> Iterator[tuple[str, msgspec.Raw]]:
    try:
        yield from _ITEMS.decode(raw).items()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return


def _single(node: Node, raw: msgspec.Raw) -> Any:
    """Read one value: at once if nothing in it is odd, else an object level by level."""
    try:
        return node.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return repair(node, raw) if node.leaf is None else _coerced(node.leaf, raw)


def _coerced(leaf: Field, raw: msgspec.Raw) -> int | float | None:
    """Take numbers in the dress of text ("115") and fractions where a whole number belongs (115.0)."""
    if leaf.kind not in ("number", "ms", "time"):
        return None
    try:
        value = _FIGURE.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if isinstance(value, str):
        if not _NUMERAL.fullmatch(value):
            return None
        value = float(value)
    number = round(value, leaf.decimals or None)
    low, high = (leaf.low, leaf.high) if leaf.kind == "number" else (0, LATEST_MS)
    return number if low <= number <= high else None
