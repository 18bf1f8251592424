"""Remarks as they are kept, and what the record tells of them: how many, and a hash; no words."""

from dataclasses import replace

import msgspec
import pytest

from proxy.core.errors import StoreUnavailable
from proxy.core.ports import Document
from proxy.core.remarks import Picked, Remark, Remarks, digest, read_remarks, recorded

SAID = Remarks(
    ("Is my basal right?",),
    (Remark("flu", "2026-03-03", "2026-03-06"), Remark("travel")),
    (Picked("k1", "2026-03-04", "felt sick"),),
    "aa" * 16,
)


def test_what_is_kept_is_read_again_and_what_cannot_be_read_fails_without_quoting_it() -> None:
    assert read_remarks(Document("remarks", "g", msgspec.json.encode(SAID), 1)) == SAID
    assert not read_remarks(None)
    with pytest.raises(StoreUnavailable) as caught:
        read_remarks(Document("remarks", "g", b'["felt sick"]', 1))
    assert "felt" not in repr(caught.value)


def test_the_record_tells_how_many_and_a_hash_and_not_a_word() -> None:
    told = recorded(SAID)
    assert (told["questions"], told["remarks"], told["picked"]) == (1, 2, 1)
    for word in ("basal", "flu", "travel", "sick", "2026"):
        assert word not in str(told)


@pytest.mark.parametrize(
    "other",
    [
        replace(SAID, questions=("Is my basal right",)),
        replace(SAID, dated=SAID.dated[::-1]),
        replace(SAID, picked=()),
        replace(SAID, salt="bb" * 16),
        replace(SAID, dated=(Remark("flu", "2026-03-03", "2026-03-07"), SAID.dated[1])),
    ],
)
def test_whatever_is_said_otherwise_has_another_hash(other: Remarks) -> None:
    assert digest(other) != digest(SAID)


def test_without_words_there_are_no_remarks() -> None:
    assert not Remarks(salt="aa")
    assert SAID
    assert Remarks(("Why?",))
