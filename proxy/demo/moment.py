"""Times and ids of the invented site: epoch milliseconds in, Nightscout's spellings out."""

import datetime as dt
import time
from functools import lru_cache
from hashlib import blake2b
from zoneinfo import ZoneInfo

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
SLOT = 5 * MINUTE  # a sensor's reading interval
ZONE = "Europe/Berlin"


def iso(at: int) -> str:
    """Epoch ms as Nightscout stores it: ``2026-03-29T01:00:00.000Z``."""
    seconds, millis = divmod(at, 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{millis:03d}Z"


def parse_iso(text: str) -> int:
    """ISO 8601 text as epoch ms; text without an offset is read as UTC. Raises ValueError."""
    # A plus sign in a query arrives as a space; Nightscout repairs it the same way.
    moment = dt.datetime.fromisoformat(text.replace(" ", "+"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return round(moment.timestamp() * 1000)


def moment_of(value: object) -> int | None:
    """Read a date of either spelling, as epoch ms; None for what is none (a test may store anything)."""
    if isinstance(value, int | float):
        return int(value)
    try:
        return parse_iso(value) if isinstance(value, str) else None
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _offset_of_hour(hour: int) -> int:
    moment = dt.datetime.fromtimestamp(hour * 3600, ZoneInfo(ZONE))
    offset = moment.utcoffset() or dt.timedelta()
    return int(offset.total_seconds()) // 60


def offset_minutes(at: int) -> int:
    """Minutes east of UTC in the site's zone: 60 in winter, 120 in summer."""
    return _offset_of_hour(at // HOUR)


def local(day: int, hour: float) -> int:
    """Epoch ms of a local clock time (in hours) on a UTC day (days since the epoch)."""
    at = day * DAY + int(hour * HOUR)
    return at - offset_minutes(at) * MINUTE


@lru_cache(maxsize=2048)  # knots and hours are asked for many times over
def unit(seed: str, *key: object) -> float:
    """Draw a number in [0, 1) that depends on nothing but its arguments."""
    digest = blake2b(f"{seed}|{key!r}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def object_id(seed: str, at: int, key: object) -> str:
    """Make an ObjectId-shaped id (24 hex digits): four bytes of time, eight that only the key decides."""
    tail = blake2b(f"{seed}|{key!r}".encode(), digest_size=8).hexdigest()
    return f"{at // 1000:08x}{tail}"


def uuid_like(seed: str, key: object) -> str:
    """Make an identifier in a UUID's shape, as AAPS and Loop write them."""
    text = blake2b(f"uuid|{seed}|{key!r}".encode(), digest_size=16).hexdigest()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:]}"
