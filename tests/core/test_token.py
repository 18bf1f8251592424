import base64
import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from proxy.core.errors import TokenError
from proxy.core.grant import DAY, HOUR, LONGEST, Grant
from proxy.core.token import TokenClaims, jwks, mint_token, read_token, token_sha1

NOW = 1_780_000_000_000
AUDIENCE = "https://share.example.org"
ISSUER = "chaperone"
OURS = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
THEIRS = Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
PUBLIC = {"k1": OURS.public_key()}
GRANT = Grant(
    id="9f2c",
    site="home",
    kind="visit",
    clinician="Diabetes clinic",
    policy_name="consultant",
    policy_text="",
    policy_hash="ab" * 32,
    days=14,
    minted_at=NOW,
    opens_at=NOW,
    lasts=None,
    expires_at=NOW + 4 * HOUR,
    opened_at=None,
    ended_at=None,
    ending=None,
    zone=None,
    link_hash="",
    code_hash="",
    pin_hash="",
    tries_left=10,
    url_token=False,
    length=1,
    head="00" * 32,
)
HEADER = {"alg": "EdDSA", "kid": "k1", "typ": "JWT"}
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "9f2c",
    "jti": "j1",
    "iat": NOW // 1000,
    "nbf": NOW // 1000,
    "exp": NOW // 1000 + 3600,
    "role": "consultant",
    "policy": "consultant@ab",
    "site": "home",
}


def mint(grant: Grant = GRANT) -> str:
    return mint_token(
        grant, kid="k1", private_key=OURS, audience=AUDIENCE, issuer=ISSUER, jti="j1", now_ms=NOW
    )


def read(raw: str, *, now: int = NOW) -> TokenClaims:
    return read_token(raw, public_keys=PUBLIC, audience=AUDIENCE, issuer=ISSUER, now_ms=now)


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def signed(header: Any = HEADER, claims: Any = CLAIMS, key: Ed25519PrivateKey = OURS) -> str:
    head = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{head}.{b64(key.sign(head.encode()))}"


def refused(raw: str, *, now: int = NOW) -> None:
    with pytest.raises(TokenError):
        read(raw, now=now)


def without(claim: str) -> dict[str, Any]:
    return {name: value for name, value in CLAIMS.items() if name != claim}


def test_a_token_comes_back_as_it_was_made() -> None:
    claims = read(mint())
    assert claims == TokenClaims(
        grant="9f2c",
        site="home",
        jti="j1",
        issued_at=NOW,
        not_before=NOW,
        expires_at=NOW + LONGEST,
        policy="consultant@" + "ab" * 32,
    )


def test_a_token_made_by_hand_with_every_claim_right_is_taken() -> None:
    # The negative tests below change one thing of this token each.
    assert read(signed()).grant == "9f2c"


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "RS256", "ES256", "eddsa", "", None, 1])
def test_no_other_algorithm_is_taken(alg: object) -> None:
    refused(signed({**HEADER, "alg": alg}))


def test_alg_none_without_a_signature_is_refused() -> None:
    head = f"{b64(json.dumps({**HEADER, 'alg': 'none'}).encode())}.{b64(json.dumps(CLAIMS).encode())}"
    refused(f"{head}.")
    refused(head)


@pytest.mark.parametrize("alg", ["HS256", "EdDSA"])
def test_the_public_key_is_no_secret_for_hmac(alg: str) -> None:
    raw_key = PUBLIC["k1"].public_bytes_raw()
    head = f"{b64(json.dumps({**HEADER, 'alg': alg}).encode())}.{b64(json.dumps(CLAIMS).encode())}"
    for digest in (hashlib.sha256, hashlib.sha512):
        refused(f"{head}.{b64(hmac.digest(raw_key, head.encode(), digest))}")


@pytest.mark.parametrize("kid", ["k2", "", "../k1", None, 1, ["k1"]])
def test_a_foreign_kid_is_refused(kid: object) -> None:
    refused(signed({**HEADER, "kid": kid}))


def test_a_missing_kid_is_refused() -> None:
    refused(signed({"alg": "EdDSA", "typ": "JWT"}))


def test_another_key_under_our_kid_is_refused() -> None:
    refused(signed(key=THEIRS))


def test_after_a_rotation_both_keys_are_taken_and_each_only_under_its_own_kid() -> None:
    keys = {"k1": OURS.public_key(), "k2": THEIRS.public_key()}

    def read_both(raw: str) -> TokenClaims:
        return read_token(raw, public_keys=keys, audience=AUDIENCE, issuer=ISSUER, now_ms=NOW)

    assert read_both(signed()).grant == "9f2c"
    assert read_both(signed({**HEADER, "kid": "k2"}, key=THEIRS)).grant == "9f2c"
    with pytest.raises(TokenError):
        read_both(signed({**HEADER, "kid": "k2"}, key=OURS))


