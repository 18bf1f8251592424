"""Cases: a policy's tests, written so that a patient can read them.

    version: 1
    policy: consultant
    cases:
      - name: A note is not shared
        collection: treatments
        document: {eventType: Note, created_at: 2026-11-20T08:00:00.000Z, notes: saw Dr. May}
        expect: withheld

`expect` is the document as it leaves, or `withheld` (or null). `<id>` stands for any pseudonym. The filter is an
argument: the same cases hold it wherever it runs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from proxy.core.catalog import COLLECTIONS
from proxy.core.closedyaml import Faults, choice, compose, line_of_words, mapping, value_of, whole
from proxy.core.policy import Policy

PSEUDONYM = "<id>"
WITHHELD = "withheld"

Document = Mapping[str, Any]
Keep = Callable[[str, Document], Document | None]
"""The filter: collection and document in, the document as it leaves or None out."""


@dataclass(frozen=True, slots=True)
class Case:
    """One document, and what is expected to leave of it; None if nothing."""

    line: int
    name: str
    collection: str
    document: Document
    expect: Document | None


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that did not come out as expected, and how, path by path."""

    file: str
    line: int
    name: str
    differences: tuple[str, ...]


def run_cases(policy: Policy, cases_text: str, *, file: str, keep: Keep) -> list[Failure]:
    """Run a policy's cases through `keep`. Raises PolicyError if the file itself is faulty."""
    failures = []
    for case in parse_cases(policy, cases_text, file=file):
        differences = tuple(_compare("", case.expect, keep(case.collection, case.document)))
        if differences:
            failures.append(Failure(file, case.line, case.name, differences))
    return failures


def parse_cases(policy: Policy, cases_text: str, *, file: str) -> Sequence[Case]:
    """Read a file of cases. Raises PolicyError with all faults at once."""
    faults = Faults(file)
    top = mapping(compose(cases_text, faults=faults), faults, required=("version", "policy", "cases"))
    if "version" in top:
        whole(top["version"], faults, low=1, high=1)
    if "policy" in top:
        choice(top["policy"], faults, (policy.name,), what="policy")
    cases = _cases(top["cases"], faults) if "cases" in top else []
    faults.check()
    return cases


def _cases(node: yaml.Node, faults: Faults) -> list[Case]:
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        faults.add(node, "a list of cases belongs here, at least one")
        return []
    return [_case(item, faults) for item in node.value]


def _case(node: yaml.Node, faults: Faults) -> Case:
    parts = mapping(node, faults, required=("name", "collection", "document", "expect"))
    return Case(
        line=node.start_mark.line + 1,
        name=line_of_words(parts["name"], faults, longest=120) if "name" in parts else "",
        collection=(
            choice(parts["collection"], faults, tuple(COLLECTIONS), what="collection") or ""
            if "collection" in parts
            else ""
        ),
        document=_document(parts["document"], faults) or {} if "document" in parts else {},
        expect=_document(parts["expect"], faults, or_withheld=True) if "expect" in parts else None,
    )


def _document(node: yaml.Node, faults: Faults, *, or_withheld: bool = False) -> Document | None:
    value = value_of(node, faults)
    if isinstance(value, dict):
        return value
    if not or_withheld:
        faults.add(node, "a document belongs here: names and values")
    elif value not in (None, WITHHELD):
        faults.add(node, f'write the document as it leaves, or "{WITHHELD}"')
    return None


def _compare(path: str, expected: Any, actual: Any) -> Iterator[str]:
    """Say where two values differ. A field without a value is the same as none; 1 is 1.0, but not true."""
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for key in sorted({*expected, *actual}):
            yield from _compare(f"{path}.{key}" if path else key, expected.get(key), actual.get(key))
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for number, (one, other) in enumerate(zip(expected, actual, strict=True)):
            yield from _compare(f"{path}[{number}]", one, other)
    elif not _same(expected, actual):
        yield f"{path or 'the document'}: expected {_shown(expected)}, got {_shown(actual)}"


def _same(expected: Any, actual: Any) -> bool:
    if expected == PSEUDONYM:
        return isinstance(actual, str) and bool(actual)
    return bool(expected == actual) and isinstance(expected, bool) == isinstance(actual, bool)


def _shown(value: Any) -> str:
    return "nothing" if value is None else repr(value)
