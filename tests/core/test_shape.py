"""The tree of named paths: what is named is read with its kind, and nothing else is there to be read."""

from typing import Any

import msgspec
import pytest

from proxy.core.catalog import COLLECTIONS, Field
from proxy.core.shape import LATEST_MS, LONGEST_ID, LONGEST_TEXT, leaf_type, tree


def field(path: str, kind: str = "number", **more: Any) -> Field:
    return Field(path, "glucose", kind, **({"high": 10.0, "decimals": 1} | more))  # type: ignore[arg-type]  # as in a table


def read(fields: list[Field], raw: bytes) -> Any:
    root = tree(fields)
    return msgspec.to_builtins(msgspec.json.decode(raw, type=root.struct))


@pytest.mark.parametrize(
    ("path", "raw", "seen"),
    [
        ("a", b'{"a":1,"b":2}', {"a": 1}),
        ("a.b", b'{"a":{"b":1,"c":2},"b":3}', {"a": {"b": 1}}),
        ("a[]", b'{"a":[1,2]}', {"a": [1, 2]}),
        ("a[].b", b'{"a":[{"b":1},{"c":2}]}', {"a": [{"b": 1}, {}]}),
        ("a[?].b", b'{"a":{"b":1}}', {"a": {"b": 1}}),
        ("a[?].b", b'{"a":[{"b":1}]}', {"a": [{"b": 1}]}),
        ("a.*.b", b'{"a":{"x":{"b":1},"y":{"c":2}}}', {"a": {"x": {"b": 1}, "y": {}}}),
        ("a.*.b[].c", b'{"a":{"x":{"b":[{"c":1}]}}}', {"a": {"x": {"b": [{"c": 1}]}}}),
    ],
)
def test_a_path_reads_what_it_names(path: str, raw: bytes, seen: dict[str, Any]) -> None:
    assert read([field(path)], raw) == seen


@pytest.mark.parametrize(
    ("path", "raw"),
    [
        ("a", b'{"a":{"b":1}}'),
        ("a.b", b'{"a":1}'),
        ("a.b", b'{"a":[{"b":1}]}'),
        ("a[]", b'{"a":1}'),
        ("a[].b", b'{"a":{"b":1}}'),
        ("a[?].b", b'{"a":1}'),
        ("a.*.b", b'{"a":[{"b":1}]}'),
        ("a", b"[]"),
    ],
)
def test_a_value_of_another_shape_is_not_read(path: str, raw: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        read([field(path)], raw)


def test_several_paths_share_their_beginning() -> None:
    root = tree([field("a.b"), field("a.c.d"), field("e")])
    assert root.children.keys() == {"a", "e"}
    assert root.children["a"].children.keys() == {"b", "c"}
    assert root.children["a"].leaf is None


def test_a_struct_has_a_place_for_named_fields_only() -> None:
    root = tree([field("a"), field("b.c")])
    assert set(root.struct.__struct_fields__) == {"a", "b"}
    assert msgspec.json.encode(root.struct()) == b"{}"


GOOD: list[tuple[Field, Any]] = [
    (field("a"), 0),
    (field("a"), 10),
    (field("a"), 9.99),
    (field("a", decimals=0), 10),
    (field("a", "bool"), True),
    (field("a", "ms"), LATEST_MS),
    (field("a", "ms"), 0.5),
    (field("a", "iso"), "x" * 40),
    (field("a", "time"), 5),
    (field("a", "time"), "x"),
    (field("a", "id"), "x" * LONGEST_ID),
    (field("a", "text"), "x" * LONGEST_TEXT),
    (field("a", "clock"), "23:59"),
    (field("a", "clock"), "24:00"),
    (field("a", "clock"), "06:30:59"),
    (field("a", "enum", values=("One", "")), ""),
    (field("a", "enum", values=("One", "")), "One"),
]
BAD: list[tuple[Field, Any]] = [
    (field("a"), -1),
    (field("a"), 10.01),
    (field("a"), 11),
    (field("a"), "5"),
    (field("a"), True),
    (field("a", decimals=0), 5.5),
    (field("a", decimals=0), True),
    (field("a", "bool"), 1),
    (field("a", "bool"), "true"),
    (field("a", "ms"), LATEST_MS + 1),
    (field("a", "ms"), -1),
    (field("a", "ms"), "5"),
    (field("a", "iso"), 5),
    (field("a", "iso"), "x" * 41),
    (field("a", "time"), -1),
    (field("a", "time"), "x" * 41),
    (field("a", "time"), True),
    (field("a", "id"), "x" * (LONGEST_ID + 1)),
    (field("a", "id"), 5),
    (field("a", "text"), "x" * (LONGEST_TEXT + 1)),
    (field("a", "text"), ["x"]),
    (field("a", "clock"), "6:30"),
    (field("a", "clock"), "06:60"),
    (field("a", "clock"), "06:30\n"),
    (field("a", "clock"), "x06:30"),
    (field("a", "enum", values=("One",)), "one"),
    (field("a", "enum", values=("One",)), ""),
    (field("a", "enum", values=("One",)), 1),
]


@pytest.mark.parametrize(("leaf", "value"), GOOD, ids=lambda value: str(getattr(value, "kind", value))[:20])
def test_a_value_of_its_kind_is_read(leaf: Field, value: Any) -> None:
    assert msgspec.json.decode(msgspec.json.encode(value), type=leaf_type(leaf)) == value


@pytest.mark.parametrize(("leaf", "value"), BAD, ids=lambda value: str(getattr(value, "kind", value))[:20])
def test_a_value_of_another_kind_is_not_read(leaf: Field, value: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(value), type=leaf_type(leaf))


def test_a_whole_number_stays_one() -> None:
    read_: Any = msgspec.json.decode(b"5", type=leaf_type(field("a")))
    assert type(read_) is int


@pytest.mark.parametrize("collection", sorted(COLLECTIONS))
def test_the_whole_catalogue_compiles(collection: str) -> None:
    root = tree(COLLECTIONS[collection].values())
    tops = {path.split(".")[0].rstrip("[]?") for path in COLLECTIONS[collection]}
    assert set(root.struct.__struct_fields__) == tops


def test_no_map_of_the_catalogue_has_bare_values() -> None:
    """The keys of such a map can't be renamed to anything of use, and they may not be kept."""
    assert [path for table in COLLECTIONS.values() for path in table if path.endswith("*")] == []
