"""Codes of an authenticator app (RFC 6238), and the recovery codes for when it is lost.

The app's secret has to be kept as it is; it is sealed under the console's key, which is not in the store.
"""

import base64
import hmac
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from proxy.core.codes import new_code, read_code
from proxy.core.owners import RECOVERY_CODES, mac
from proxy.core.ports import RandomBytes

STEP: Final = 30
_NONCE: Final = 12
_DIGITS: Final = 6
_ISSUER: Final = "Chaperone"


def new_totp(random: RandomBytes) -> str:
    """Make a secret: 160 bits, base32."""
    return base64.b32encode(random(20)).decode()


def address(secret: str, name: str) -> str:
    """Give the address that an authenticator app reads from a QR code."""
    import pyotp  # noqa: PLC0415 - only sign-ins load it

    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER)


def matching_step(secret: str, typed: str, now: int, *, after: int) -> int | None:
    """Give the time step of a code that is right now, give or take one step, and later than `after`; else None."""
    import pyotp  # noqa: PLC0415 - only sign-ins load it

    digits = "".join(letter for letter in typed if not letter.isspace())
    if len(digits) != _DIGITS or not digits.isascii() or not digits.isdigit():
        return None
    current, app, found = now // 1000 // STEP, pyotp.TOTP(secret), None
    for step in (current - 1, current, current + 1):
        # All three are compared, so that the time taken tells nothing.
        if hmac.compare_digest(app.generate_otp(step), digits) and step > after:
            found = step
    return found


def sealed(key: bytes, secret: str, owner: str, *, random: RandomBytes) -> bytes:
    """Seal a secret for keeping; only for this owner can it be opened again."""
    nonce = random(_NONCE)
    return nonce + AESGCM(_key(key)).encrypt(nonce, secret.encode(), owner.encode())


def opened(key: bytes, kept: bytes, owner: str) -> str | None:
    """Open what was sealed; None if it can't be."""
    try:
        return AESGCM(_key(key)).decrypt(kept[:_NONCE], kept[_NONCE:], owner.encode()).decode()
    except (InvalidTag, ValueError):
        return None


def new_recovery_codes(random: RandomBytes) -> Sequence[str]:
    """Make recovery codes, to be shown once."""
    return [new_code(random) for _ in range(RECOVERY_CODES)]


def recovery_hash(key: bytes, owner: str, typed: str) -> str | None:
    """Give the stored form of a recovery code as it was typed; None if it can't be one."""
    code = read_code(typed)
    return None if code is None else mac(key, "recovery", owner, code)


def _key(key: bytes) -> bytes:
    return bytes.fromhex(mac(key, "totp"))
