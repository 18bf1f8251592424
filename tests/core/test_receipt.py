from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from proxy.core.grant import Grant
from proxy.core.receipt import is_signed, sign, statement

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
GRANT = Grant(
    id="a1b2c3d4e5f60718",
    site="site-1",
    kind="visit",
    clinician="Diabetes clinic",
    policy_name="consultant",
    policy_text="",
    policy_hash="",
    days=14,
    minted_at=0,
    opens_at=0,
    lasts=None,
    expires_at=1,
    opened_at=None,
    ended_at=1,
    ending="expired",
    zone=None,
    link_hash="",
    code_hash="",
    pin_hash="",
    tries_left=10,
    url_token=False,
    length=3,
    head="ab" * 32,
)


def test_a_receipt_states_site_grant_length_and_head() -> None:
    assert statement(GRANT) == (
        f"chaperone receipt 1\nsite site-1\ngrant a1b2c3d4e5f60718\nrecords 3\nhead {'ab' * 32}"
    )


def test_a_receipt_names_nobody() -> None:
    assert "Diabetes clinic" not in statement(GRANT)


def test_a_signature_holds_for_its_statement_and_key() -> None:
    stated = statement(GRANT)
    assert is_signed(stated, sign(stated, KEY), KEY.public_key())


def test_a_signature_does_not_hold_for_another_length_or_head() -> None:
    signature = sign(statement(GRANT), KEY)
    for other in (replace(GRANT, length=4), replace(GRANT, head="cd" * 32), replace(GRANT, id="ffff")):
        assert not is_signed(statement(other), signature, KEY.public_key())


def test_a_signature_of_another_installation_does_not_hold() -> None:
    stated = statement(GRANT)
    other = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
    assert not is_signed(stated, sign(stated, other), KEY.public_key())


def test_what_is_no_signature_does_not_hold() -> None:
    for text in ("", "x", "ä" * 86, "A" * 86):
        assert not is_signed(statement(GRANT), text, KEY.public_key())


def test_what_is_signed_can_not_be_a_token() -> None:
    # A token's signed text is two parts of base64url with a dot between them.
    assert " " in statement(GRANT).partition("\n")[0]
