"""The shape of a view: a tree of named paths, compiled to msgspec structs.

A struct holds the named fields only, so what a policy does not name is skipped by the parser and never becomes a
Python object. Null and absent are the same: a field without a value is not written.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from proxy.core.catalog import Field

LATEST_MS = 4_102_444_800_000
"""2100-01-01: no timestamp of a diabetes site lies later."""
LONGEST_TEXT = 4_000
LONGEST_ID = 200

ABSENT = msgspec.Raw(b"")
"""What an undecoded field holds when it is not there."""

Box = Literal["one", "array", "either", "map"]
_BOXES: dict[str, Box] = {"[]": "array", "[?]": "either"}


def _undecodable(_: msgspec.Raw) -> Any:
    raise msgspec.DecodeError("this place has not been compiled")


@dataclass(slots=True)
class Node:
    """One name in the tree: a leaf with a catalogue field, or children; `box` says how it is wrapped."""

    name: str
    box: Box = "one"
    leaf: Field | None = None
    children: dict[str, "Node"] = field(default_factory=dict)
    struct: type[msgspec.Struct] = msgspec.Struct
    """The compiled struct of the children; unused on leaves."""
    raw: type[msgspec.Struct] = msgspec.Struct
    """The same fields, left undecoded: for rows in which something is odd."""
    empty: Any = None
    decode: Callable[[msgspec.Raw], Any] = _undecodable
    """Reads the value at this place, without its box: made once, since making a decoder costs more than using it."""
    decode_raw: Callable[[msgspec.Raw], Any] = _undecodable
    """Reads an object into `raw`; unused on leaves."""


def tree(fields: Iterable[Field]) -> Node:
    """Build and compile the tree of the named fields."""
    root = Node("")
    for leaf in fields:
        _grow(root, leaf)
    _compile(root, "Row")
    return root


def _grow(root: Node, leaf: Field) -> None:
    node = root
    for part in leaf.path.split("."):
        if part == "*":
            node.box = "map"
            continue
        name, box = _segment(part)
        node = node.children.setdefault(name, Node(name, box))
    node.leaf = leaf


def _segment(part: str) -> tuple[str, Box]:
    for mark, box in _BOXES.items():
        if part.endswith(mark):
            return part.removesuffix(mark), box
    return part, "one"


def _compile(node: Node, name: str) -> None:
    for child in node.children.values():
        if child.leaf is None:
            _compile(child, f"{name}_{child.name}")
        else:
            child.decode = msgspec.json.Decoder(leaf_type(child.leaf)).decode
    options: dict[str, Any] = {"omit_defaults": True, "gc": False}
    node.struct = msgspec.defstruct(name, [_slot(child) for child in node.children.values()], **options)
    node.raw = msgspec.defstruct(
        f"{name}_raw", [(child.name, msgspec.Raw, ABSENT) for child in node.children.values()], gc=False
    )
    node.empty = node.struct()
    node.decode = msgspec.json.Decoder(node.struct).decode
    node.decode_raw = msgspec.json.Decoder(node.raw).decode


def _slot(child: Node) -> tuple[str, Any, Any]:
    if child.leaf is not None and child.leaf.kind == "raw":
        # Whether the row is valid: read, never written, and true is the default that is not written.
        return (child.name, bool, True)
    return (child.name, type_of(child) | None, None)


def type_of(node: Node) -> Any:
    """Give the type that msgspec enforces at this place."""
    inner: Any = leaf_type(node.leaf) if node.leaf is not None else node.struct
    match node.box:
        case "one":
            return inner
        case "array":
            return list[inner]
        case "either":
            return inner | list[inner]
        case "map":
            return dict[str, inner]


# Loop writes its moments as doubles (NightscoutKit); they are made whole when they are written anew.
_MOMENT = Annotated[int, Meta(ge=0, le=LATEST_MS)] | Annotated[float, Meta(ge=0, le=LATEST_MS)]
_WRITTEN = Annotated[str, Meta(max_length=40)]
_PLAIN: dict[str, Any] = {
    "bool": bool,
    "ms": _MOMENT,
    "iso": _WRITTEN,
    "time": _MOMENT | _WRITTEN,
    "id": Annotated[str, Meta(max_length=LONGEST_ID)],
    "text": Annotated[str, Meta(max_length=LONGEST_TEXT)],
    "clock": Annotated[str, Meta(pattern=r"\A([01][0-9]|2[0-4]):[0-5][0-9](:[0-5][0-9])?\Z")],
    "key": Annotated[str, Meta(max_length=LONGEST_TEXT)],
    "name": str,
    "raw": msgspec.Raw,
}


def leaf_type(leaf: Field) -> Any:
    """Give the type of a kind of value, with its plausible range."""
    if leaf.kind == "number":
        return _number(leaf)
    if leaf.kind == "enum":
        return Literal[leaf.values]
    return _PLAIN[leaf.kind]


def _number(leaf: Field) -> Any:
    whole = Annotated[int, Meta(ge=int(leaf.low), le=int(leaf.high))]
    if leaf.decimals == 0:
        return whole
    # Either, so that a whole number leaves as it came: 1, not 1.0.
    return whole | Annotated[float, Meta(ge=leaf.low, le=leaf.high)]
