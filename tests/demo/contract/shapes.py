"""The shape of a document: which paths it has, and which kinds of value stand there."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

Shape = dict[str, set[str]]
_MAPS = {"store", "devices", "seenDevices"}  # objects whose keys are names, not fields


def kind(value: Any) -> str:
    names = {bool: "boolean", int: "number", float: "number", str: "text", list: "list", dict: "object"}
    return "nothing" if value is None else names[type(value)]


def shape(documents: Iterable[Any]) -> Shape:
    """Paths of all the documents: ``boluscalc.foods[].name`` may be ``{"text"}``."""
    found: Shape = defaultdict(set)
    for document in documents:
        _walk(document, "", found)
    return dict(found)


def _walk(value: Any, path: str, found: Shape) -> None:
    if path:
        found[path].add(kind(value))
    if isinstance(value, dict):
        named = path.rpartition(".")[2] in _MAPS
        for key, inner in value.items():
            _walk(inner, f"{path}.{'*' if named else key}".lstrip("."), found)
    elif isinstance(value, list):
        for inner in value:
            _walk(inner, f"{path}[]", found)


def group(row: dict[str, Any]) -> str:
    """What a row is one of: an event type, an entry type, a kind of device, or just a row."""
    if "eventType" in row:
        return str(row["eventType"])
    if row.get("type") in ("sgv", "mbg", "cal", "food", "quickpick"):
        return str(row["type"])
    scheme, is_address, _ = str(row.get("device", "")).partition("://")
    return scheme if is_address else "row"


def by_group(rows: Iterable[dict[str, Any]]) -> dict[str, Shape]:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[group(row)].append(row)
    return {name: shape(members) for name, members in groups.items()}
