"""Policy files: YAML in, a checked Policy out, or every fault with its place and what to write instead.

A policy is closed and denies by default: what is left out is withheld, and what is not understood is a fault.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import TypeVar

import yaml

from proxy.core.catalog import CLASSES, COLLECTIONS, Table
from proxy.core.closedyaml import (
    Faults,
    choice,
    choices,
    compose,
    flag,
    instead,
    items,
    line_of_words,
    mapping,
    quoted,
    whole,
)
from proxy.core.policy import (
    CLASSES_TO_ASK_FOR,
    DERIVED,
    DETAILS,
    EXPORTS,
    IDENTITIES,
    LONGEST_WINDOW,
    REQUESTS,
    SUMMARY_WINDOWS,
    TYPE_KEYS,
    WHOLE,
    ZONES,
    Policy,
    Shown,
    fields_of_class,
    known_types,
    row_fields,
)

VERSION = 1
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)
_REQUIRED = ("version", "name", "title", "window", "detail", "show")
_OPTIONAL = ("identity", "timezone", "pages", "live", "exports", "derive", "may_ask")

Nodes = Mapping[str, yaml.Node]
Word = TypeVar("Word", bound=str)


def parse(text: str, *, file: str) -> Policy:
    """Read and check a policy; `file` is how the messages name it.

    Without their keys there are no pages, nothing live, no files, no name, and the viewer's own time zone.
    Raises PolicyError with all faults at once, as lines `file:line:column: what is wrong; what to write`.
    """
    faults = Faults(file)
    top = mapping(compose(text, faults=faults), faults, required=_REQUIRED, optional=_OPTIONAL)
    policy = _policy(text, top, faults)
    _check_combinations(policy, top, faults)
    faults.check()
    return policy


def _policy(text: str, top: Nodes, faults: Faults) -> Policy:
    if "version" in top:
        whole(top["version"], faults, low=VERSION, high=VERSION)
    return Policy(
        name=_name(top, faults),
        title=line_of_words(top["title"], faults, longest=80) if "title" in top else "",
        text=text,
        hash=hashlib.sha256(text.encode()).hexdigest(),
        window=whole(top["window"], faults, low=1, high=LONGEST_WINDOW) if "window" in top else 0,
        detail=_one(top, "detail", DETAILS, faults),
        pages="pages" in top and flag(top["pages"], faults),
        live="live" in top and flag(top["live"], faults),
        exports=_several(top, "exports", EXPORTS, faults),
        derive=_several(top, "derive", DERIVED, faults),
        identity=_one(top, "identity", IDENTITIES, faults),
        timezone=_one(top, "timezone", ZONES[::-1], faults),
        may_ask=_several(top, "may_ask", REQUESTS, faults),
        collections=_collections(top["show"], faults) if "show" in top else {},
    )


def _name(top: Nodes, faults: Faults) -> str:
    node = top.get("name")
    if isinstance(node, yaml.ScalarNode) and _NAME.fullmatch(node.value):
        return str(node.value)
    if node is not None:
        faults.add(node, "write a name of at most 40 small letters, digits and hyphens")
    return ""


def _one(top: Nodes, key: str, known: tuple[Word, ...], faults: Faults) -> Word:
    """Read one of the known words; the first of them stands for a missing key."""
    word = choice(top[key], faults, known, what=key) if key in top else None
    return next((one for one in known if one == word), known[0])


def _several(top: Nodes, key: str, known: tuple[str, ...], faults: Faults) -> tuple[str, ...]:
    return choices(top[key], faults, known, what=key) if key in top else ()


def _check_combinations(policy: Policy, top: Nodes, faults: Faults) -> None:
    """Refuse what would show finer figures than `detail` says, or promise what it can't give (design §5)."""
    if policy.detail == "full":
        return
    for key, on in (("live", policy.live), ("pages", policy.pages)):
        if on:
            faults.add(top[key], f'"{key}" needs "detail: full"; write "{key}: false"')
    if set(policy.may_ask) & set(CLASSES_TO_ASK_FOR):
        # What is asked for is added reading by reading: averages are of what the policy names, and stay so.
        faults.add(
            top["may_ask"], f'with "detail: {policy.detail}" write "more days" and "more time" at most'
        )
    if policy.detail == "summary" and policy.window not in SUMMARY_WINDOWS and "window" in top:
        faults.add(top["window"], 'with "detail: summary" write 7, 14, 30 or 90')
    if "devicestatus" in policy.collections:
        faults.add(
            top["show"], f'with "detail: {policy.detail}" there is no device status; take "devicestatus" out'
        )


def _collections(node: yaml.Node, faults: Faults) -> dict[str, Shown]:
    held = mapping(node, faults, optional=tuple(COLLECTIONS))
    if isinstance(node, yaml.MappingNode) and not node.value:
        faults.add(node, f"name at least one of: {', '.join(COLLECTIONS)}")
    return {collection: _shown(collection, part, faults) for collection, part in held.items()}


def _shown(collection: str, node: yaml.Node, faults: Faults) -> Shown:
    table = COLLECTIONS[collection]
    key, path = TYPE_KEYS.get(collection, ("", ""))
    parts = mapping(node, faults, required=(key,) if key else (), optional=("classes", "fields"))
    fields = set(row_fields(table))
    if "classes" in parts:
        for item in items(parts["classes"], faults):
            fields |= _class(collection, item, faults)
    if "fields" in parts:
        fields |= {
            item.value for item in items(parts["fields"], faults) if _may_name(collection, item, faults)
        }
    return Shown(frozenset(fields), _types(table, path, parts[key], faults) if key in parts else None)


def _types(table: Table, path: str, node: yaml.Node, faults: Faults) -> tuple[str, ...]:
    if isinstance(node, yaml.SequenceNode) and not node.value:
        faults.add(node, "name at least one type, or take the collection out")
    return tuple(sorted(choices(node, faults, known_types(table, path), what="type")))


def _class(collection: str, item: yaml.ScalarNode, faults: Faults) -> frozenset[str]:
    """Give the paths of a class that may be named as a whole; else add a fault and give none."""
    table, word = COLLECTIONS[collection], item.value
    there = sorted(one for one in WHOLE if fields_of_class(table, one))
    if word == "row":
        faults.add(item, 'class "row" comes with every row that is shown; take it out')
    elif word == "secret":
        faults.add(item, "secrets can't be shared; take it out")
    elif word in CLASSES and word not in WHOLE:
        faults.add(item, f'class "{word}" can\'t be named as a whole; name single paths under "fields"')
    elif word in CLASSES and word not in there:
        faults.add(item, f'{collection} has nothing of class "{word}"; write one of: {", ".join(there)}')
    elif word not in CLASSES:
        faults.add(item, f"unknown class {quoted(word)}; {instead(word, there)}")
    else:
        return fields_of_class(table, word)
    return frozenset()


def _may_name(collection: str, item: yaml.ScalarNode, faults: Faults) -> bool:
    table, path = COLLECTIONS[collection], item.value
    field = table.get(path)
    if field is not None and field.privacy == "secret":
        faults.add(item, f"{quoted(path)} is a secret and can't be shared; take it out")
    elif field is None:
        inside = [known for known in table if known.startswith((f"{path}.", f"{path}["))]
        advice = f'name the fields in it, such as "{inside[0]}"' if path and inside else instead(path, table)
        faults.add(item, f"{collection} has no field {quoted(path)}; {advice}")
    return field is not None and field.privacy != "secret"
