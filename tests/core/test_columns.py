import msgspec
import pytest

from proxy.core.catalog import COLLECTIONS
from proxy.core.columns import column, column_of_some


class Row(msgspec.Struct):
    date: int = 0
    _id: str | None = None


class Other(msgspec.Struct):
    _id: str = ""
    date: int = 0


def test_a_column_holds_a_value_for_each_row_in_their_order() -> None:
    rows = [Row(3, "c"), Row(1), Row(2, "b")]
    assert column(rows, "date") == [3, 1, 2]
    assert column(rows, "_id") == ["c", None, "b"]


def test_no_rows_have_no_values() -> None:
    assert column([], "date") == []


def test_rows_of_several_kinds_are_read_one_after_another() -> None:
    for _ in range(100):
        assert column([Row(3, "c")] * 20, "_id") == ["c"] * 20
        assert column([Other("d", 4)] * 20, "_id") == ["d"] * 20


@pytest.mark.parametrize("name", ["date or 1", "", "date)(", "0"])
def test_what_is_no_name_is_not_made_into_a_program(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        column([Row()], name)


def test_every_name_of_the_catalogue_can_be_one() -> None:
    parts = {
        part.rstrip("[]?") for table in COLLECTIONS.values() for path in table for part in path.split(".")
    }
    kind = msgspec.defstruct("Kind", [(name, int, 0) for name in sorted(parts - {"*"})])
    assert all(column([kind()], name) == [0] for name in parts - {"*"})


@pytest.mark.parametrize("name", ["class", "from", "None", "match"])
def test_a_word_of_pythons_own_can_be_the_name_of_a_field(name: str) -> None:
    kind = msgspec.defstruct("Kind", [("date", int, 0), (name, int | None, None)])
    rows = [kind(1, 5), kind(2), kind(3, 6)]
    assert column(rows, name) == [5, None, 6]


def test_a_column_of_rows_that_may_be_missing_has_none_for_those() -> None:
    for _ in range(100):
        assert column_of_some([Row(3), None], frozenset({Row}), "date") == [3, None]
        assert column_of_some([Row(3), None, Other("a")], frozenset({Row, Other}), "date") == [3, None, 0]
