"""Why something leaves, or does not: in words, for the owner.

Nothing here decides. The shape of a policy is read as the lens reads it, and values are tried on the lens's own
reader, so that an explanation can't promise what the filter does not do.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

import msgspec

from proxy.core.catalog import COLLECTIONS, Field, Table
from proxy.core.lens import DATE_FIELD
from proxy.core.policy import TYPE_KEYS, Policy, Shown, comes_with_class, fields_of_class
from proxy.core.repair import repair
from proxy.core.shape import tree
from proxy.core.tidy import milliseconds

Step = str | None
"""A step into a document: a key, or None into a list."""


@dataclass(frozen=True, slots=True)
class Line:
    """One path of a document, whether it leaves, and which rule says so."""

    path: str
    kept: bool
    reason: str


def explain(policy: Policy, collection: str, what: Mapping[str, Any] | str) -> list[Line]:
    """Say for each leaf of a document, or for a path of the catalogue (or a block of it), what the policy does.

    A path is explained without a value: a value of the wrong kind would still be withheld.
    """
    if collection not in COLLECTIONS:
        return [Line("", kept=False, reason=f"withheld: {collection} is never shared")]
    shown = policy.collections.get(collection)
    if isinstance(what, str):
        return _explain_path(collection, shown, what)
    return _explain_document(collection, shown, what)


def _explain_path(collection: str, shown: Shown | None, path: str) -> list[Line]:
    table = COLLECTIONS[collection]
    wanted = _plain(path)
    found = [
        field
        for field in table.values()
        if _plain(field.path) == wanted or _plain(field.path).startswith(f"{wanted}.")
    ]
    if not found:
        near = get_close_matches(path, table, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return [Line(path, kept=False, reason=f"withheld: not in the catalogue{hint}")]
    if shown is None:
        return [Line(field.path, kept=False, reason=_not_shared(collection)) for field in found]
    return [_rule(field, table, shown) for field in found]


def _plain(path: str) -> str:
    return path.replace("[?]", "").replace("[]", "")


def _explain_document(collection: str, shown: Shown | None, document: Mapping[str, Any]) -> list[Line]:
    leaves = [(_written(steps), steps, value) for steps, value in _leaves((), document)]
    reason = _not_shared(collection) if shown is None else _withheld_row(collection, shown, document)
    if shown is None or reason:
        return [Line(path, kept=False, reason=reason) for path, _, _ in leaves]
    table = COLLECTIONS[collection]
    judged = [(_field_at(table, steps), path, value) for path, steps, value in leaves]
    lines = [_leaf(field, path, value, table, shown) for field, path, value in judged]
    if shown.types is None and not _says_something(lines, judged):
        reason = "row withheld: nothing of it would be visible but when it was"
        return [Line(line.path, kept=False, reason=reason) for line in lines]
    return list(dict.fromkeys(lines))


def _says_something(lines: list[Line], judged: list[tuple[Field | None, str, Any]]) -> bool:
    return any(
        line.kept and field is not None and field.privacy != "row"
        for line, (field, _, _) in zip(lines, judged, strict=True)
    )


def _leaves(steps: tuple[Step, ...], value: Any) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """Give the leaves of a document; a list of plain values is one leaf."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves((*steps, key), inner)
    elif isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        for item in value:
            yield from _leaves((*steps, None), item)
    else:
        yield ((*steps, None) if isinstance(value, list) else steps), value


def _written(steps: tuple[Step, ...]) -> str:
    return "".join("[]" if step is None else f".{step}" for step in steps).removeprefix(".")


def _field_at(table: Table, steps: tuple[Step, ...]) -> Field | None:
    return next((field for path, field in table.items() if _fits(_segments(path), steps)), None)


def _segments(path: str) -> tuple[str, ...]:
    return tuple(path.replace("[", ".[").split("."))


def _fits(known: tuple[str, ...], steps: tuple[Step, ...]) -> bool:
    if not known or not steps:
        return not known and not steps
    head, rest = known[0], known[1:]
    if head == "[?]":
        return _fits(rest, steps) or (steps[0] is None and _fits(rest, steps[1:]))
    if head == "[]":
        return steps[0] is None and _fits(rest, steps[1:])
    return steps[0] is not None and head in (steps[0], "*") and _fits(rest, steps[1:])


