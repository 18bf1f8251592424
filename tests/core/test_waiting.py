"""A browser that waits: known by its secret, good for minutes and once."""

import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.core.errors import StoreUnavailable
from proxy.core.waiting import (
    LASTS,
    Kind,
    Waiting,
    decode,
    encode,
    hash_secret,
    is_browser,
    new_id,
    new_secret,
    new_word,
    read_ticket,
    ticket,
)

WAITING = Waiting("pairing", hash_secret("s" * 22), "maple 42", "Windows", "203.0.113.0/24", 1_000)


def test_a_ticket_is_read_back() -> None:
    secret = new_secret(os.urandom)
    for key in (new_id(os.urandom), f"{'0a' * 8}/{new_id(os.urandom)}"):
        assert read_ticket(ticket(key, secret)) == (key, secret)


@given(st.text())
def test_nothing_else_is_a_ticket(text: str) -> None:
    found = read_ticket(text)
    assert found is None or ticket(*found) == text


@pytest.mark.parametrize(
    "key", ["", "a", "../owner", "x" * 16 + "/" + "y" * 16, "0a" * 8 + "/" + "0a" * 8 + "/" + "y" * 16]
)
def test_a_ticket_leads_to_no_other_document(key: str) -> None:
    assert read_ticket(ticket(key, "s" * 22)) is None


def test_only_the_browser_with_the_secret_is_known() -> None:
    assert is_browser(WAITING, "s" * 22)
    assert not is_browser(WAITING, "t" * 22)
    assert "s" * 22 not in repr(WAITING) + encode(WAITING).decode()


@pytest.mark.parametrize("kind", ["pairing", "opening", "handed"])
def test_it_counts_for_minutes_and_once(kind: Kind) -> None:
    waiting = replace(WAITING, kind=kind)
    assert waiting.counts(1_000 + LASTS[kind] - 1)
    assert not waiting.counts(1_000 + LASTS[kind])
    assert not replace(waiting, claimed=True).counts(1_000)
    assert LASTS[kind] <= 15 * 60_000


def test_words_differ() -> None:
    words = {new_word(os.urandom) for _ in range(200)}
    assert len(words) > 150
    assert all(word.split(" ")[0].isalpha() and len(word.split(" ")[1]) == 2 for word in words)


def test_it_is_kept_and_read() -> None:
    assert decode(encode(WAITING)) == WAITING
    with pytest.raises(StoreUnavailable):
        decode(b"{}")
