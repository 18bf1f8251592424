"""One field of the catalogue, and how its tables are read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Class = Literal[
    "row",  # a row's own id, type and time: they come with every row that is shown
    "glucose",
    "insulin",
    "carbs",
    "device",
    "loop",  # what a loop computed: predictions, suggestions
    "settings",  # therapy settings, and what spells them out
    "activity",
    "identifier",  # ids, device names, serials, zones: what tells who or where
    "text",  # words that a person wrote
    "chat",  # words meant for the family
    "secret",  # keys and tokens: can't be allowed at all
]
Kind = Literal["number", "bool", "id", "text", "ms", "iso", "time", "enum", "clock", "key", "name", "raw"]

CLASSES: frozenset[str] = frozenset(get_args(Class))
# `clock` is HH:MM; `key` names a key of the map beside it; `name` (compared, then written as it is) and `raw` (looked at, never written) are not for tables.
_KINDS: frozenset[str] = frozenset(get_args(Kind))


@dataclass(frozen=True, slots=True)
class Field:
    """A leaf: where it is, what kind of value belongs there, and how private it is."""

    path: str
    privacy: Class
    kind: Kind
    low: float = 0
    high: float = 0
    decimals: int = 0
    values: tuple[str, ...] = ()


Table = Mapping[str, Field]


def read(text: str) -> Table:
    """Read a table; a faulty line is a bug of ours and raises ValueError."""
    fields = (
        _field(line) for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")
    )
    table: dict[str, Field] = {}
    for field in fields:
        if field.path in table:
            raise ValueError(f"{field.path} stands twice")
        table[field.path] = field
    return table


def _field(line: str) -> Field:
    path, privacy, kind, *rest = line.split(maxsplit=3)
    if privacy not in CLASSES or kind not in _KINDS:
        raise ValueError(f"not a catalogue line: {line}")
    detail = rest[0] if rest else ""
    if kind == "number":
        low, high, decimals = detail.split()
        return Field(path, privacy, "number", float(low), float(high), int(decimals))  # type: ignore[arg-type]  # checked above
    values = tuple(value.strip() for value in detail.split("|")) if kind == "enum" else ()
    return Field(path, privacy, kind, values=values)  # type: ignore[arg-type]  # checked above
