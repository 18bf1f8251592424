"""Pseudonyms: of the same shape, always the same, and of no use anywhere else."""

import re
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy.core.pseudonym import Pseudonyms, is_id

KEY = bytes(range(32))
OURS = Pseudonyms(KEY, "view-1", "entries")
OBJECT_ID = "5f5f5f5f5f5f5f5f5f5f5f5f"
UUID = "2f7b0a34-0001-4002-8003-0000000000aa"
OTHERS = (
    "",
    "a",
    "loop://iPhone of Ines",
    "é\u202e\U0001f600",
    "\ud83d",
    "a\nb",
    OBJECT_ID.upper(),
    OBJECT_ID + "\n",
    "\n" + OBJECT_ID,
    OBJECT_ID[:23] + "٣",
    UUID + " ",
    "x" * 200,
    "5f5f5f5f5f5f5f5f5f5f5f5\n5f5f5f5f5f5f5f5f5f5f5f5f5",
)
HEX = st.text(alphabet="0123456789abcdef", min_size=24, max_size=24)
ANY = HEX | st.uuids().map(str) | st.text(st.characters(exclude_categories=()), max_size=40)


def test_an_object_id_gives_an_object_id() -> None:
    pseudonym = OURS.one(OBJECT_ID)
    assert re.fullmatch("[0-9a-f]{24}", pseudonym)
    assert pseudonym != OBJECT_ID


@pytest.mark.parametrize("original", [UUID, UUID.upper()])
def test_a_uuid_gives_a_uuid(original: str) -> None:
    pseudonym = OURS.one(original)
    assert str(uuid.UUID(pseudonym)) == pseudonym
    assert pseudonym != original.lower()


@pytest.mark.parametrize("original", OTHERS, ids=ascii)
def test_any_other_id_gives_24_hex_digits(original: str) -> None:
    assert re.fullmatch("[0-9a-f]{24}", OURS.one(original))


def test_an_id_has_the_same_pseudonym_after_a_restart() -> None:
    again = Pseudonyms(KEY, "view-1", "entries")
    for original in (OBJECT_ID, UUID, *OTHERS):
        assert again.one(original) == OURS.one(original)
    # Written down once: an upgrade that changes them would break every page that is open.
    assert OURS.one(OBJECT_ID) == "783d5be02c94652546c74e6a"
    assert OURS.one(UUID) == "0adf53d8-3ef2-800b-a25f-a72d583db242"
    assert OURS.one("a") == "62677dd7291f757f645d6afd"


@pytest.mark.parametrize(
    "other",
    [
        Pseudonyms(KEY, "view-2", "entries"),
        Pseudonyms(KEY, "view-1", "treatments"),
        Pseudonyms(bytes(32), "view-1", "entries"),
        Pseudonyms(KEY, "view-1\0entries", ""),
    ],
    ids=["view", "collection", "key", "a zero byte"],
)
def test_ids_can_not_be_matched_between_views_collections_and_sites(other: Pseudonyms) -> None:
    for original in (OBJECT_ID, UUID, *OTHERS):
        assert other.one(original) != OURS.one(original)


def test_ids_one_after_another_give_pseudonyms_without_an_order() -> None:
    originals = [f"5f5f5f5f0000000000{number:06x}" for number in range(2000)]
    turned = OURS.many(originals)
    assert len(set(turned)) == 2000
    assert turned != sorted(turned)
    # Neighbours share a time, a machine and all but a counter; their pseudonyms not even a beginning.
    assert len({one[:8] for one in turned}) == 2000
    assert len({one[-6:] for one in turned}) > 1990


def test_ids_of_different_shapes_never_meet() -> None:
    originals = [f"{number:024x}" for number in range(500)] + [f"n{number}" for number in range(500)]
    originals += [str(uuid.UUID(int=number)) for number in range(500)]
    assert len(set(OURS.many(originals))) == 1500


@settings(max_examples=30)
@given(st.lists(ANY, max_size=12))
def test_a_column_is_turned_as_each_id_alone(originals: list[str]) -> None:
    assert OURS.many(originals) == [OURS.one(original) for original in originals]


@settings(max_examples=30)
@given(st.lists(HEX, min_size=1, max_size=12))
def test_a_column_of_object_ids_is_turned_as_each_alone(originals: list[str]) -> None:
    assert OURS.many(originals) == [OURS.one(original) for original in originals]


@pytest.mark.parametrize("odd", OTHERS, ids=ascii)
def test_one_odd_id_changes_no_other(odd: str) -> None:
    alone = OURS.one(OBJECT_ID)
    assert OURS.many([OBJECT_ID, odd, OBJECT_ID]) == [alone, OURS.one(odd), alone]


def test_a_line_break_does_not_make_two_ids_of_one() -> None:
    assert OURS.many([f"{OBJECT_ID}\n{OBJECT_ID}"]) == [OURS.one(f"{OBJECT_ID}\n{OBJECT_ID}")]
    halves = [f"{OBJECT_ID}\n", OBJECT_ID[:23]]
    assert OURS.many(halves) == [OURS.one(half) for half in halves]


def test_ids_of_other_lengths_are_not_cut_to_fit() -> None:
    uneven = [OBJECT_ID[:23], f"{OBJECT_ID}5", OBJECT_ID]
    assert OURS.many(uneven) == [OURS.one(one) for one in uneven]
    assert OURS.many(uneven)[2] == OURS.one(OBJECT_ID)


@settings(max_examples=30)
@given(st.sets(ANY, max_size=40))
def test_no_two_ids_meet(originals: set[str]) -> None:
    # A UUID is the same in small and capital letters.
    told = {one.lower() if len(one) == 36 and is_id(one) else one for one in originals}
    assert len({OURS.one(one) for one in told}) == len(told)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (OBJECT_ID, True),
        (UUID, True),
        (UUID.upper(), True),
        (OBJECT_ID.upper(), False),
        (OBJECT_ID + "\n", False),
        (OBJECT_ID[:-1], False),
        ("sgv", False),
        ("", False),
        (UUID.replace("-", ""), False),
        (OBJECT_ID[:23] + "٣", False),
    ],
)
def test_ids_are_told_from_types(text: str, expected: bool) -> None:
    assert is_id(text) is expected


def test_pseudonyms_do_not_show_their_key() -> None:
    assert KEY.hex() not in repr(OURS)
    assert not any(part in repr(OURS) for part in ("key", "seed"))


def test_a_line_break_does_not_make_two_uuids_of_one() -> None:
    for halves in (
        [f"{UUID}\n{UUID}"],
        [f"{UUID}\n", UUID[:-1]],
        [f"{UUID}\n{UUID}", ""],
        [UUID[:20], UUID[20:]],
    ):
        assert OURS.many(halves) == [OURS.one(half) for half in halves]