def _not_shared(collection: str) -> str:
    return f"row withheld: {collection} is not shared"


def _withheld_row(collection: str, shown: Shown, document: Mapping[str, Any]) -> str:
    """Say why the whole row is withheld; an empty text if it is not."""
    valid = document.get("isValid")
    if valid is not None and valid is not True:
        return "row withheld: it was deleted"
    if shown.types is not None:
        key = TYPE_KEYS[collection][1]
        word, named = document.get(key), "event type" if key == "eventType" else "type"
        if not isinstance(word, str):
            return f"row withheld: it has no {named}"
        if word not in shown.types:
            return f"row withheld: {named} {word} is not shared"
    date = DATE_FIELD.get(collection)
    if date is None or _is_readable(COLLECTIONS[collection][date], document.get(date)):
        return ""
    return f"row withheld: {date} is not a date"


def _leaf(field: Field | None, path: str, value: Any, table: Table, shown: Shown) -> Line:
    if field is None:
        known = any(_plain(path) == _plain(one) for one in table)
        why = (
            "a list stands where one value belongs, or the other way round"
            if known
            else "not in the catalogue"
        )
        return Line(path, kept=False, reason=f"withheld: {why}")
    line = replace(_rule(field, table, shown), path=path)
    if line.kept and not _is_readable(field, value):
        return Line(path, kept=False, reason=f"withheld: {_wrong(field, value)}")
    return line


def _rule(field: Field, table: Table, shown: Shown) -> Line:
    """Say what the policy does with a field, whatever its value."""
    if field.path == "isValid":
        return Line(field.path, kept=False, reason="withheld: it only says that the row was not deleted")
    if field.path not in shown.fields:
        return Line(field.path, kept=False, reason=f"withheld: {_withheld_because(field)}")
    return Line(field.path, kept=True, reason=f"kept: {_kept_because(field, table, shown)}{_done_to(field)}")


def _kept_because(field: Field, table: Table, shown: Shown) -> str:
    if field.privacy == "row":
        return "comes with every row"
    whole = comes_with_class(field) and fields_of_class(table, field.privacy) <= shown.fields
    return f"class {field.privacy}" if whole else "named in fields"


def _done_to(field: Field) -> str:
    return {"id": ", as a pseudonym", "text": ", with markup made harmless", "key": ", as `Profile 1`"}.get(
        field.kind, ""
    )


def _withheld_because(field: Field) -> str:
    match field.privacy:
        case "secret":
            return "a secret, which can't be shared"
        case "chat":
            return "words meant for the family"
        case "identifier":
            return "it tells who, where or with what (class identifier)"
        case "text":
            return "free text"
        case _ if field.kind == "text":
            return f"free text about {field.privacy}"
        case _:
            return f"class {field.privacy} is not shared"


def _is_readable(field: Field, value: Any) -> bool:
    """Try a value on the reader that the filter uses for odd rows, which takes all that the fast one takes."""
    place = "value[]" if field.path.endswith("[]") else "value"
    document = json.dumps({"value": value}).encode()
    row: Any = repair(tree([replace(field, path=place)]), msgspec.Raw(document))
    if row is None or row.value is None:
        return False
    return (
        field.kind not in ("iso", "time")
        or not isinstance(row.value, str)
        or milliseconds(row.value) is not None
    )


_BELONGS = {
    "number": "a number",
    "bool": "true or false",
    "id": "an id",
    "text": "a text",
    "ms": "a time in milliseconds",
    "iso": "a date and time",
    "time": "a date and time",
    "clock": "a time of day",
    "enum": "one of the known words",
    "key": "a name",
}


def _wrong(field: Field, value: Any) -> str:
    if value is None:
        return "nothing stands there"
    if field.kind == "number" and isinstance(value, int | float) and not isinstance(value, bool):
        return f"a number outside {field.low:g} to {field.high:g}, or with a fraction where none belongs"
    return f"{_stands(value)} stands where {_BELONGS.get(field.kind, 'another value')} belongs"


def _stands(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return "a list" if isinstance(value, list) else "a text"
