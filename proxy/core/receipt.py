"""A receipt: the check number of a grant's record, signed, so that whoever holds it can show what was on record.

Rules of this file: the keys that sign tokens sign receipts too, so what is signed begins with words that no token
begins with, and neither can stand for the other.
"""

import base64
from binascii import Error as Base64Error

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from proxy.core.grant import Grant


def statement(grant: Grant) -> str:
    """Write what a receipt states of a grant, as the exact text that is signed: five lines, the last without end."""
    return "\n".join(
        (
            "chaperone receipt 1",
            f"site {grant.site}",
            f"grant {grant.id}",
            f"records {grant.length}",
            f"head {grant.head}",
        )
    )


def sign(stated: str, private_key: Ed25519PrivateKey) -> str:
    """Sign a statement with Ed25519: 86 letters of base64url."""
    return base64.urlsafe_b64encode(private_key.sign(stated.encode())).rstrip(b"=").decode()


def proof(stated: str, kid: str, private_key: Ed25519PrivateKey) -> tuple[str, str, str]:
    """Give what proves a statement: the signature, the name of the key, and the key's public half in hex."""
    return sign(stated, private_key), kid, private_key.public_key().public_bytes_raw().hex()


def is_signed(stated: str, signature: str, public_key: Ed25519PublicKey) -> bool:
    """Say whether a signature is that of this statement by this key."""
    try:
        public_key.verify(base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4)), stated.encode())
    except (InvalidSignature, Base64Error, ValueError):
        return False
    return True
