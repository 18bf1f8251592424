import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.core.record import GENESIS, Draft, Record, Value, verify, write

AT = 1_790_000_000_000


def chain(count: int, *, grant: str = "grant-1") -> list[Record]:
    records: list[Record] = []
    head = GENESIS
    for number in range(1, count + 1):
        draft = Draft("answer", AT + number, {"door": "/api/v1/entries.json", "rows": number})
        records.append(write(draft, site="site-1", grant=grant, number=number, head=head))
        head = bytes.fromhex(records[-1].head)
    return records


def bodies(records: list[Record]) -> list[bytes]:
    return [record.body for record in records]


def test_a_record_is_sorted_json_with_number_site_and_grant() -> None:
    draft = Draft("sign_in", AT, {"way": "link", "fresh": True, "address": None, "tries": 9})
    record = write(draft, site="site-1", grant="grant-1", number=3, head=GENESIS)
    assert record.body == (
        b'{"address":null,"at":1790000000000,"fresh":true,"grant":"grant-1","kind":"sign_in","n":3,'
        b'"site":"site-1","tries":9,"way":"link"}'
    )
    assert record.number == 3


def test_the_head_is_the_hash_of_the_previous_head_and_the_exact_bytes() -> None:
    first, second = chain(2)
    assert first.head == hashlib.sha256(bytes(32) + first.body).hexdigest()
    assert second.head == hashlib.sha256(bytes.fromhex(first.head) + second.body).hexdigest()


def test_what_the_record_says_of_itself_can_not_be_overwritten_by_its_fields() -> None:
    forged: dict[str, Value] = {"kind": "ended", "at": 1, "site": "other", "grant": "other", "n": 99}
    record = write(Draft("answer", AT, forged), site="site-1", grant="grant-1", number=1, head=GENESIS)
    assert msgspec.json.decode(record.body) == {
        "kind": "answer",
        "at": AT,
        "site": "site-1",
        "grant": "grant-1",
        "n": 1,
    }


def test_the_order_of_fields_does_not_matter() -> None:
    one = Draft("answer", AT, {"rows": 1, "bytes": 2})
    two = Draft("answer", AT, {"bytes": 2, "rows": 1})
    written = [write(draft, site="s", grant="g", number=1, head=GENESIS) for draft in (one, two)]
    assert written[0] == written[1]


def test_a_whole_chain_verifies_against_its_head() -> None:
    records = chain(5)
    verdict = verify(bodies(records), head=records[-1].head, grant="grant-1")
    assert (verdict.ok, verdict.length, verdict.head) == (True, 5, records[-1].head)
    assert verdict.message == "5 records, unbroken."


def test_an_empty_chain_has_the_first_head() -> None:
    assert verify([], head=GENESIS.hex()).ok
    assert not verify([], head=chain(1)[-1].head).ok


@pytest.mark.parametrize("place", range(5))
def test_a_changed_line_is_noticed(place: int) -> None:
    records = chain(5)
    changed = bodies(records)
    changed[place] = changed[place].replace(b'"rows":', b'"rows":1')
    verdict = verify(changed, head=records[-1].head)
    assert not verdict.ok
    assert "check number differs" in verdict.message


@pytest.mark.parametrize("place", range(4))
def test_a_missing_line_is_noticed_even_without_a_head(place: int) -> None:
    remaining = bodies(chain(5))
    del remaining[place]
    verdict = verify(remaining)
    assert not verdict.ok
    assert verdict.message == f"Line {place + 1} has number {place + 2}: one is missing or moved."


def test_a_cut_tail_is_noticed_with_a_head_only() -> None:
    records = chain(5)
    assert verify(bodies(records)[:4]).ok
    assert not verify(bodies(records)[:4], head=records[-1].head).ok


def test_moved_and_repeated_lines_are_noticed() -> None:
    first, second, third = bodies(chain(3))
    assert not verify([first, third, second]).ok
    assert not verify([first, second, second]).ok


def test_a_line_of_another_grant_is_noticed() -> None:
    verdict = verify(bodies(chain(2, grant="grant-2")), grant="grant-1")
    assert verdict.message == "Line 1 belongs to another grant."
    assert not verdict.ok


@pytest.mark.parametrize("line", [b"", b"[]", b"{", b'{"n":1.5}', b'{"n":{}}', b'{"n":"\xff"}', b"null"])
def test_a_line_that_is_no_record_is_noticed(line: bytes) -> None:
    verdict = verify([line])
    assert not verdict.ok
    assert verdict.message.startswith("Line 1 ")


def test_a_number_must_be_a_number() -> None:
    assert not verify([b'{"n":true}']).ok
    assert not verify([b'{"n":"1"}']).ok


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
FIELDS = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), VALUES, max_size=5)


@given(st.lists(FIELDS, min_size=1, max_size=6), st.data())
def test_any_chain_verifies_and_no_changed_byte_does(
    fields: list[dict[str, Value]], data: st.DataObject
) -> None:
    head, lines = GENESIS, list[bytes]()
    for number, each in enumerate(fields, 1):
        record = write(Draft("answer", AT, each), site="s", grant="g", number=number, head=head)
        head = bytes.fromhex(record.head)
        lines.append(record.body)
    assert verify(lines, head=head.hex(), grant="g").ok
    line = data.draw(st.integers(0, len(lines) - 1))
    place = data.draw(st.integers(0, len(lines[line]) - 1))
    flipped = bytearray(lines[line])
    flipped[place] ^= data.draw(st.integers(1, 255))
    lines[line] = bytes(flipped)
    assert not verify(lines, head=head.hex(), grant="g").ok
