"""Passphrases of six words, and what is locked with them: a PDF, or bytes that a browser can open.

Six of 2,048 words are 66 bits. The words are a list of our own: plain, short, no two that sound alike, and none of
which English and American spelling differ. What is typed is forgiven case, spaces and hyphens.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO
from typing import Final

WORDS: Final = 6
BITS: Final = 11
"""Of each word."""
ROUNDS: Final = 1_000_000
"""PBKDF2 with SHA-256: a second or so on a clinic's computer, and as long for each guess."""
KEY_BYTES, SALT_BYTES, NONCE_BYTES = 32, 16, 12

RandomBytes = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Sealed:
    """Bytes under AES-256-GCM, and what is needed beside the passphrase to open them."""

    salt: bytes
    nonce: bytes
    rounds: int
    body: bytes
    """With the tag at its end, as WebCrypto wants it."""


def passphrase(random: RandomBytes) -> str:
    """Choose six words; `random` gives that many bytes."""
    number = int.from_bytes(random((WORDS * BITS + 7) // 8), "big")
    words = word_list()
    return "-".join(words[number >> BITS * place & (1 << BITS) - 1] for place in range(WORDS))


def word_list() -> Sequence[str]:
    """Read the 2,048 words."""
    return files("proxy.report").joinpath("templates/words.txt").read_text(encoding="ascii").split()


def plain(typed: str) -> str:
    """Read a passphrase as people type it."""
    return "-".join(re.findall(r"[a-z]+", typed.lower()))


def seal(content: bytes, words: str, *, random: RandomBytes, rounds: int = ROUNDS) -> Sealed:
    """Encrypt for a browser: PBKDF2 with SHA-256, then AES-256-GCM."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - only who asks for such a file needs it

    salt, nonce = random(SALT_BYTES), random(NONCE_BYTES)
    key = hashlib.pbkdf2_hmac("sha256", words.encode(), salt, rounds, KEY_BYTES)
    return Sealed(salt, nonce, rounds, AESGCM(key).encrypt(nonce, content, None))


def locked_pdf(body: bytes, words: str) -> bytes:
    """Encrypt a PDF with AES-256 (revision 6); its tags stay. The passphrase opens it and is needed to change it."""
    from pypdf import PdfReader, PdfWriter  # noqa: PLC0415 - only who asks for such a file needs it

    writer = PdfWriter(clone_from=PdfReader(BytesIO(body)))
    writer.encrypt(words, algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
