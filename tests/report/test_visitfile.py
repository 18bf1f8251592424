"""The encrypted visit file: what can be read without the passphrase, and that with it everything opens."""

import hashlib
import json
import os
import re
from base64 import b64decode, b64encode
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from proxy.report.passwords import ROUNDS, passphrase
from proxy.report.visitfile import visit_file
from tests.report.papers import COVER, nothing, summary

FEW = 1000
WORDS = "acorn-badge-cabin-dawn-eagle-fabric"


def made(words: str = WORDS) -> str:
    return visit_file(summary(), COVER, words, random=os.urandom, rounds=FEW).decode()


def sealed(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="sealed">(.*?)</script>', page)
    assert found
    read: dict[str, Any] = json.loads(found[1])
    return read


def opened(page: str, words: str = WORDS) -> str:
    one = sealed(page)
    key = hashlib.pbkdf2_hmac("sha256", words.encode(), b64decode(one["salt"]), one["rounds"], 32)
    return AESGCM(key).decrypt(b64decode(one["nonce"]), b64decode(one["body"]), None).decode()


def test_with_the_passphrase_it_opens_and_with_another_it_does_not() -> None:
    page = made()
    inside = opened(page)
    for told in ("Glucose summary", "Diabetes clinic", 'class="chart curve"', "Glossary", "Please shred it"):
        assert told in inside
    with pytest.raises(InvalidTag):
        opened(page, passphrase(os.urandom))


def test_without_it_nothing_is_told_of_anybody() -> None:
    page = made()
    for secret in ("Diabetes clinic", "1a2b3c4d", "mg/dL", "Sensor active", WORDS, "acorn"):
        assert secret not in page
    assert "can’t be taken back" in page  # noqa: RUF001 - as it is printed
    assert "Mon 23 Nov 2026" in page


def test_the_key_costs_at_least_six_hundred_thousand_rounds() -> None:
    assert ROUNDS >= 600_000
    page = visit_file(nothing(), COVER, WORDS, random=os.urandom).decode()
    assert sealed(page)["rounds"] == ROUNDS
    assert "Glucose summary" in opened(page)


def test_no_two_files_share_salt_or_nonce() -> None:
    one, other = sealed(made()), sealed(made())
    assert one["salt"] != other["salt"]
    assert one["nonce"] != other["nonce"]
    assert (len(b64decode(one["salt"])), len(b64decode(one["nonce"]))) == (16, 12)


def test_only_its_own_script_and_style_may_run_and_nothing_is_asked_of_a_network() -> None:
    page = made()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    assert policy[1].startswith("default-src 'none'; ")
    for element, directive in (("style", "style-src"), ("script", "script-src")):
        body = re.search(rf"<{element}>(.*?)</{element}>", page, re.DOTALL)
        assert body
        digest = b64encode(hashlib.sha256(body[1].encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy[1]
    inside = opened(page)
    for address in re.findall(r"https?://[^\"' <]+", page + inside):
        assert address == "http://www.w3.org/2000/svg"
    assert " src=" not in page + inside
    assert "<script" not in inside


def test_words_of_people_are_words() -> None:
    inside = opened(made())
    assert "I was ill &lt;script&gt;alert(1)&lt;/script&gt;" in inside
    assert "#panic() $x$ *bold*" in inside
