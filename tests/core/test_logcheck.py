"""A receipt catches whatever was done to a copy of the log, and says what it was."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from proxy.core.logcheck import Claim, check_copy, heads_of
from proxy.core.record import GENESIS, Draft, write


def chain(count: int, grant: str = "g1") -> list[bytes]:
    bodies, head = [], GENESIS
    for number in range(1, count + 1):
        record = write(
            Draft("answer", number, {"door": "summary"}), site="s", grant=grant, number=number, head=head
        )
        bodies.append(record.body)
        head = bytes.fromhex(record.head)
    return bodies


WHOLE = chain(6)
CLAIM = Claim("g1", 6, heads_of(WHOLE)[-1], final=True)


def said(bodies: list[bytes], *, kept: bool = True, claim: Claim = CLAIM) -> str:
    found = check_copy(bodies, claim, WHOLE if kept else ())
    assert found.ok is False
    return found.text % found.values


@pytest.mark.parametrize("kept", [True, False], ids=["the log is still there", "only the receipt is left"])
def test_a_whole_log_fits(kept: bool) -> None:
    found = check_copy(WHOLE, CLAIM, WHOLE if kept else ())
    assert found.ok
    assert found.text % found.values == "All 6 lines are as they were: the check number fits."


def test_an_edited_line_is_named_where_the_log_is_still_there() -> None:
    edited = [body.replace(b'"at":3', b'"at":9') for body in WHOLE]
    assert said(edited) == "Line 3 was changed."
    assert said(edited, kept=False) == "A line was changed: the check number is not that of these lines."


@pytest.mark.parametrize("kept", [True, False], ids=["the log is still there", "only the receipt is left"])
def test_a_missing_line_a_swapped_pair_and_a_cut_tail_are_named(kept: bool) -> None:
    a, b, c, d, e, f = WHOLE
    assert said([a, b, d, e, f], kept=kept) == "Line 3 is missing."
    assert said([a, e, f], kept=kept) == "Lines 2 to 4 are missing."
    assert said([a, c, b, d, e, f], kept=kept) == "Lines 2 and 3 have changed places."
    assert said([a, f, c, d, e, b], kept=kept) == "Lines 2 and 6 have changed places."
    assert said([b, c, a, d, e, f], kept=kept) == "The lines are not in their order, from line 1 on."
    assert said([a, b, c, d], kept=kept) == "The end is cut off: lines 5 to 6 are missing."
    assert said([a, b, b, c, d, e, f], kept=kept) == "Line 2 stands there twice."


def test_another_shares_log_is_told_as_such() -> None:
    assert said(chain(6, "g2")) == "This is the log of another share."
    assert said([*WHOLE[:5], chain(6, "g2")[5]]) == "Line 6 belongs to another share."


def test_lines_after_the_end_are_told_and_those_after_an_early_receipt_are_right() -> None:
    early = Claim("g1", 4, heads_of(WHOLE)[3], final=False)
    found = check_copy(WHOLE, early)
    assert found.ok
    assert "first 4 lines: none was changed. 2 came later." in found.text % found.values
    late = chain(7)
    assert said(late) == "Lines were added after the end, from line 7 on."


@pytest.mark.parametrize(
    "line", [b"", b"hello", b"[]", b"{}", b'{"n":"1","grant":"g1"}', b"\xff", b'{"n":1.5,"grant":"g1"}']
)
def test_what_is_no_record_is_told_by_its_line(line: bytes) -> None:
    assert said([WHOLE[0], line, *WHOLE[2:]]) == "Line 2 is not a record of an access log."
    assert said([]) == "There is no line in it."


@given(st.integers(0, 5), st.data())
def test_no_change_of_a_byte_goes_unnoticed(line: int, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(WHOLE[line]) - 1))
    byte = data.draw(st.integers(0, 255))
    assume(WHOLE[line][place] != byte)
    changed = list(WHOLE)
    changed[line] = changed[line][:place] + bytes([byte]) + changed[line][place + 1 :]
    assert not check_copy(changed, CLAIM).ok
    assert not check_copy(changed, CLAIM, WHOLE).ok


@given(st.permutations(range(6)))
def test_no_other_order_goes_unnoticed(order: list[int]) -> None:
    assume(order != list(range(6)))
    assert not check_copy([WHOLE[place] for place in order], CLAIM).ok
