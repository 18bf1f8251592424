"""Tokens whose signature was checked already: checking one costs as much as all the rest of a small answer."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from proxy.core.token import TokenClaims

_MOST: Final = 256


class CheckedTokens:
    """Claims by the token's hash; forgotten when the set of keys changes."""

    def __init__(self) -> None:
        self._kids: frozenset[str] = frozenset()
        self._claims: OrderedDict[bytes, TokenClaims] = OrderedDict()

    def recall(self, raw: str, keys: Mapping[str, Ed25519PublicKey]) -> TokenClaims | None:
        """Give the claims of a token that was right under these keys. Its times are the caller's to check."""
        if self._kids != keys.keys():
            self._kids = frozenset(keys)
            self._claims.clear()
        return self._claims.get(_name(raw))

    def keep(self, raw: str, keys: Mapping[str, Ed25519PublicKey], claims: TokenClaims) -> None:
        """Remember a token that was found right."""
        if self._kids == keys.keys():
            self._claims[_name(raw)] = claims
        if len(self._claims) > _MOST:
            self._claims.popitem(last=False)


def _name(raw: str) -> bytes:
    return hashlib.sha256(raw.encode("utf-8", "surrogatepass")).digest()
