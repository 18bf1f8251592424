"""Whatever a document holds: nothing outside the view comes out; filtering again changes nothing; less shows less."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proxy.core.catalog import COLLECTIONS
from proxy.core.errors import UpstreamError
from proxy.core.lens import Lens, compile_lens
from proxy.core.policy import TYPE_KEYS, Shown, known_types, row_fields
from proxy.core.policyfile import parse
from proxy.core.pseudonym import Pseudonyms
from tests.living import POLICIES
from tests.properties.documents import documents
from tests.properties.oracle import Path, field_at, is_of_kind, leaves, may_be_a_row, named

RELAXED = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
NAMES = tuple(COLLECTIONS)


@lru_cache(maxsize=1)
def views() -> dict[str, list[Shown]]:
    """What the bundled policies show of each collection, all that can be named, and some of it by chance."""
    found: dict[str, list[Shown]] = {name: [_whole(name), _part(name, 1), _part(name, 2)] for name in NAMES}
    for file in sorted(POLICIES.glob("*.yaml")):
        for name, shown in parse(file.read_text(), file=file.name).collections.items():
            found[name].append(shown)
    return found


def _whole(collection: str) -> Shown:
    table = COLLECTIONS[collection]
    types = known_types(table, TYPE_KEYS[collection][1]) if collection in TYPE_KEYS else None
    return Shown(frozenset(path for path, field in table.items() if field.privacy != "secret"), types)


def _part(collection: str, seed: int) -> Shown:
    whole, chance = _whole(collection), random.Random(f"{collection} {seed}")
    fields = {path for path in sorted(whole.fields) if chance.random() < 0.5}
    types = whole.types and tuple(sorted(chance.sample(whole.types, len(whole.types) // 2 + 1)))
    return Shown(frozenset(fields) | row_fields(COLLECTIONS[collection]), types)


@lru_cache(maxsize=64)
def lens(collection: str, number: int) -> Lens:
    return compile_lens(collection, views()[collection][number], Pseudonyms(b"k" * 32, "view", collection))


def look(through: Lens, rows: Sequence[Any]) -> list[dict[str, Any]]:
    shown = through.read(json.dumps(rows).encode())
    return [json.loads(msgspec.json.encode(row)) for _, row in shown.rows]


def facts(collection: str, rows: list[dict[str, Any]]) -> Counter[tuple[Path, str]]:
    """All leaves but ids, without the numbers that maps and lists give them."""
    ids = {path for path, field in COLLECTIONS[collection].items() if field.kind == "id"}
    flat = [
        (tuple(part for part in path if part != "[]"), value) for row in rows for path, value in leaves(row)
    ]
    flat = [
        (tuple("*" if part.startswith("Profile ") else part for part in path), value) for path, value in flat
    ]
    return Counter(
        (path, repr(value)) for path, value in flat if ".".join(path) not in ids and path[-1:] != ("_id",)
    )


pairs = st.sampled_from(NAMES).flatmap(
    lambda name: st.tuples(
        st.just(name),
        st.integers(0, len(views()[name]) - 1),
        st.lists(documents(name), min_size=1, max_size=3),
    )
)


@RELAXED
@given(pairs)
def test_nothing_outside_the_view_comes_out(case: tuple[str, int, list[dict[str, Any]]]) -> None:
    collection, number, rows = case
    shown = views()[collection][number]
    fields = named(collection, shown)
    found = look(lens(collection, number), rows)
    assert len(found) <= sum(may_be_a_row(collection, shown, row) for row in rows)
    for row in found:
        for path, value in leaves(row):
            field = field_at(fields, path)
            assert field is not None, path
            assert is_of_kind(field, value), (field, value)


@RELAXED
@given(pairs)
def test_an_original_id_or_text_of_another_field_never_comes_out(
    case: tuple[str, int, list[dict[str, Any]]],
) -> None:
    collection, number, rows = case
    marked = [row | {f"unknown{n}": f"CANARY-{n}", "notes": "CANARY-notes"} for n, row in enumerate(rows)]
    shown = views()[collection][number]
    text = json.dumps(look(lens(collection, number), marked))
    assert "CANARY-0" not in text
    assert "notes" in shown.fields or "CANARY-notes" not in text
    for row in rows:
        for name in ("_id", "identifier"):
            if isinstance(row.get(name), str) and len(row[name]) >= 24:
                assert row[name] not in text


@RELAXED
@given(pairs)
def test_filtering_twice_equals_filtering_once(case: tuple[str, int, list[dict[str, Any]]]) -> None:
    collection, number, rows = case
    once = look(lens(collection, number), rows)
    assert facts(collection, look(lens(collection, number), once)) == facts(collection, once)


@RELAXED
@given(pairs, st.randoms(use_true_random=False))
def test_narrowing_a_policy_never_widens(
    case: tuple[str, int, list[dict[str, Any]]], chance: random.Random
) -> None:
    collection, number, rows = case
    wide = views()[collection][number]
    row = row_fields(COLLECTIONS[collection])
    fewer = frozenset(path for path in sorted(wide.fields) if path in row or chance.random() < 0.6)
    types = wide.types and tuple(sorted(chance.sample(wide.types, max(1, len(wide.types) // 2))))
    narrow = compile_lens(collection, Shown(fewer, types), Pseudonyms(b"k" * 32, "view", collection))
    assert facts(collection, look(narrow, rows)) <= facts(collection, look(lens(collection, number), rows))


@RELAXED
@given(st.sampled_from(NAMES), st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_rows_or_an_error_of_ours(collection: str, body: bytes) -> None:
    for sent in (body, b"[" + body + b"]", b'[{"type":"sgv","date":1,"sgv":' + body + b"}]"):
        try:
            batch = lens(collection, 0).read(sent)
        except UpstreamError:
            continue
        assert len(batch.rows) <= batch.documents


@pytest.mark.parametrize("collection", NAMES)
def test_a_document_with_every_field_as_it_should_be_comes_out_whole(collection: str) -> None:
    """So that the properties above can't hold merely because nothing ever comes out."""
    shown = _whole(collection)
    document: dict[str, Any] = {}
    for path in shown.fields:
        _fill(document, path.split("."), _example(collection, path))
    (row,) = look(lens(collection, 0), [document])
    missing = {path for path in shown.fields if path != "isValid"} - {
        ".".join(path) for path in _written(collection, row)
    }
    assert missing == set()


