"""Passkeys (WebAuthn): what the browser is asked, and whether its answer is one of an owner's passkeys.

A challenge is not kept while it waits: it carries its own end and proof, so that visitors can't fill the store. One
that was answered rightly is noted, and counts no more.
"""

import base64
import json
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from proxy.core.errors import Conflict
from proxy.core.owners import Owner, Passkey, mac, same
from proxy.core.ports import PASSING
from proxy.owner.console import Console
from proxy.owner.kept import read_all, write

SPENT: Final = f"{PASSING}challenge"
LASTS: Final = 5 * 60_000
_ALGORITHMS: Final = (-8, -7, -257)
"""EdDSA, ES256, RS256."""
_LARGEST: Final = 16_384
_NONCE: Final = 16
_NAME_LENGTH: Final = 40


@dataclass(frozen=True, slots=True)
class Proof:
    """An owner's passkey answered: which, and its counter now."""

    owner: Owner
    passkey: Passkey


def challenge(console: Console, purpose: str, browser: str) -> str:
    """Make a challenge for one purpose in one browser: base64url."""
    until = (console.clock() + LASTS).to_bytes(8)
    nonce = console.random(_NONCE)
    return _encoded(nonce + until + bytes.fromhex(_seal(console, purpose, browser, nonce + until)))


def create_options(console: Console, owner_id: str, name: str, browser: str, have: Sequence[Passkey]) -> str:
    """Write what a browser needs to make a passkey: JSON."""
    return json.dumps(
        {
            "challenge": challenge(console, "create", browser),
            "rp": {"id": console.host, "name": "Chaperone"},
            "user": {"id": _encoded(owner_id.encode()), "name": name, "displayName": name},
            "pubKeyCredParams": [{"type": "public-key", "alg": each} for each in _ALGORITHMS],
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": True,
                "userVerification": "required",
            },
            "excludeCredentials": _named(have),
            "attestation": "none",
            "timeout": LASTS,
        }
    )


def get_options(console: Console, purpose: str, browser: str, have: Sequence[Passkey] = ()) -> str:
    """Write what a browser needs to use a passkey: JSON. Before sign-in none is named: that tells who is an owner."""
    return json.dumps(
        {
            "challenge": challenge(console, purpose, browser),
            "rpId": console.host,
            "allowCredentials": _named(have),
            "userVerification": "required",
            "timeout": LASTS,
        }
    )


async def made(console: Console, sent: str, browser: str, *, name: str) -> Passkey | None:
    """Read a new passkey from what the browser sent; None if it is not what was asked for."""
    from webauthn import verify_registration_response  # noqa: PLC0415 - only sign-ins load it

    answered = _answered(console, sent, "create", browser)
    if answered is None:
        return None
    credential, asked = answered
    try:
        found = verify_registration_response(
            credential=credential,
            expected_challenge=asked,
            expected_rp_id=console.host,
            expected_origin=console.origin,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - the library raises what its decoders raise; whatever it is, it is no passkey
        return None
    if not await _spend(console, asked):
        return None
    now = console.clock()
    named = " ".join(name.split())[:_NAME_LENGTH]
    return Passkey(
        _encoded(found.credential_id), found.credential_public_key, found.sign_count, named, now, now
    )


async def proved(
    console: Console, sent: str, purpose: str, browser: str, of: Sequence[Owner]
) -> Proof | None:
    """Check what the browser sent against the passkeys of owners; None if none of them answered."""
    from webauthn import verify_authentication_response  # noqa: PLC0415 - only sign-ins load it

    answered = _answered(console, sent, purpose, browser)
    if answered is None:
        return None
    credential, asked = answered
    known = named_in(credential, of)
    if known is None:
        return None
    try:
        found = verify_authentication_response(
            credential=credential,
            expected_challenge=asked,
            expected_rp_id=console.host,
            expected_origin=console.origin,
            credential_public_key=known.passkey.public_key,
            credential_current_sign_count=known.passkey.count,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - as above
        return None
    if not await _spend(console, asked):
        return None
    used = replace(known.passkey, count=found.new_sign_count, used_at=console.clock())
    return Proof(known.owner, used)


def named_in(credential: dict[str, Any], of: Sequence[Owner]) -> Proof | None:
    """Find the passkey that an answer names."""
    named = str(credential.get("id", ""))
    return next((Proof(owner, each) for owner in of for each in owner.passkeys if same(each.id, named)), None)


def _answered(console: Console, sent: str, purpose: str, browser: str) -> tuple[dict[str, Any], bytes] | None:
    """Read an answer and the challenge in it, if that is one of ours, of this browser, and not too old."""
    try:
        credential: dict[str, Any] = json.loads(sent[:_LARGEST])
        client = json.loads(_decoded(credential["response"]["clientDataJSON"]))
        asked = _decoded(client["challenge"])
    except (ValueError, TypeError, KeyError, NotBase64, RecursionError):
        return None
    told, sealed = asked[: _NONCE + 8], asked[_NONCE + 8 :]
    if not same(sealed.hex(), _seal(console, purpose, browser, told)):
        return None
    return None if int.from_bytes(told[_NONCE:]) < console.clock() else (credential, asked)


async def _spend(console: Console, asked: bytes) -> bool:
    """Note that a challenge was answered; False if it was answered before."""
    now = console.clock()
    for each in await read_all(console.store, SPENT, int):
        if each.value < now - LASTS:
            await console.store.drop(SPENT, each.key)
    try:
        await write(console.store, SPENT, asked[:_NONCE].hex(), now, version=None)
    except Conflict:
        return False
    return True


def _seal(console: Console, purpose: str, browser: str, told: bytes) -> str:
    return mac(console.key, "challenge", purpose, browser, told.hex())


def _named(have: Sequence[Passkey]) -> list[dict[str, str]]:
    return [{"type": "public-key", "id": each.id} for each in have]


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
