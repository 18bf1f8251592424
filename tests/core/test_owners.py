"""Owners: names, passphrases, hashes, and how long a sign-in lasts."""

from dataclasses import replace

import pytest

from proxy.core.owners import (
    CONFIRMED,
    IDLE,
    OLDEST,
    REMEMBERED,
    SKEW,
    Owner,
    OwnerSession,
    Passkey,
    alive,
    check_passphrase,
    console_key,
    folded,
    hash_passphrase,
    is_confirmed,
    mac,
    new_secret,
    passphrase_fault,
    read_name,
    same,
    session_key,
)

KEY = console_key(b"e" * 32)
NOW = 1_795_435_200_000
SESSION = OwnerSession("o", "c", NOW, NOW, NOW, remembered=False, device="Android", address="203.0.113.0/24")


def test_the_consoles_key_is_not_the_one_it_comes_from() -> None:
    assert len(KEY) == 32
    assert KEY != b"e" * 32
    assert console_key(b"f" * 32) != KEY


def test_hashes_of_different_kinds_and_parts_never_meet() -> None:
    hashed = [
        mac(KEY, "a", "bc"),
        mac(KEY, "ab", "c"),
        mac(KEY, "a", "b", "c"),
        mac(b"x" * 32, "a", "bc"),
        mac(KEY, "a", ""),
    ]
    assert len(set(hashed)) == len(hashed)


def test_a_secret_has_128_bits_and_its_key_does_not_show_it() -> None:
    value = new_secret(lambda count: bytes(range(count)))
    assert len(value) == 22
    assert value not in session_key(value)
    assert session_key("\udcff") != session_key("?")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("a", "a", True), ("a", "b", False), ("ä", "ä", True), ("\udcff", "a", False), ("", "", True)],
)
def test_texts_are_compared_whole(one: str, other: str, expected: bool) -> None:
    assert same(one, other) is expected


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ada", "Ada"),
        ("  Ada \t Lovelace\n", "Ada Lovelace"),
        ("A\u0308da", "Äda"),
        ("x" * 40, "x" * 40),
        ("x" * 41, ""),
        ("", ""),
        ("   ", ""),
        ("a\u202eb", ""),
        ("a\x00b", ""),
    ],
)
def test_a_name_is_tidied_or_refused(typed: str, kept: str) -> None:
    assert read_name(typed) == kept


def test_names_are_one_whatever_their_case_and_width() -> None:
    assert folded("ADA") == folded("\uff41\uff44\uff41") == folded(" ada ") == "ada"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("correct horse battery staple", None),
        ("tür gras wolke", None),
        ("eleven char", "short"),
        ("", "short"),
        ("x y" * 100, "long"),
        ("aaaaaaaaaaaa", "easy"),
        ("abababababab", "easy"),
        ("123456789012", "easy"),
        ("abcdefghijklmn", "easy"),
        ("Alexandrina1234", "easy"),
        ("1234Alexandrina", "easy"),
    ],
)
def test_what_is_wrong_with_a_passphrase_is_said(text: str, fault: str | None) -> None:
    assert passphrase_fault(text, "Alexandrina") == fault


def test_a_passphrase_is_checked_against_its_hash_under_the_key() -> None:
    stored = hash_passphrase(KEY, "tür gras wolke", random=bytes)
    assert check_passphrase(KEY, "tür gras wolke", stored)
    assert check_passphrase(KEY, "tu\u0308r gras wolke", stored)
    assert not check_passphrase(KEY, "tür gras wolke ", stored)
    assert not check_passphrase(console_key(b"f" * 32), "tür gras wolke", stored)


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$"])
def test_nothing_is_the_passphrase_of_nobody(stored: str) -> None:
    assert not check_passphrase(KEY, "", stored)


@pytest.mark.parametrize(
    ("remembered", "age", "idle", "expected"),
    [
        (False, IDLE - 1, IDLE - 1, True),
        (False, IDLE, IDLE, False),
        (False, OLDEST - 1, 0, True),
        (False, OLDEST, 0, False),
        (True, REMEMBERED - 1, REMEMBERED - 1, True),
        (True, REMEMBERED, 0, False),
    ],
)
def test_a_session_ends_by_age_and_by_idleness(remembered: bool, age: int, idle: int, expected: bool) -> None:
    session = replace(SESSION, remembered=remembered, used_at=NOW + age - idle)
    assert alive(session, NOW + age) is expected


def test_a_confirmation_counts_for_ten_minutes() -> None:
    assert is_confirmed(SESSION, NOW + CONFIRMED - 1)
    assert not is_confirmed(SESSION, NOW + CONFIRMED)


def test_a_second_factor_is_a_passkey_or_an_app() -> None:
    plain = Owner("o", "Ada", NOW, passphrase="x")
    assert not plain.has_second_factor
    assert replace(plain, totp=b"x").has_second_factor
    assert replace(plain, passkeys=(Passkey("i", b"", 0, "", NOW, NOW),)).has_second_factor


@pytest.mark.parametrize("remembered", [True, False])
def test_what_is_from_the_future_was_noted_by_a_wrong_clock_and_counts_for_nothing(remembered: bool) -> None:
    ahead = replace(SESSION, remembered=remembered)
    assert alive(ahead, NOW - SKEW)
    assert not alive(ahead, NOW - SKEW - 1)
    assert not alive(replace(ahead, created_at=NOW - 2 * SKEW), NOW - SKEW - 1)
    assert is_confirmed(ahead, NOW - SKEW)
    assert not is_confirmed(ahead, NOW - SKEW - 1)
