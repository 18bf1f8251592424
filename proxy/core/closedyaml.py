"""Closed YAML: every fault of a file at once, each with its place and what to write instead.

Nothing is constructed but texts, numbers, booleans, lists and mappings. Anchors, aliases and tags are refused, so
that a small file can't unfold into a large one, and so are duplicate keys, of which YAML would quietly take the last.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import yaml

from proxy.core.errors import PolicyError

LARGEST = 64_000
"""Characters of a file."""
DEEPEST = 24
"""Levels of lists and mappings."""
_QUOTED = 60
_LISTED = 30

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,15})", re.ASCII)
_FRACTION = re.compile(r"-?(?:0|[1-9][0-9]{0,15})\.[0-9]{1,15}", re.ASCII)
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "": None}


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong; line and column count from 1."""

    line: int
    column: int
    message: str


@dataclass(frozen=True, slots=True)
class Faults:
    """What was found wrong in one file so far."""

    file: str
    found: set[Fault] = field(default_factory=set)

    def add(self, node: yaml.Node, message: str) -> None:
        self.at(node.start_mark, message)

    def at(self, mark: Any, message: str) -> None:
        """Add a fault at a mark of the parser; None is the beginning of the file."""
        line, column = (0, 0) if mark is None else (mark.line, mark.column)
        self.found.add(Fault(line + 1, column + 1, message))

    def check(self) -> None:
        """Raise PolicyError with all faults, in the order of the file, if there are any."""
        if self.found:
            lines = (f"{self.file}:{f.line}:{f.column}: {f.message}" for f in sorted(self.found))
            raise PolicyError("\n".join(lines))


def compose(text: str, *, faults: Faults) -> yaml.Node:
    """Read the one document of a file. Raises PolicyError."""
    if len(text) > LARGEST:
        faults.at(None, f"the file has {len(text)} characters; write at most {LARGEST}")
    faults.check()
    root = _root(text, faults)
    faults.check()
    if root is None:
        raise PolicyError(f"{faults.file}:1:1: the file is empty")
    return root


def _root(text: str, faults: Faults) -> yaml.Node | None:
    try:
        _look_through(text, faults)
        return None if faults.found else yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        faults.at(error.problem_mark, f"this is not YAML: {error.problem}")
    except (yaml.YAMLError, ValueError, OverflowError):
        # A character or an escape that YAML does not know; the parser has no place for these.
        faults.at(None, "this is not YAML: there is a character in it that can't be printed")
    return None


def _look_through(text: str, faults: Faults) -> None:
    """Refuse what could unfold, before anything is built; stops at the level where it becomes too deep."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            faults.at(event.start_mark, "anchors and aliases (& and *) are not used here; write it out")
        if getattr(event, "tag", None) is not None:
            faults.at(event.start_mark, "tags (!) are not used here; take it out")
        if depth > DEEPEST:
            faults.at(event.start_mark, f"more than {DEEPEST} levels; write it flatter")
            return


def quoted(word: str) -> str:
    """Quote what stands in the file, shortened, in a form that any terminal can print."""
    short = word if len(word) <= _QUOTED else word[:_QUOTED] + "…"
    return '"' + "".join(char if char.isprintable() else "?" for char in short) + '"'


def instead(word: str, known: Collection[str]) -> str:
    """Say what to write instead of an unknown word: the closest known one, or which there are."""
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    folded = [one for one in known if one.casefold() == word.casefold()]
    if folded or close:
        return f'write "{(folded or close)[0]}"'
    few = sorted(known)
    return "write one of: " + ", ".join(few[:_LISTED]) + (", …" if len(few) > _LISTED else "")


def mapping(
    node: yaml.Node, faults: Faults, *, required: Sequence[str] = (), optional: Sequence[str] = ()
) -> dict[str, yaml.Node]:
    """Read a mapping with these keys only; what is faulty is left out of the answer."""
    known = [*required, *optional]
    if not isinstance(node, yaml.MappingNode):
        faults.add(node, f"keys and values belong here: {', '.join(known)}")
        return {}
    held: dict[str, yaml.Node] = {}
    for key, value in pairs(node, faults):
        if key.value in known:
            held[key.value] = value
        else:
            faults.add(key, f"unknown key {quoted(key.value)}; {instead(key.value, known)}")
    for name in required:
        if name not in held:
            faults.add(node, f'"{name}" is missing; add it')
    return held


def pairs(node: yaml.MappingNode, faults: Faults) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    """Give keys and values, each key once."""
    seen = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            faults.add(key, "a key must be a word")
        elif key.value in seen:
            faults.add(key, f"{quoted(key.value)} stands twice; keep one of them")
        else:
            seen.add(key.value)
            yield key, value


def items(node: yaml.Node, faults: Faults) -> list[yaml.ScalarNode]:
    """Read a list of words, each of which may stand once."""
    if not isinstance(node, yaml.SequenceNode):
        faults.add(node, "a list belongs here, such as [one, two]")
        return []
    held: dict[str, yaml.ScalarNode] = {}
    for item in node.value:
        if not isinstance(item, yaml.ScalarNode):
            faults.add(item, "a single word belongs here")
        elif item.value in held:
            faults.add(item, f"{quoted(item.value)} stands twice; keep one of them")
        else:
            held[item.value] = item
    return list(held.values())


def choice(node: yaml.Node, faults: Faults, known: Collection[str], *, what: str) -> str | None:
    """Read one of the known words."""
    if not isinstance(node, yaml.ScalarNode):
        faults.add(node, f"one {what} belongs here; {instead('', known)}")
    elif node.value not in known:
        faults.add(node, f"unknown {what} {quoted(node.value)}; {instead(node.value, known)}")
    else:
        return str(node.value)
    return None


def choices(node: yaml.Node, faults: Faults, known: Collection[str], *, what: str) -> tuple[str, ...]:
    """Read a list of the known words, in the order of the file."""
    read = (choice(item, faults, known, what=what) for item in items(node, faults))
    return tuple(word for word in read if word is not None)


def flag(node: yaml.Node, faults: Faults) -> bool:
    if isinstance(node, yaml.ScalarNode) and node.style is None and node.value in ("true", "false"):
        return bool(node.value == "true")
    faults.add(node, "write true or false")
    return False


def whole(node: yaml.Node, faults: Faults, *, low: int, high: int) -> int:
    if isinstance(node, yaml.ScalarNode) and node.style is None and _WHOLE.fullmatch(node.value):
        number = int(node.value)
        if low <= number <= high:
            return number
    faults.add(node, f"write a whole number from {low} to {high}")
    return low


def line_of_words(node: yaml.Node, faults: Faults, *, longest: int) -> str:
    if isinstance(node, yaml.ScalarNode):
        words = str(node.value).strip()
        if 0 < len(words) <= longest and words.isprintable():
            return words
    faults.add(node, f"write one line of words, at most {longest} characters")
    return ""


def value_of(node: yaml.Node, faults: Faults) -> Any:
    """Read any value as JSON has it. Dates, times and words like `no` stay the text that stands there."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: value_of(value, faults) for key, value in pairs(node, faults)}
    if isinstance(node, yaml.SequenceNode):
        return [value_of(item, faults) for item in node.value]
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    text: str = node.value
    if not isinstance(node, yaml.ScalarNode) or node.style is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) else text
