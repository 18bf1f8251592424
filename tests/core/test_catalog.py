"""The catalogue is consistent: nothing that can be named as a class lets words, ids or secrets through."""

import pytest

from proxy.core.catalog import CLASSES, COLLECTIONS, Field, read
from proxy.core.lens import DATE_FIELD, TYPE_FIELD
from proxy.core.policy import WHOLE, comes_with_class, fields_of_class, known_types, row_fields
from proxy.core.shape import tree

EVERY = [(collection, field) for collection, table in COLLECTIONS.items() for field in table.values()]


def field_at(collection: str, path: str) -> Field:
    return COLLECTIONS[collection][path]


def test_a_line_is_read_into_a_field() -> None:
    table = read("# a comment\n\nrate  insulin  number -1 2.5 3\ntemp insulin enum one|two words|\n")
    assert table["rate"] == Field("rate", "insulin", "number", -1, 2.5, 3)
    assert table["temp"].values == ("one", "two words", "")


@pytest.mark.parametrize("line", ["x nonsense number 0 1 0", "x carbs nonsense", "x carbs number 0"])
def test_a_faulty_line_is_refused(line: str) -> None:
    with pytest.raises(ValueError):
        read(line)


def test_a_path_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        read("x carbs bool\nx insulin bool")


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_table_compiles_as_a_whole(collection: str) -> None:
    assert tree(COLLECTIONS[collection].values()).children


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_no_leaf_is_also_a_block(collection: str) -> None:
    paths = {path.replace("[?]", "").replace("[]", "") for path in COLLECTIONS[collection]}
    blocks = {path.rsplit(".", depth)[0] for path in paths for depth in range(1, path.count(".") + 1)}
    assert not paths & blocks


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_row_has_an_id_a_date_and_a_validity(collection: str) -> None:
    rows = row_fields(COLLECTIONS[collection])
    assert {"_id", "identifier", "isValid"} <= rows
    assert collection not in DATE_FIELD or DATE_FIELD[collection] in rows


@pytest.mark.parametrize("collection", TYPE_FIELD)
def test_types_are_an_enum_that_comes_with_the_row(collection: str) -> None:
    field = field_at(collection, TYPE_FIELD[collection])
    assert (field.privacy, field.kind) == ("row", "enum")
    assert known_types(COLLECTIONS[collection], field.path) == field.values


def test_row_fields_hold_no_words() -> None:
    assert [(c, f.path) for c, f in EVERY if f.privacy == "row" and f.kind == "text"] == []


def test_words_and_ids_never_come_with_a_class() -> None:
    named = [f for _, f in EVERY if comes_with_class(f)]
    assert {f.kind for f in named}.isdisjoint({"text", "id"})
    assert {f.privacy for f in named} == WHOLE


def test_a_secret_is_no_part_of_any_class() -> None:
    secrets = {(c, f.path) for c, f in EVERY if f.privacy == "secret"}
    assert ("profile", "loopSettings.deviceToken") in secrets
    for collection, table in COLLECTIONS.items():
        for privacy in CLASSES - {"secret"}:
            assert not {(collection, path) for path in fields_of_class(table, privacy)} & secrets


def test_numbers_have_a_range_and_enums_have_values() -> None:
    assert [f for _, f in EVERY if f.kind == "number" and not f.low < f.high] == []
    assert [f for _, f in EVERY if (f.kind == "enum") != bool(f.values)] == []


@pytest.mark.parametrize(
    ("collection", "path", "privacy"),
    [
        ("entries", "device", "identifier"),
        ("entries", "utcOffset", "identifier"),
        ("entries", "sysTime", "identifier"),
        ("entries", "srvModified", "identifier"),
        ("treatments", "enteredBy", "identifier"),
        ("treatments", "notes", "text"),
        ("treatments", "reason", "text"),
        ("treatments", "isAnnouncement", "chat"),
        ("treatments", "profileJson", "settings"),
        ("treatments", "targetTop", "settings"),
        ("treatments", "otp", "secret"),
        ("treatments", "remoteAddress", "secret"),
        ("treatments", "duration", "row"),
        ("devicestatus", "openaps.suggested.reason", "settings"),
        ("devicestatus", "openaps.suggested.rate", "loop"),
        ("devicestatus", "openaps.enacted.rate", "insulin"),
        ("devicestatus", "openaps.enacted.timestamp", "insulin"),
        ("devicestatus", "pump.extended.BaseBasalRate", "settings"),
        ("devicestatus", "pump.pumpID", "identifier"),
        ("devicestatus", "override.name", "text"),
        ("devicestatus", "loop.failureReason", "text"),
        ("profile", "store.*.timezone", "identifier"),
        ("profile", "store.*.sens[].value", "settings"),
        ("profile", "deviceToken", "secret"),
        ("food", "name", "text"),
        ("activity", "notes", "text"),
    ],
)
def test_a_field_has_the_privacy_that_the_threat_model_counts_on(
    collection: str, path: str, privacy: str
) -> None:
    assert field_at(collection, path).privacy == privacy


@pytest.mark.parametrize(
    ("collection", "path"),
    [("treatments", "profile"), ("treatments", "profileJson"), ("treatments", "bolusCalculatorResult")]
    + [("devicestatus", f"openaps.{block}.reason") for block in ("suggested", "enacted")]
    + [("devicestatus", "pump.extended.ActiveProfile")],
)
def test_settings_spelt_out_in_words_do_not_come_with_the_class_settings(collection: str, path: str) -> None:
    assert path not in fields_of_class(COLLECTIONS[collection], "settings")
