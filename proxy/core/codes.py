"""How a grant travels: a link or a code one way, a PIN another. How they are made, read and stored.

Rules of this file: randomness is an argument. What is stored is an HMAC under a key that is kept apart from
the store, with a domain for each kind, so that a stolen database gives nobody a way in.
"""

import base64
import hashlib
import hmac
import re
import unicodedata
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from proxy.core.ports import RandomBytes

ALPHABET: Final = "0123456789ACDEFGHJKMNPQRTUVWXYZ"
"""31 letters and digits. I, L, O, B and S are left out because they look like 1, 1, 0, 8 and 5."""

CODE_LENGTH: Final = 10
PIN_LENGTH: Final = 6

_LOOK_ALIKES = str.maketrans("ILOBS", "11085")
_LINK = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
_LONGEST_INPUT = 512
"""Characters that are looked at: a whole link may be pasted where a code belongs."""


def new_link(random: RandomBytes) -> str:
    """Make the 128-bit secret that stands behind the `#` of a link: 22 characters."""
    return base64.urlsafe_b64encode(random(16)).rstrip(b"=").decode()


def new_code(random: RandomBytes) -> str:
    """Make a visit code, as it is shown: `7KQ2M-XD4WT`. 31^10 possibilities, 49.5 bits."""
    # One large number, divided: the bias of 2^-78 is nothing, and no byte source makes this loop for ever.
    number = int.from_bytes(random(16))
    letters = [ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in range(CODE_LENGTH)]
    return _grouped("".join(letters))


def new_pin(random: RandomBytes) -> str:
    """Make a six-digit PIN, each that is not trivial being equally likely."""
    trivial = _trivial_pins()
    pin = int.from_bytes(random(16)) % (10**PIN_LENGTH - len(trivial))
    for skipped in trivial:
        if skipped > pin:
            break
        pin += 1
    return f"{pin:0{PIN_LENGTH}d}"


@cache
def _trivial_pins() -> tuple[int, ...]:
    """List what people try first: even steps (000000, 123456, 975319) and halves that repeat (123123, 121212)."""
    steps = {
        int("".join(str((first + step * place) % 10) for place in range(PIN_LENGTH)))
        for first in range(10)
        for step in range(10)
    }
    pairs = {pair * 10101 for pair in range(100)}
    halves = {half * 1001 for half in range(1000)}
    return tuple(sorted(steps | pairs | halves))


def read_link(text: str) -> str | None:
    """Read a link's secret as it was sent or pasted, bare or behind the `#` of a whole link; None if it is none."""
    secret = text[:_LONGEST_INPUT].strip().rpartition("#")[2]
    return secret if _LINK.fullmatch(secret) else None


def read_code(text: str) -> str | None:
    """Read a code as a person typed it and give it as it is shown; None if it can't be one.

    Case, spaces, dashes and look-alikes are forgiven, and so are the full-width letters of some keyboards.
    """
    letters = _packed(text).upper().translate(_LOOK_ALIKES)
    if len(letters) != CODE_LENGTH or not set(letters) <= set(ALPHABET):
        return None
    return _grouped(letters)


def read_pin(text: str) -> str | None:
    """Read a PIN as a person typed it, in the digits of any script, spaces and dashes forgiven; else None."""
    digits = [unicodedata.decimal(letter, None) for letter in _packed(text)]
    if len(digits) != PIN_LENGTH or None in digits:
        return None
    return "".join(str(digit) for digit in digits)


def _packed(text: str) -> str:
    letters = unicodedata.normalize("NFKC", text[:_LONGEST_INPUT])
    return "".join(
        letter for letter in letters if unicodedata.category(letter) not in {"Zs", "Pd", "Cf", "Cc"}
    )


def _grouped(letters: str) -> str:
    return f"{letters[: CODE_LENGTH // 2]}-{letters[CODE_LENGTH // 2 :]}"


def hash_link(key: bytes, secret: str) -> str:
    """Give the stored form of a link's secret: hex HMAC-SHA-256 under the entry key."""
    return _mac(key, b"link", secret).hex()


def hash_code(key: bytes, code: str) -> str:
    """Give the stored form of a code, given as it is shown (see read_code)."""
    return _mac(key, b"code", code).hex()


def hash_token(key: bytes, sha1: str) -> str:
    """Hash the SHA-1 of a token, which Nightscout's clients send in its place."""
    return _mac(key, b"token", sha1).hex()


def hash_pin(key: bytes, pin: str, *, random: RandomBytes, hasher: PasswordHasher | None = None) -> str:
    """Give the stored form of a PIN: argon2id over its HMAC, so that a copy of the store alone can't be searched.

    Takes about 30 ms and 19 MiB: not for the event loop. Only tests that mint by the hundred name another `hasher`.
    """
    return (hasher or _argon2()).hash(_mac(key, b"pin", pin), salt=random(16))


def check_pin(key: bytes, pin: str, stored: str) -> bool:
    """Say whether a PIN is the one that was stored; False also for a stored form that can't be read.

    Takes as long as hash_pin: one at a time, in a thread.
    """
    try:
        return _argon2().verify(stored, _mac(key, b"pin", pin))
    except (VerificationError, InvalidHashError):
        return False


def _argon2() -> PasswordHasher:
    # OWASP's smallest setting for argon2id: a Raspberry Pi has to bear it too.
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def _mac(key: bytes, kind: bytes, secret: str) -> bytes:
    return hmac.digest(key, b"chaperone/entry/" + kind + b"\0" + secret.encode(), hashlib.sha256)