def _written(collection: str, row: dict[str, Any]) -> set[Path]:
    by_shape = {
        shape: tuple(path.split("."))
        for path in _whole(collection).fields
        for shape in named(collection, Shown(frozenset({path}), None))
    }
    return {
        original
        for path, _ in leaves(row)
        for shape, original in by_shape.items()
        if len(shape) == len(path)
        and all(a == b or (a == "*" and b.startswith("Profile ")) for a, b in zip(shape, path, strict=True))
    }


def _example(collection: str, path: str) -> Any:
    field = COLLECTIONS[collection][path]
    examples: dict[str, Any] = {
        "number": int(field.high),
        "bool": True,
        "ms": 1_795_000_000_000,
        "iso": "2026-11-23T10:00:00Z",
        "time": "2026-11-23T10:00:00.000Z",
        "enum": field.values[0] if field.values else "",
        "clock": "07:30",
        "id": "6b0187c091c2cbed4e446ad0",
        "key": "Alma's",  # the name of an entry of the map beside it
    }
    return examples.get(field.kind, "words")


def _fill(into: dict[str, Any], parts: list[str], value: Any) -> None:
    first, rest = parts[0], parts[1:]
    name = first.removesuffix("[]").removesuffix("[?]").replace("*", "Alma's")
    many = first.endswith("[]")
    if not rest:
        into[name] = [value] if many else value
        return
    inner = into.setdefault(name, [{}] if many else {})
    _fill(inner[0] if isinstance(inner, list) else inner, rest, value)
