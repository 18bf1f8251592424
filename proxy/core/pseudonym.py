"""Pseudonyms: ids of the same shape that tell nothing of the original.

ObjectIds carry a time and a counter, v3 identifiers a device name. Each view has a key of its own, so ids can't
be matched between views. A 16-byte block cipher is a keyed permutation: one call turns thousands of ids, and no
two ids meet (an ObjectId keeps 12 of 16 bytes: a meeting among a million rows has odds of 1 in 10^17).
HMAC-SHA-256 serves ids of any other shape.
"""

import hmac
import re
from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_OBJECT_ID = re.compile(r"[0-9a-f]{24}", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_UUID_SHAPE = "00000000-0000-0000-0000-000000000000\n"
_UUID_PLACES = tuple(place for place, letter in enumerate(_UUID_SHAPE) if letter == "0")
_AS_ZEROS = str.maketrans(dict.fromkeys("123456789abcdefABCDEF", "0"))


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
        return self.many([original])[0]

    def many(self, originals: Sequence[str]) -> list[str]:
        """Give the pseudonyms of a column of ids, in its order."""
        pseudonyms = self._object_ids(originals)
        return self._mixed(originals) if pseudonyms is None else pseudonyms

    def _object_ids(self, originals: Sequence[str]) -> list[str] | None:
        """Turn a column that holds nothing but ObjectIds; else None."""
        # Their places are looked at too: an id that itself has a line break in it is two lines and one id.
        lines = "\n00000000".join(originals) + "\n00000000"
        breaks = "\n" * len(originals)
        if len(lines) != 33 * len(originals) or lines[24::33] != breaks or not lines.isascii():
            return None
        if lines.encode().translate(None, b"0123456789abcdef") != breaks.encode():
            return None
        return _of_twelve(_encrypt(self._object_key, bytes.fromhex(lines)))

    def _mixed(self, originals: Sequence[str]) -> list[str]:
        """Turn a column that holds ids of several shapes: those of one shape together."""
        if ("\n".join(originals) + "\n").translate(_AS_ZEROS) == _UUID_SHAPE * len(originals):
            return self._uuids(originals)
        objects = [original for original in originals if _OBJECT_ID.fullmatch(original)]
        uuids = [original for original in originals if _UUID.fullmatch(original)]
        known = dict(zip(objects, self._object_ids(objects) or (), strict=True))
        known.update(zip(uuids, self._uuids(uuids), strict=True))
        return [known.get(original) or self._other(original) for original in originals]

    def _uuids(self, originals: Sequence[str]) -> list[str]:
        digits = bytes.fromhex("".join(originals).replace("-", ""))
        text = _encrypt(self._uuid_key, digits).hex().encode()
        lines = bytearray((_UUID_SHAPE * len(originals)).encode())
        for at, place in enumerate(_UUID_PLACES):
            lines[place :: len(_UUID_SHAPE)] = text[at :: len(_UUID_PLACES)]
        return lines.decode().splitlines()

    def _other(self, original: str) -> str:
        name = original.encode("utf-8", "surrogatepass")
        return hmac.digest(self._other_key, name, "sha256").hex()[:24]


def _encrypt(key: bytes, blocks: bytes) -> bytes:
    # ECB is right here and nowhere else: each block is one id, and equal ids must give equal pseudonyms.
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(blocks)  # noqa: S305 - see above


def _of_twelve(blocks: bytes) -> list[str]:
    """Write the first twelve bytes of each block of sixteen as hex: by columns of four, some steps for all of them."""
    columns, kept = memoryview(blocks).cast("I"), bytearray(len(blocks) // 4 * 3)
    places = memoryview(kept).cast("I")
    for at in range(3):
        places[at::3] = columns[at::4]
    return kept.hex("\n", 12).split("\n") if blocks else []
