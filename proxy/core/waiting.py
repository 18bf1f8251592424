"""A browser that waits for the owner's word: how both sides write it down, and how it is known again.

Rules of this file: pure. The browser holds a secret, of which only a hash is kept; what the owner sees and scans is the
id, which opens nothing. It counts for minutes and once.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from proxy.core.errors import StoreUnavailable
from proxy.core.ports import PASSING, RandomBytes

WAITING: Final = f"{PASSING}waiting"
"""Documents of browsers that wait, by id; those of a grant by `grant/id`."""
ASK_FIRST: Final = "ask-first"
"""Documents by the id of a grant whose first opening needs the owner's word. While one is there, nobody is let in."""

MINUTE: Final = 60_000
LASTS: Final = {"pairing": 4 * MINUTE, "opening": 15 * MINUTE, "handed": 2 * MINUTE}
MOST_WAITING: Final = 200
"""Browsers that may wait at once: everybody can make one."""

_ID: Final = re.compile(r"[A-Za-z0-9_-]{16}", re.ASCII)
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
_WORDS: Final = (
    *("acorn", "amber", "apple", "arrow", "badge", "beach", "berry", "birch", "brick", "bridge", "candle", "canoe"),
    *("castle", "cedar", "cherry", "cloud", "clover", "comet", "copper", "coral", "daisy", "desert", "dolphin", "eagle"),
    *("ember", "falcon", "feather", "fern", "forest", "garden", "ginger", "glacier", "harbour", "hazel", "heron", "honey"),
    *("island", "ivory", "jacket", "jasmine", "kettle", "lantern", "lemon", "lilac", "maple", "marble", "meadow", "melon"),
    *("mirror", "nutmeg", "olive", "orchid", "otter", "pebble", "pepper", "piano", "planet", "poppy", "prairie", "puffin"),
    *("quartz", "river", "saddle", "salmon"),
)  # fmt: skip
"""64 words that sound and look different."""


Kind = Literal["pairing", "opening", "handed"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is kept of a browser that waits."""

    kind: Kind
    browser: str
    """Hash of the secret that the browser holds."""
    word: str
    """On both screens: by it the owner knows the computer in front of which somebody sits."""
    device: str
    address: str
    """Coarse."""
    made_at: int
    grant: str = ""
    """Whose PIN was right, or what the owner gave; empty while a pairing waits."""
    by: str = "pairing"
    """How it came, for the record."""
    answer: Literal["", "yes", "no"] = ""
    claimed: bool = False

    def counts(self, now: int) -> bool:
        """Say whether it is still good for something."""
        return not self.claimed and now - self.made_at < LASTS[self.kind]


def new_id(random: RandomBytes) -> str:
    """Make the id of a browser that waits: 96 bits."""
    return _text(random(12))


def new_secret(random: RandomBytes) -> str:
    """Make the secret of a browser that waits: 128 bits."""
    return _text(random(16))


def new_word(random: RandomBytes) -> str:
    """Make a word for two screens, such as `maple 42`."""
    number = int.from_bytes(random(16))
    return f"{_WORDS[number % len(_WORDS)]} {number // len(_WORDS) % 90 + 10}"


def hash_secret(secret: str) -> str:
    """Give the stored form of a browser's secret."""
    return hashlib.sha256(b"chaperone/waiting\0" + secret.encode(errors="surrogatepass")).hexdigest()


def is_browser(waiting: Waiting, secret: str) -> bool:
    """Say whether a browser is the one that waits."""
    return hmac.compare_digest(waiting.browser, hash_secret(secret))


def ticket(key: str, secret: str) -> str:
    """Give what a browser holds: the key of its document and its secret, in one text."""
    return f"{key.replace('/', '~')}.{secret}"


def read_ticket(text: str) -> tuple[str, str] | None:
    """Give key and secret of what a browser sent; None if it can't be that."""
    key, _, secret = text.partition(".")
    known = key.replace("~", "/")
    return (known, secret) if is_key(known) and _SECRET.fullmatch(secret) else None


def is_key(text: str) -> bool:
    """Say whether a text can be the key of a document of this kind."""
    grant, slash, name = text.rpartition("/")
    return bool(_ID.fullmatch(name)) and (not slash or bool(re.fullmatch(r"[0-9a-f]{16}", grant, re.ASCII)))


def encode(waiting: Waiting) -> bytes:
    """Write it as it is kept."""
    return msgspec.json.encode(waiting)


def decode(body: bytes) -> Waiting:
    """Read what was kept. Raises StoreUnavailable."""
    try:
        return msgspec.json.decode(body, type=Waiting)
    except msgspec.DecodeError:
        raise StoreUnavailable("The data can't be read: restore a backup.") from None


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
