"""Who may sign in to the console, what they sign in with, and how long a sign-in lasts.

Rules of this file: pure. Secrets are kept as keyed hashes; `key` is the console's own 32-byte key, kept apart from
the store, so that a copy of the store alone lets nobody in. Times are epoch milliseconds.
"""

import base64
import hashlib
import hmac
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from proxy.core.grant import DAY, HOUR
from proxy.core.ports import RandomBytes

MOST_OWNERS: Final = 5
MOST_PASSKEYS: Final = 10
RECOVERY_CODES: Final = 10
NAME_LENGTH: Final = 40
SHORTEST_PASSPHRASE: Final = 12
LONGEST_PASSPHRASE: Final = 256

REMEMBERED: Final = 30 * DAY
"""How long a remembered device stays signed in."""
OLDEST: Final = 12 * HOUR
IDLE: Final = HOUR
"""How long another one stays signed in: at most, and without use."""
CONFIRMED: Final = 10 * 60_000
"""How long a confirmation counts for sharing and widening."""
TOUCH_EVERY: Final = 60_000
"""Milliseconds between two notes of use: each costs a durable write."""
SKEW: Final = 60_000
"""So far the clocks of two nodes may differ. What is from later than that was noted while a clock was wrong: it would
count until that day comes."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey's public half."""

    id: str
    """As the browser names it: base64url."""
    public_key: bytes
    count: int
    """The authenticator's own counter; 0 where it has none."""
    name: str
    added_at: int
    used_at: int


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who may sign in. Without any means yet, or no more, if all of them are empty."""

    id: str
    name: str
    added_at: int
    passphrase: str = ""
    totp: bytes = b""
    """The sealed secret of an authenticator app."""
    totp_step: int = 0
    """The last time step whose code was used: a code counts once."""
    recovery: tuple[str, ...] = ()
    """Hashes of the recovery codes that are left."""
    passkeys: tuple[Passkey, ...] = ()

    @property
    def has_second_factor(self) -> bool:
        """Say whether more than a passphrase is asked: a passkey asks for the device and who holds it."""
        return bool(self.passkeys or self.totp)


@dataclass(frozen=True, slots=True)
class OwnerSession:
    """One browser that is signed in, or that is setting up."""

    owner: str
    """The owner's id; empty while somebody sets up."""
    csrf: str
    created_at: int
    used_at: int
    confirmed_at: int
    """When it was last made sure that the owner holds the device."""
    remembered: bool
    device: str
    address: str
    strong: bool = False
    """Whether a passkey or a code was shown in it, and not a passphrase alone."""
    stage: Literal["in", "set-up"] = "in"
    set_up: str = ""
    """While setting up: under which key the set-up code is kept."""
    name: str = ""
    """While setting up: the name that was chosen."""


@dataclass(frozen=True, slots=True)
class SetUp:
    """What a set-up code is good for: the first owner, one more, or new means for one who is there already."""

    made_at: int
    expires_at: int
    name: str = ""
    """For whom it is, if that was said when it was made."""
    owner: str = ""
    """The id of the owner who gets new means; empty for a new owner."""


def alive(session: OwnerSession, now: int) -> bool:
    """Say whether a session still counts."""
    age, idle = now - session.created_at, now - session.used_at
    if min(age, idle) < -SKEW:
        return False
    return age < REMEMBERED if session.remembered else age < OLDEST and idle < IDLE


def is_confirmed(session: OwnerSession, now: int) -> bool:
    """Say whether sharing and widening need no further confirmation."""
    return -SKEW <= now - session.confirmed_at < CONFIRMED


def console_key(entry_key: bytes) -> bytes:
    """Give the console's key: 32 bytes that tell nothing of the key they come from."""
    return hmac.digest(entry_key, b"chaperone/console", hashlib.sha256)


def mac(key: bytes, kind: str, *parts: str) -> str:
    """Hash parts under the console's key: hex. No two kinds, and no two lists of parts, are hashed alike."""
    packed = b"".join(len(part).to_bytes(4) + part for part in (each.encode() for each in (kind, *parts)))
    return hmac.digest(key, packed, hashlib.sha256).hex()


def new_secret(random: RandomBytes, size: int = 16) -> str:
    """Make a secret for a cookie or a form: base64url, 128 bits."""
    return base64.urlsafe_b64encode(random(size)).rstrip(b"=").decode()


def session_key(value: str) -> str:
    """Give the key under which the store knows a cookie's value."""
    return hashlib.sha256(b"chaperone/console-session\0" + value.encode(errors="surrogatepass")).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two texts in constant time."""
    return hmac.compare_digest(one.encode(errors="surrogatepass"), other.encode(errors="surrogatepass"))


def read_name(text: str) -> str:
    """Give an owner's name as it is kept; empty if it can't be one."""
    name = " ".join(unicodedata.normalize("NFC", text[:500]).split())
    odd = any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for letter in name)
    return "" if odd or len(name) > NAME_LENGTH else name


def folded(name: str) -> str:
    """Give the form in which names are compared: case and width do not matter."""
    return unicodedata.normalize("NFKC", read_name(name)).casefold()


def passphrase_fault(text: str, name: str) -> Literal["short", "long", "easy"] | None:
    """Say what is wrong with a new passphrase; None if it will do."""
    if len(text) < SHORTEST_PASSPHRASE:
        return "short"
    if len(text) > LONGEST_PASSPHRASE:
        return "long"
    plain = folded(text[:NAME_LENGTH]).replace(" ", "")
    repeats = len(set(plain)) < SHORTEST_PASSPHRASE // 2
    runs = plain in "0123456789012345678901234567890" or plain in "abcdefghijklmnopqrstuvwxyz"
    holds_name = bool(name) and plain.replace(folded(name).replace(" ", ""), "").isdecimal()
    return "easy" if repeats or runs or holds_name else None


def hash_passphrase(key: bytes, text: str, *, random: RandomBytes) -> str:
    """Give the stored form: argon2id over a keyed hash. About 30 ms and 19 MiB: not for the event loop."""
    return _argon2().hash(mac(key, "passphrase", unicodedata.normalize("NFC", text)), salt=random(16))


def check_passphrase(key: bytes, text: str, stored: str) -> bool:
    """Say whether a passphrase is the stored one; takes as long for a stored form that is none."""
    typed = mac(key, "passphrase", unicodedata.normalize("NFC", text[:LONGEST_PASSPHRASE]))
    try:
        return _argon2().verify(stored or _NOBODYS, typed)
    except (VerificationError, InvalidHashError):
        return False


# Of random bytes that nobody knows: who has no passphrase is refused as slowly as who mistypes one.
_NOBODYS: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$KWaQqsJUWiY7GeR9VXwcYw$e8YeV7ow1UAVsrKyXwHT8J5g1lnBJIkw88psIdjiLew"
)


def _argon2() -> PasswordHasher:
    # OWASP's smallest setting for argon2id: a Raspberry Pi has to bear it too.
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
