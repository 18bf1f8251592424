"""What is in a Nightscout: counted document by document, for its owner. Nothing of it may leave the owner's side.

Rules of this file: pure. It reads bodies one after another and keeps counts and one example for each path, so that its
memory does not grow with the data. Names of fields are data too: an uploader may have put anything there.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from proxy.core.catalog import COLLECTIONS, Field
from proxy.core.errors import UpstreamError
from proxy.core.instants import milliseconds
from proxy.core.inventory_words import app_of, looks_like
from proxy.core.lens import DATE_FIELD
from proxy.core.repair import mended
from proxy.core.shape import LATEST_MS

MOST_PATHS: Final = 1_500
"""Paths that are kept of a collection; whatever else there is, is counted together."""
MOST_UPLOADERS: Final = 40
LONGEST_EXAMPLE: Final = 120
OTHER: Final = "…"
"""Stands for a name that is not shown: one that is data, or one too many."""
_DEEPEST: Final = 12
_MOST_LOOKED: Final = 5_000
_PLAIN_NAME: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]{0,39}", re.ASCII)
_ID: Final = re.compile(r"[0-9a-f]{24}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", re.ASCII)
_DOCUMENTS = msgspec.json.Decoder(list[msgspec.Raw])
_ANY = msgspec.json.Decoder()
_UPLOADERS: Final = ("enteredBy", "app", "device", "subject")


@dataclass(slots=True)
class Branch:
    """The catalogue as a tree of names."""

    leaf: Field | None = None
    children: dict[str, "Branch"] = field(default_factory=dict)
    any_name: "Branch | None" = None
    """Where the catalogue lets any name stand, such as that of a profile."""


@dataclass(slots=True)
class Seen:
    """One path: how often, which kinds of value, and what its texts look like."""

    path: str
    known: Field | None
    count: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    sorts: dict[str, tuple[int, str]] = field(default_factory=dict)
    """By sort: how many texts look like it, and the first of them."""
    example: str = ""
    odd: int = 0
    """Values of a kind that the catalogue does not expect here: they never leave."""


@dataclass(slots=True)
class Uploader:
    """Who wrote documents: a program that is known by name, or else a text of the data."""

    app: str
    text: str
    documents: int = 0
    first: int = LATEST_MS
    last: int = 0


@dataclass(slots=True)
class Collected:
    """What was found in one collection."""

    name: str
    documents: int = 0
    size: int = 0
    """Bytes of JSON."""
    first: int = LATEST_MS
    last: int = 0
    deleted: int = 0
    paths: dict[str, Seen] = field(default_factory=dict)
    uploaders: dict[str, Uploader] = field(default_factory=dict)
    since: int | None = None
    """The oldest document of all, also before the days that were read; None if that was not found out."""
    failed: int = 0
    """Parts that could not be read."""
    _tree: Branch = field(default_factory=Branch, repr=False)
    _looked: dict[tuple[str, str], list[str]] = field(default_factory=dict, repr=False)
    """Short texts that were looked at: most come again and again."""

    def __post_init__(self) -> None:
        self._tree = _tree_of(self.name)

    def add(self, body: bytes) -> None:
        """Count a JSON array of documents; what is no document is left out. Raises UpstreamError for no array."""
        try:
            documents = _DOCUMENTS.decode(mended(body))
        except (msgspec.DecodeError, RecursionError) as error:
            raise UpstreamError(
                "upstream_unreadable", "Nightscout sent something that can't be read."
            ) from error
        self.size += len(body)
        for raw in documents:
            try:
                document = _ANY.decode(raw)
            except (msgspec.DecodeError, RecursionError):
                self.failed += 1
                continue
            if isinstance(document, dict):
                self._add_document(document)

    def _add_document(self, document: Mapping[str, Any]) -> None:
        self.documents += 1
        self.deleted += document.get("isValid") is False
        at = _moment(document, self.name)
        if at:
            self.first, self.last = min(self.first, at), max(self.last, at)
        self._count_uploader(document, at)
        self._walk(document, "", self._tree, 0)

    def _count_uploader(self, document: Mapping[str, Any], at: int) -> None:
        text = next(
            (value for key in _UPLOADERS if isinstance(value := document.get(key), str) and value), ""
        )
        key = app_of(text) or text[:LONGEST_EXAMPLE]
        if key not in self.uploaders and len(self.uploaders) >= MOST_UPLOADERS:
            key = OTHER
        known = self.uploaders.setdefault(key, Uploader(app_of(text), key))
        known.documents += 1
        if at:
            known.first, known.last = min(known.first, at), max(known.last, at)

    def _walk(self, value: Any, path: str, branch: Branch | None, depth: int) -> None:
        if isinstance(value, dict) and depth < _DEEPEST:
            for name, held in value.items():
                self._walk_into(name, held, path, branch, depth)
        elif isinstance(value, list) and depth < _DEEPEST:
            self._walk_list(value, f"{path}[]", branch, depth)
        else:
            self._count(value, path, branch)

    def _walk_into(self, name: str, held: Any, path: str, branch: Branch | None, depth: int) -> None:
        child = branch.children.get(name) if branch else None
        if child is None and branch and branch.any_name:
            # The name is the patient's own word: looked at like a text, and shown as none.
            self._count(name, f"{path}.*", None, named=True)
            self._walk(held, f"{path}.*", branch.any_name, depth + 1)
            return
        shown = name if child or _PLAIN_NAME.fullmatch(name) else OTHER
        self._walk(held, f"{path}.{shown}" if path else shown, child, depth + 1)

    def _walk_list(self, values: list[Any], path: str, branch: Branch | None, depth: int) -> None:
        if all(type(value) in (int, float) for value in values):
            # Predictions: hundreds of numbers of one sort.
            if values:
                self._count(values[0], path, branch, times=len(values))
            return
        for value in values:
            self._walk(value, path, branch, depth + 1)

    def _count(
        self, value: Any, path: str, branch: Branch | None, *, times: int = 1, named: bool = False
    ) -> None:
        key = f"{path} (its names)" if named else path
        seen = self.paths.get(key)
        if seen is None:
            if len(self.paths) >= MOST_PATHS:
                key = OTHER
            known = branch.leaf if branch and key != OTHER else None
            seen = self.paths.setdefault(key, Seen(key, known))
        kind = kind_of(value)
        seen.count += times
        seen.kinds[kind] += times
        seen.odd += _is_odd(seen.known, kind)
        if kind == "text":
            self._look(seen, value)

    def _look(self, seen: Seen, text: str) -> None:
        seen.example = seen.example or text[:LONGEST_EXAMPLE]
        if seen.known is not None and seen.known.kind == "enum" and text in seen.known.values:
            return
        for sort in self._sorts(seen.path, text):
            count, first = seen.sorts.get(sort, (0, text[:LONGEST_EXAMPLE]))
            seen.sorts[sort] = count + 1, first

    def _sorts(self, path: str, text: str) -> list[str]:
        if len(text) > LONGEST_EXAMPLE:
            return looks_like(path, text)
        known = self._looked.get((path, text))
        if known is None:
            if len(self._looked) >= _MOST_LOOKED:
                self._looked.clear()
            known = self._looked[path, text] = looks_like(path, text)
        return known


def kind_of(value: Any) -> str:
    """Say what kind of value it is, in a word."""
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return _kind_of_text(value)
    return "nothing" if value is None else "nested"


def _kind_of_text(text: str) -> str:
    if not text.strip():
        return "empty text"
    if _MOMENT.match(text):
        return "moment"
    return "id" if _ID.fullmatch(text) else "text"


def _is_odd(known: Field | None, kind: str) -> bool:
    return known is not None and known.kind in ("number", "bool") and kind in ("text", "nested", "moment")


def _moment(document: Mapping[str, Any], collection: str) -> int:
    """Give when a document is from; 0 if it does not say, or nothing that can be."""
    value = document.get(DATE_FIELD.get(collection, "created_at"))
    if isinstance(value, str):
        return milliseconds(value) or 0
    return int(value) if isinstance(value, int | float) and 0 < value <= LATEST_MS else 0


def _tree_of(collection: str) -> Branch:
    root = Branch()
    for path, leaf in COLLECTIONS.get(collection, {}).items():
        branch = root
        for part in path.split("."):
            branch = _grown(branch, part.removesuffix("[]").removesuffix("[?]"))
        branch.leaf = leaf
    return root


def _grown(branch: Branch, name: str) -> Branch:
    if name == "*":
        branch.any_name = branch.any_name or Branch()
        return branch.any_name
    return branch.children.setdefault(name, Branch())


def unknown(found: Collected) -> Iterator[Seen]:
    """Give the paths that the catalogue does not know, the most frequent first: they never leave."""
    gone = (
        each for each in found.paths.values() if each.known is None and not each.path.endswith(" (its names)")
    )
    yield from sorted(gone, key=lambda each: (-each.count, each.path))


def telling(found: Collected) -> Iterator[tuple[str, Seen]]:
    """Give what looks like a name, a number, an address or a key, by sort and path."""
    pairs = [(sort, each) for each in found.paths.values() for sort in each.sorts]
    yield from sorted(pairs, key=lambda pair: (pair[0], pair[1].path))
