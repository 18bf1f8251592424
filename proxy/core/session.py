"""The rules of a clinician's browser session: cookie, idle time, age, origin. The gate and the visit pages share them.

Rules of this file: pure. The cookie's value is kept nowhere; the store knows its hash.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from proxy.core.grant import HOUR
from proxy.core.ports import RandomBytes, Session

IDLE = HOUR // 2
"""Milliseconds without input after which a session is over. A page that updates itself is no input."""

OLDEST = 12 * HOUR
"""Milliseconds after which a session is over, however busy."""

TOUCH_EVERY = 60_000
"""Milliseconds between two notes of use: each costs a durable write."""

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Cookie:
    """How the cookie is named and whether it needs https. Always HttpOnly, SameSite=Lax, Path=/."""

    name: str
    secure: bool


@lru_cache(maxsize=64)
def cookie_for(public_url: str) -> Cookie:
    """Give the cookie of an origin; raises ValueError for plain http anywhere but on this machine.

    Browsers take a `__Host-` cookie only with Secure, so plain http on loopback has another name.
    """
    parts = urlsplit(public_url)
    if parts.scheme == "https":
        return Cookie("__Host-chaperone", secure=True)
    if parts.scheme == "http" and parts.hostname in _LOOPBACK:
        return Cookie("chaperone", secure=False)
    raise ValueError("Sharing needs https: over plain http it works on this machine only.")


def cookie_name(public_url: str) -> str:
    """Give the name of the cookie of an origin (see cookie_for)."""
    return cookie_for(public_url).name


def origin_of(public_url: str) -> str:
    """Give the origin of a URL as browsers write it in the `Origin` header."""
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def new_session(grant_id: str, *, now: int, random: RandomBytes) -> tuple[str, Session]:
    """Make a session: the cookie's value (128 bits), and what the store keeps."""
    value, csrf = _secret(random), _secret(random)
    return value, Session(session_key(value), grant_id, csrf, created_at=now, used_at=now)


def session_key(value: str) -> str:
    """Give the key under which the store knows a cookie's value."""
    return hashlib.sha256(b"chaperone/session\0" + value.encode(errors="surrogatepass")).hexdigest()


def alive(session: Session, now: int) -> bool:
    """Say whether a session still counts; its grant may have ended all the same."""
    return now - session.used_at < IDLE and now - session.created_at < OLDEST


def needs_touch(session: Session, now: int) -> bool:
    """Say whether this use should be noted in the store."""
    return now - session.used_at >= TOUCH_EVERY


def is_csrf_of(session: Session, sent: str) -> bool:
    """Compare a form's token with the session's, in constant time."""
    return hmac.compare_digest(session.csrf.encode(), sent.encode(errors="surrogatepass"))


def _secret(random: RandomBytes) -> str:
    return base64.urlsafe_b64encode(random(16)).rstrip(b"=").decode()
