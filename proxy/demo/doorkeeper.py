"""Who may come in: access tokens, JWTs, the API secret, and the wait after a wrong one.

As Nightscout 15 does it, oddities included: a token is good as it is, by its last sixteen digits, and
by its SHA-1; a bad ``?token=`` counts as none; a bad `api-secret` or Bearer slows its address down.
"""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

JWT_SECONDS = 8 * 3600
_SUBJECT = "demo"


@dataclass(frozen=True, slots=True)
class Access:
    """What a request may do: permissions in shiro's spelling, and whose they are."""

    permissions: tuple[str, ...]
    subject: str | None = None
    default: bool = False

    def may(self, wanted: str) -> bool:
        return any(_implies(given.split(":"), wanted.split(":")) for given in self.permissions)


def _implies(given: list[str], wanted: list[str]) -> bool:
    if len(given) > len(wanted):
        return False
    return all(have in ("*", want) for have, want in zip(given, wanted, strict=False))


NOBODY = Access((), default=True)
_ADMIN = Access(("*",))


class Doorkeeper:
    """Knows one reader's token and the API secret. `delay` is in seconds, `now` gives epoch ms."""

    def __init__(self, *, token: str, api_secret: str, now: Callable[[], int], delay: float) -> None:
        self._token, self._now, self._delay = token, now, delay
        self._key = hashlib.sha256(b"jwt " + api_secret.encode()).digest()
        sha1 = hashlib.sha1(api_secret.encode()).hexdigest()  # noqa: S324  # what Nightscout's clients send
        self._secrets = {sha1, hashlib.sha512(api_secret.encode()).hexdigest()}
        self._reader = Access(("api:*:read",), _SUBJECT)
        self._not_before: dict[str, float] = {}
        self.failures = 0

    async def access(self, *, secret: str | None, token: str | None, address: str) -> Access | None:
        """Tell what credentials give (`token` is a JWT); None for wrong ones, after noting the address."""
        await self._wait(address)
        secret = None if secret in (None, "", "null") else secret
        if secret is None and not token:
            return NOBODY
        found = self._found(secret, token)
        if found is None:
            self._slow_down(address)
        else:
            self._not_before.pop(address, None)
        return found

    def _found(self, secret: str | None, token: str | None) -> Access | None:
        if secret is not None and secret.lower() in self._secrets:
            return _ADMIN
        if token and self.read_jwt(token):
            return self._reader
        return self._reader if secret is not None and self.is_token(secret) else None

    async def _wait(self, address: str) -> None:
        left = self._not_before.get(address, 0) - asyncio.get_running_loop().time()
        if left > 0:
            await asyncio.sleep(left)

    def _slow_down(self, address: str) -> None:
        now = asyncio.get_running_loop().time()
        self._not_before[address] = max(self._not_before.get(address, now), now) + self._delay
        self.failures += 1

    def is_token(self, text: str) -> bool:
        """Tell the reader's access token, or its SHA-1."""
        digits = self._token.rpartition("-")[2]
        digest = hashlib.sha1(self._token.encode()).hexdigest()  # noqa: S324
        return text.rpartition("-")[2] == digits or (len(text) >= 16 and digest.startswith(text.lower()))

    def authorize(self, text: str) -> dict[str, Any] | None:
        """Issue a fresh JWT for an access token or a living JWT, as ``authorization/request`` answers; else None."""
        inner = self.read_jwt(text)
        if not self.is_token(inner or text):
            return None
        issued = self._now() // 1000
        claims = {"accessToken": self._token, "iat": issued, "exp": issued + JWT_SECONDS}
        return {
            "token": self._sign(claims),
            "sub": _SUBJECT,
            "permissionGroups": [list(self._reader.permissions), []],
            "iat": issued,
            "exp": issued + JWT_SECONDS,
        }

    def _sign(self, claims: dict[str, Any]) -> str:
        signed = f"{_base64({'alg': 'HS256', 'typ': 'JWT'})}.{_base64(claims)}"
        return f"{signed}.{self._signature(signed)}"

    def _signature(self, signed: str) -> str:
        return _text(hmac.digest(self._key, signed.encode(), "sha256"))

    def read_jwt(self, text: str) -> str | None:
        """Read the access token inside a JWT of ours that has not expired."""
        signed, _, signature = text.rpartition(".")
        if signed.count(".") != 1 or not hmac.compare_digest(
            self._signature(signed).encode(), signature.encode()
        ):
            return None
        claims = msgspec.json.decode(base64.urlsafe_b64decode(signed.partition(".")[2] + "=="))
        return str(claims["accessToken"]) if claims["exp"] * 1000 > self._now() else None


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _base64(value: dict[str, Any]) -> str:
    return _text(msgspec.json.encode(value))
