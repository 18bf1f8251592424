import os
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.core.codes import (
    ALPHABET,
    check_pin,
    hash_code,
    hash_link,
    hash_pin,
    new_code,
    new_link,
    new_pin,
    read_code,
    read_link,
    read_pin,
)

KEY = b"k" * 32


def number(value: int) -> Callable[[int], bytes]:
    return value.to_bytes


def test_a_link_holds_128_bits_and_is_read_back_bare_or_as_a_whole_link() -> None:
    secret = new_link(os.urandom)
    assert len(secret) == 22
    assert read_link(secret) == secret
    assert read_link(f"  https://share.example.org/visit#{secret}\n") == secret
    assert new_link(number(0)) == "A" * 22


@pytest.mark.parametrize(
    "text", ["", "#", "A" * 21, "A" * 23, "A" * 21 + "+", "A" * 21 + "é", "A" * 22 + "#"]
)
def test_what_is_no_link_is_none(text: str) -> None:
    assert read_link(text) is None


def test_a_code_is_ten_letters_in_two_groups_without_look_alikes() -> None:
    code = new_code(os.urandom)
    assert len(ALPHABET) == len(set(ALPHABET)) == 31
    assert len(code) == 11
    assert code[5] == "-"
    assert set(code) <= {*ALPHABET, "-"}
    assert not set("ILOBS") & set(ALPHABET)


def test_every_place_of_a_code_takes_every_letter() -> None:
    codes = [new_code(os.urandom).replace("-", "") for _ in range(2000)]
    for place in range(10):
        counts = Counter(code[place] for code in codes)
        assert set(counts) == set(ALPHABET)
        assert max(counts.values()) < 130  # 65 expected; eight standard deviations


@pytest.mark.parametrize(
    "typed",
    [
        "10852-CDEFG",
        "10852cdefg",
        " 10852 - cdefg ",
        "1 0 8 5 2 c d e f g",
        "10852–CDEFG",  # noqa: RUF001  # the dash that phones make of two hyphens
        "lOb52-cdefg",
        "IoB S2 CDEFG",
        "１０８５２－ＣＤＥＦＧ",  # noqa: RUF001  # full-width, as some keyboards send
        "10852\u00a0CDEFG\u200b",
    ],
)
def test_case_spaces_dashes_and_look_alikes_are_forgiven(typed: str) -> None:
    assert read_code(typed) == "10852-CDEFG"


@pytest.mark.parametrize(
    "typed", ["", "10852-CDEF", "10852-CDEFGH", "10852-CDEF!", "10852_CDEFG", "ÄÖÜ52-CDEFG"]
)
def test_what_can_be_no_code_is_none(typed: str) -> None:
    assert read_code(typed) is None


@given(st.text())
def test_any_text_is_a_code_or_none_and_reading_twice_is_reading_once(text: str) -> None:
    code = read_code(text)
    assert code is None or read_code(code) == code


@given(st.text())
def test_any_text_is_a_pin_or_none(text: str) -> None:
    pin = read_pin(text)
    assert pin is None or (len(pin) == 6 and pin.isascii() and pin.isdecimal())


@given(st.binary(min_size=16, max_size=16))
def test_every_code_that_is_made_is_read_back(entropy: bytes) -> None:
    code = new_code(lambda _count: entropy)
    assert read_code(code) == code
    assert read_code(code.lower().replace("0", "o").replace("1", "l")) == code


@pytest.mark.parametrize("typed", ["048213", " 048213 ", "048 213", "048-213", "٠٤٨٢١٣", "０４８２１３"])  # noqa: RUF001
def test_a_pin_is_read_in_the_digits_of_any_script(typed: str) -> None:
    assert read_pin(typed) == "048213"


@pytest.mark.parametrize("typed", ["", "04821", "0482133", "04821a", "½48213", "0x8213"])
def test_what_can_be_no_pin_is_none(typed: str) -> None:
    assert read_pin(typed) is None


def test_pins_are_uniform_over_all_but_trivial_ones() -> None:
    total = 1_000_000 - 1170
    seen = [new_pin(number(value)) for value in (*range(3000), total - 2, total - 1)]
    assert len(set(seen)) == len(seen)
    assert seen == sorted(seen)
    assert new_pin(number(total)) == new_pin(number(0))
    assert seen[-1] == "999998"


@pytest.mark.parametrize(
    "pin", ["000000", "111111", "123456", "654321", "012345", "246802", "121212", "123123"]
)
def test_what_people_try_first_is_never_a_pin(pin: str) -> None:
    near = range(int(pin) - 1171, int(pin) + 1)
    assert pin not in {new_pin(number(value)) for value in near if value >= 0}


def test_each_kind_of_secret_has_a_hash_of_its_own() -> None:
    assert hash_link(KEY, "10852-CDEFG") != hash_code(KEY, "10852-CDEFG")
    assert hash_code(KEY, "10852-CDEFG") != hash_code(b"o" * 32, "10852-CDEFG")
    assert len(hash_code(KEY, "10852-CDEFG")) == 64


def test_a_right_pin_is_known_again_and_a_wrong_one_is_not() -> None:
    stored = hash_pin(KEY, "048213", random=os.urandom)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert check_pin(KEY, "048213", stored)
    assert not check_pin(KEY, "048214", stored)
    assert not check_pin(b"o" * 32, "048213", stored)


def test_the_same_pin_is_stored_differently_each_time() -> None:
    first = hash_pin(KEY, "048213", random=number(1))
    assert hash_pin(KEY, "048213", random=number(2)) != first
    assert hash_pin(KEY, "048213", random=number(1)) == first


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA"])
def test_a_stored_form_that_cannot_be_read_lets_nobody_in(stored: str) -> None:
    assert not check_pin(KEY, "048213", stored)
