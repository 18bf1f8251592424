"""The words of the policy language hold together."""

from proxy.core.catalog import CLASSES, COLLECTIONS
from proxy.core.lens import TYPE_FIELD
from proxy.core.policy import (
    DETAILS,
    IDENTITIES,
    TYPE_KEYS,
    WHOLE,
    ZONES,
    comes_with_class,
    fields_of_class,
    known_types,
    row_fields,
)


def test_what_tells_least_stands_at_the_safe_end_of_each_scale() -> None:
    assert (DETAILS[-1], IDENTITIES[0], ZONES[-1]) == ("summary", "nothing", "viewer")


def test_words_chat_identifiers_and_secrets_are_no_whole_classes() -> None:
    apart = CLASSES - WHOLE
    assert apart == {"row", "identifier", "text", "chat", "secret"}


def test_the_policy_and_the_lens_agree_on_what_a_type_is() -> None:
    assert {collection: path for collection, (_, path) in TYPE_KEYS.items()} == TYPE_FIELD


def test_a_class_shows_its_figures_but_not_its_words() -> None:
    table = COLLECTIONS["treatments"]
    settings = fields_of_class(table, "settings")
    assert "targetTop" in settings
    assert "profileJson" not in settings
    assert not comes_with_class(table["profileJson"])


def test_a_class_that_is_not_whole_shows_nothing() -> None:
    assert fields_of_class(COLLECTIONS["treatments"], "text") == frozenset()
    assert fields_of_class(COLLECTIONS["treatments"], "identifier") == frozenset()


def test_row_fields_are_ids_types_and_times() -> None:
    assert row_fields(COLLECTIONS["entries"]) == {
        *("_id", "identifier", "type", "date", "dateString", "mills", "created_at", "isValid")
    }


def test_the_empty_word_is_no_type_of_row() -> None:
    assert known_types(COLLECTIONS["treatments"], "glucoseType") == (
        *("Finger", "Sensor", "Manual", "Meter", "finger", "sensor", "manual", "meter"),
    )
