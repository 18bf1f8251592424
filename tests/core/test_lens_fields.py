"""Every field of the catalogue can be seen if it is named, and any document is filtered or withheld."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.core.catalog import COLLECTIONS, Field
from tests.core.looking import NOW, a_view, everything, look, look_at

ISO = "2026-11-23T12:00:00.000Z"
WHOLE = a_view(*everything())
VALUES: dict[str, Any] = {
    "bool": True,
    "id": "an id",
    "text": "words",
    "ms": NOW,
    "iso": ISO,
    "time": ISO,
    "clock": "06:30",
}


def value_for(field: Field) -> Any:
    if field.kind == "number":
        return int(max(field.low, min(field.high, 1)))
    return field.values[0] if field.kind == "enum" else VALUES[field.kind]


def document_with(path: str, value: Any) -> Any:
    """Build the object that has `value` at a path of the catalogue, and nothing else."""
    head, _, rest = path.partition(".")
    if not head:
        return value
    if head == "*":
        return {"Ines": document_with(rest, value)}
    inner = document_with(rest, value)
    return {head.rstrip("[]?"): [inner] if head.endswith("]") else inner}


def at(path: str, document: Any) -> Any:
    for name in path.split("."):
        document = document["Profile 1"] if name == "*" else document[name.rstrip("[]?")]
        if name.endswith("]"):
            [document] = document
    return document


@pytest.mark.parametrize("collection", sorted(COLLECTIONS))
def test_every_field_that_can_be_named_can_be_seen(collection: str) -> None:
    table = COLLECTIONS[collection]
    # A `key` is written only together with the map that it points into: tests/core/test_widgets.py.
    named = [
        field for field in table.values() if field.privacy not in ("row", "secret") and field.kind != "key"
    ]
    kind = {"entries": {"type": "sgv"}, "treatments": {"eventType": "SMB"}}.get(collection, {})
    for field in named:
        value = value_for(field)
        row = {"date": NOW, "created_at": ISO, "startDate": ISO} | document_with(field.path, value) | kind
        seen = look_at(WHOLE, collection, row)
        expected = WHOLE.lenses[collection].pseudonyms.one(value) if field.kind == "id" else value
        assert at(field.path, seen) == expected, field.path
        assert seen is not None
        assert seen.keys() <= row.keys()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**13)
    | st.floats(allow_nan=False)
    | st.text(max_size=6)
    | st.just(ISO),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["iob", "sgv", "pump", "store", "basal", "value", "notes", "battery", "x", ""]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
NAMES = (
    "openaps",
    "pump",
    "store",
    "preferences",
    "boluscalc",
    "notes",
    "bolus",
    "loopSettings",
    "foods",
    "sgv",
    "isValid",
)


@given(
    collection=st.sampled_from(sorted(WHOLE.lenses)),
    documents=st.lists(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4), max_size=3),
)
@settings(max_examples=60)
def test_any_document_is_filtered_or_withheld(collection: str, documents: list[dict[str, Any]]) -> None:
    dated = [
        {"type": "sgv", "eventType": "SMB", "date": NOW, "created_at": ISO, "startDate": ISO} | one
        for one in documents
    ]
    first = look(WHOLE, collection, dated)
    assert len(first) <= len(dated)
    # One odd row more shows the others as they are.
    assert look(WHOLE, collection, [*dated, {"sgv": [], "type": 7}]) == first
