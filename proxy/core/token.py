"""The token of a grant, for tools: a signed statement that names a grant, and nothing that decides.

Rules of this file: the only module that imports PyJWT, and only its signatures (JWS). Header and claims are
read here, closed and typed, so that no header picks a key or an algorithm and no clock but the caller's counts.
What a grant may show, and until when, is read from the store on every request: a token can only be too old.
"""

import base64
import hashlib
import re
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from proxy.core.errors import TokenError
from proxy.core.grant import LONGEST, Grant

LARGEST = 4096
"""Bytes. Ours have about 700; nothing longer is looked at."""

_ALGORITHM = "EdDSA"
_SHAPE = re.compile(r"[A-Za-z0-9_-]{1,512}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}", re.ASCII)

Seconds = Annotated[int, msgspec.Meta(ge=0, le=100_000_000_000)]
Text = Annotated[str, msgspec.Meta(min_length=1)]


class _Header(msgspec.Struct, forbid_unknown_fields=True):
    """All that a header may hold: jwk, jku, x5u, crit and anything else that could choose a key is unknown."""

    alg: Literal["EdDSA"]
    kid: Text
    typ: Literal["JWT"]


class _Payload(msgspec.Struct, forbid_unknown_fields=True):
    iss: Text
    aud: Text
    sub: Text
    jti: Text
    iat: Seconds
    nbf: Seconds
    exp: Seconds
    role: Literal["consultant"]
    policy: Text
    site: Text


@dataclass(frozen=True, slots=True)
class TokenClaims:
    """A token that is ours and valid now. Times are epoch milliseconds."""

    grant: str
    site: str
    jti: str
    issued_at: int
    not_before: int
    expires_at: int
    """The latest possible end, as known when the token was made; the store knows the real one."""
    policy: str
    """name@hash at minting, for people to read; it never decides."""


def mint_token(
    grant: Grant,
    *,
    kid: str,
    private_key: Ed25519PrivateKey,
    audience: str,
    issuer: str,
    jti: str,
    now_ms: int,
) -> str:
    """Write the token of a grant: valid from its opening moment to the latest end that it could ever have.

    Raises TokenError if the grant's end is past, or more than 30 days away.
    """
    payload = _Payload(
        iss=issuer,
        aud=audience,
        sub=grant.id,
        jti=jti,
        iat=now_ms // 1000,
        nbf=grant.opens_at // 1000,
        # The owner may give more time until then; the store says at every request whether access goes on.
        exp=(now_ms + LONGEST) // 1000,
        role="consultant",
        policy=f"{grant.policy_name}@{grant.policy_hash}",
        site=grant.site,
    )
    if not now_ms < grant.expires_at <= now_ms + LONGEST:
        raise TokenError("A token can only be made for access that ends within the next 30 days.")
    from jwt import PyJWS  # noqa: PLC0415 - it loads X.509 too, and a browser's session needs none of it

    return PyJWS().encode(msgspec.json.encode(payload), private_key, _ALGORITHM, {"kid": kid})


def read_token(
    raw: str,
    *,
    public_keys: Mapping[str, Ed25519PublicKey],
    audience: str,
    issuer: str,
    now_ms: int,
) -> TokenClaims:
    """Check a token and give what it says; anything but a valid one raises TokenError.

    `audience` is the clinicians' origin. The sentence of the error is for the log: whoever sent the token gets
    the same answer whatever the cause.
    """
    if len(raw) > LARGEST or not _SHAPE.fullmatch(raw):
        raise TokenError("This is not a token of this kind.")
    key = public_keys.get(_header(raw).kid)
    if key is None:
        raise TokenError("The token names a key that is not ours.")
    payload = _payload(raw, key)
    _check(payload, audience=audience, issuer=issuer, now_ms=now_ms)
    return TokenClaims(
        grant=payload.sub,
        site=payload.site,
        jti=payload.jti,
        issued_at=payload.iat * 1000,
        not_before=payload.nbf * 1000,
        expires_at=payload.exp * 1000,
        policy=payload.policy,
    )


def _header(raw: str) -> _Header:
    # Read before the signature is, by a decoder that takes three short texts and no nesting.
    head = raw.partition(".")[0]
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)), type=_Header)
    except (Base64Error, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TokenError("The token's header is not one of ours.") from error


def _payload(raw: str, key: Ed25519PublicKey) -> _Payload:
    from jwt import PyJWS, PyJWTError  # noqa: PLC0415 - as above

    try:
        body = PyJWS().decode(raw, key, algorithms=[_ALGORITHM])
        return msgspec.json.decode(body, type=_Payload)
    except PyJWTError as error:
        raise TokenError("The token's signature is not ours.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TokenError("The token lacks a claim, or has one that we do not know.") from error


def _check(payload: _Payload, *, audience: str, issuer: str, now_ms: int) -> None:
    if payload.aud != audience or payload.iss != issuer:
        raise TokenError("The token is for another site.")
    if payload.nbf * 1000 > now_ms:
        raise TokenError("The token is not valid yet.")
    if payload.exp * 1000 <= now_ms:
        raise TokenError("The token is no longer valid.")
    if payload.exp * 1000 > min(now_ms, payload.iat * 1000 + 999) + LONGEST:
        raise TokenError("The token claims a longer life than any share has.")


def jwks(public_keys: Mapping[str, Ed25519PublicKey]) -> dict[str, list[dict[str, str]]]:
    """Give the public keys as a JWK set (RFC 7517, RFC 8037), for /.well-known/jwks.json."""
    return {"keys": [_jwk(kid, key) for kid, key in sorted(public_keys.items())]}


def _jwk(kid: str, key: Ed25519PublicKey) -> dict[str, str]:
    x = base64.urlsafe_b64encode(key.public_bytes_raw()).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": _ALGORITHM, "kid": kid, "x": x}


def token_sha1(raw: str) -> str:
    """Give the hex SHA-1 of a token: what Nightscout's clients send as `api-secret` when given the token.

    It names a token among ours and proves no more than the token itself would; the choice of SHA-1 is theirs.
    """
    return hashlib.sha1(raw.encode(errors="surrogatepass"), usedforsecurity=False).hexdigest()