@pytest.mark.parametrize(
    "extra",
    [
        {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": b64(THEIRS.public_key().public_bytes_raw())}},
        {"jku": "https://evil.example/jwks.json"},
        {"x5u": "https://evil.example/cert.pem"},
        {"x5c": ["AAAA"]},
        {"crit": ["exp"]},
        {"b64": False, "crit": ["b64"]},
        {"zip": "DEF"},
    ],
)
@pytest.mark.parametrize("key", [OURS, THEIRS])
def test_a_header_that_brings_its_own_key_or_demands_is_refused(
    extra: dict[str, object], key: Ed25519PrivateKey
) -> None:
    refused(signed({**HEADER, **extra}, key=key))


def test_a_token_ends_with_the_latest_end_that_its_grant_could_have() -> None:
    raw = mint()
    assert read(raw, now=NOW + LONGEST - 1000).grant == "9f2c"
    refused(raw, now=NOW + LONGEST)


def test_a_token_is_not_valid_before_the_grant_opens() -> None:
    raw = mint(replace(GRANT, opens_at=NOW + HOUR))
    refused(raw, now=NOW + HOUR - 1)
    assert read(raw, now=NOW + HOUR).not_before == NOW + HOUR


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "https://other.example.org"},
        {"aud": [AUDIENCE]},
        {"aud": AUDIENCE + "/"},
        {"iss": "another"},
        {"role": "admin"},
        {"role": ["consultant"]},
        {"sub": ""},
        {"sub": 9},
        {"exp": str(NOW // 1000 + 60)},
        {"exp": NOW // 1000 + 0.5},
        {"exp": True},
        {"exp": 10**30},
        {"nbf": -1},
        {"nbf": None},
        {"unknown": 1},
    ],
)
def test_a_claim_of_another_value_or_kind_is_refused(changed: dict[str, object]) -> None:
    refused(signed(claims={**CLAIMS, **changed}))


@pytest.mark.parametrize("claim", sorted(CLAIMS))
def test_every_claim_is_required(claim: str) -> None:
    refused(signed(claims=without(claim)))


@pytest.mark.parametrize("claims", [[], "x", 1, None, {}])
def test_claims_that_are_no_set_of_claims_are_refused(claims: object) -> None:
    refused(signed(claims=claims))


def test_a_life_of_more_than_thirty_days_is_refused() -> None:
    issued = NOW // 1000
    month = 30 * DAY // 1000
    assert read(signed(claims={**CLAIMS, "exp": issued + month})).grant == "9f2c"
    refused(signed(claims={**CLAIMS, "exp": issued + month + 1}))
    # Nor by a later date of issue.
    refused(signed(claims={**CLAIMS, "iat": issued + 10, "exp": issued + month + 1}))
    # Nor once the time has come nearer: the life counts from the issue.
    refused(signed(claims={**CLAIMS, "exp": issued + month + 1}), now=NOW + DAY)


@pytest.mark.parametrize("ends", [NOW, NOW - 1, NOW + 30 * DAY + 1])
def test_no_token_is_made_for_an_end_that_is_past_or_too_far(ends: int) -> None:
    with pytest.raises(TokenError):
        mint(replace(GRANT, expires_at=ends))


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_changed_part_is_refused(part: int) -> None:
    other = mint(replace(GRANT, id="other")).split(".")
    changed = mint().split(".")
    changed[part] = other[part] if part else signed({**HEADER, "kid": "k2"}).split(".")[0]
    refused(".".join(changed))


def test_nothing_longer_than_four_kilobytes_is_looked_at() -> None:
    refused(signed(claims={**CLAIMS, "policy": "p" * 4096}))
    assert read(signed(claims={**CLAIMS, "policy": "p" * 2000})).policy == "p" * 2000


def test_deep_nesting_in_header_or_claims_is_refused() -> None:
    deep = "[" * 350 + "]" * 350
    header = b64(f'{{"alg":"EdDSA","kid":{deep}}}'.encode())
    refused(f"{header[:512]}.{b64(b'{}')}.{'A' * 86}")
    head = f"{b64(json.dumps(HEADER).encode())}.{b64((deep * 3).encode())}"
    refused(f"{head}.{b64(OURS.sign(head.encode()))}")


@given(st.text())
def test_any_text_is_a_token_error(raw: str) -> None:
    refused(raw)


@given(st.binary(max_size=300), st.binary(max_size=300), st.binary(min_size=64, max_size=64))
def test_any_bytes_in_the_shape_of_a_token_are_a_token_error(
    head: bytes, body: bytes, signature: bytes
) -> None:
    refused(f"{b64(head)}.{b64(body)}.{b64(signature)}")


@given(st.binary(max_size=300))
def test_any_header_and_any_claims_under_our_own_signature_are_a_value_or_a_token_error(body: bytes) -> None:
    for head in (b64(body), b64(json.dumps(HEADER).encode())):
        raw = f"{head}.{b64(body)}"
        refused(f"{raw}.{b64(OURS.sign(raw.encode()))}")


@given(st.integers(0, 10_000), st.integers(0, 127))
def test_one_changed_character_is_a_token_error_or_the_same_token(place: int, code: int) -> None:
    raw = mint()
    place %= len(raw)
    changed = raw[:place] + chr(code) + raw[place + 1 :]
    try:
        # The last character of a part carries spare bits: the same bytes may be written in two ways.
        assert read(changed) == read(raw)
    except TokenError:
        assert changed != raw


def test_the_public_keys_are_told_as_a_jwk_set_without_private_parts() -> None:
    assert jwks(PUBLIC) == {
        "keys": [
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "use": "sig",
                "alg": "EdDSA",
                "kid": "k1",
                "x": b64(OURS.public_key().public_bytes_raw()),
            }
        ]
    }


def test_the_sha1_is_the_one_that_nightscouts_clients_send() -> None:
    assert token_sha1("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d"
    assert token_sha1("\ud800") != token_sha1("?")
