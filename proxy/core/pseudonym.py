"""Pseudonyms: ids of the same shape that tell nothing of the original.

ObjectIds carry a time and a counter, v3 identifiers a device name. Each view has a key of its own, so ids can't
be matched between views. A 16-byte block cipher is a keyed permutation: one call turns thousands of ids, and no
two ids meet (an ObjectId keeps 12 of 16 bytes: a meeting among a million rows has odds of 1 in 10^17).
HMAC-SHA-256 serves ids of any other shape.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_OBJECT_ID = re.compile(r"[0-9a-f]{24}", re.ASCII)
_OBJECT_IDS = re.compile(r"(?:[0-9a-f]{24}\n)*", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)


def is_id(text: str) -> bool:
    """Say whether a text has the form of an id, an original or a pseudonym."""
    return _OBJECT_ID.fullmatch(text) is not None or _UUID.fullmatch(text) is not None


class Pseudonyms:
    """The pseudonyms of one view and collection."""

    def __init__(self, site_key: bytes, view: str, collection: str) -> None:
        seed = hmac.digest(site_key, f"pseudonym\0{view}\0{collection}".encode(), "sha256")
        self._object_key = hmac.digest(seed, b"object id", "sha256")
        self._uuid_key = hmac.digest(seed, b"uuid", "sha256")
        self._other_key = hmac.digest(seed, b"other", "sha256")

    def one(self, original: str) -> str:
        """Give the pseudonym of one id."""
        if _OBJECT_ID.fullmatch(original):
            return self._object_ids([original])[0]
        if _UUID.fullmatch(original):
            block = _encrypt(self._uuid_key, bytes.fromhex(original.replace("-", ""))).hex()
            return f"{block[:8]}-{block[8:12]}-{block[12:16]}-{block[16:20]}-{block[20:]}"
        return hmac.digest(self._other_key, original.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()[
            :24
        ]

    def many(self, originals: Sequence[str]) -> list[str]:
        """Give the pseudonyms of a column of ids, in its order."""
        joined = "\n".join(originals) + "\n"
        # The length too: an id that itself has a line break in it is two lines and one id.
        if len(joined) == 25 * len(originals) and _OBJECT_IDS.fullmatch(joined):
            return self._object_ids(originals)
        return [self.one(original) for original in originals]

    def _object_ids(self, originals: Sequence[str]) -> list[str]:
        blocks = bytes.fromhex("00000000".join(originals) + "00000000")
        text = _encrypt(self._object_key, blocks).hex()
        return [text[at : at + 24] for at in range(0, len(text), 32)]


def _encrypt(key: bytes, blocks: bytes) -> bytes:
    # ECB is right here and nowhere else: each block is one id, and equal ids must give equal pseudonyms.
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(blocks)  # noqa: S305 - see above
