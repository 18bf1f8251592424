"""Forged, foreign, stale and misplaced tokens: one answer for all of them, and nothing of the site's in it."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from multidict import CIMultiDict

from tests.living import HOUR, SIGNING_KEY, Access, Living, living
from tests.promises.still import still

PATH = "/api/v1/entries.json"


@pytest.fixture
async def house() -> AsyncIterator[Living]:
    async with living(still(days=1)) as made:
        yield made


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unpacked(access: Access) -> tuple[dict[str, Any], dict[str, Any]]:
    head, body = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in access.token.split(".")[:2])
    return head, body


def signed(head: dict[str, Any], body: dict[str, Any], key: Ed25519PrivateKey = SIGNING_KEY) -> str:
    text = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(body).encode())}"
    return f"{text}.{b64(key.sign(text.encode()))}"


async def refused(house: Living, token: str) -> None:
    """The token is refused in the one form of all such refusals, and the house stands."""
    for headers in ({"Authorization": f"Bearer {token}"}, {"api-secret": token}):
        async with house.get(PATH, headers=headers) as response:
            answer = await response.json()
            assert response.status == 401
            assert answer.pop("request_id")
            assert answer == {
                "reason": "token_invalid",
                "message": "No access, or it has ended. Open the link again, or ask the person who shared it.",
            }
    await house.json(PATH, await house.mint())


async def test_algorithm_none_is_refused(house: Living) -> None:
    head, body = unpacked(await house.mint())
    for name in ("none", "None", "NONE", ""):
        text = f"{b64(json.dumps(head | {'alg': name}).encode())}.{b64(json.dumps(body).encode())}"
        await refused(house, text + ".")
        await refused(house, f"{text}.{b64(SIGNING_KEY.sign(text.encode()))}")


async def test_a_public_key_used_as_a_shared_secret_is_refused(house: Living) -> None:
    head, body = unpacked(await house.mint())
    public = SIGNING_KEY.public_key()
    async with house.get("/.well-known/jwks.json") as response:
        published = await response.text()
    for secret in (
        public.public_bytes_raw(),
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
        published.encode(),
        json.loads(published)["keys"][0]["x"].encode(),
    ):
        text = f"{b64(json.dumps(head | {'alg': 'HS256'}).encode())}.{b64(json.dumps(body).encode())}"
        await refused(house, f"{text}.{b64(hmac.digest(secret, text.encode(), 'sha256'))}")


@pytest.mark.parametrize(
    "kid", ["k2", "", "../k1", "k1\x00", "' OR 1=1 --", "/dev/null", "https://evil.example/k1"]
)
async def test_a_foreign_key_id_is_refused(house: Living, kid: str) -> None:
    head, body = unpacked(await house.mint())
    await refused(house, signed(head | {"kid": kid}, body))


async def test_a_key_that_the_token_brings_along_is_refused(house: Living) -> None:
    own = Ed25519PrivateKey.from_private_bytes(b"a" * 32)
    head, body = unpacked(await house.mint())
    jwk = {"kty": "OKP", "crv": "Ed25519", "kid": "k1", "x": b64(own.public_key().public_bytes_raw())}
    for more in (
        {"jwk": jwk},
        {"jku": "https://evil.example/jwks.json"},
        {"x5u": "https://evil.example/x"},
        {},
    ):
        await refused(house, signed(head | more, body, own))
        if more:
            await refused(house, signed(head | more, body))


async def test_an_expired_token_is_refused(house: Living) -> None:
    access = await house.mint()
    head, body = unpacked(access)
    await refused(house, signed(head, body | {"exp": house.clock.now // 1000}))
    house.clock.now += 49 * HOUR
    await refused(house, access.token)


async def test_a_token_that_is_not_valid_yet_is_refused(house: Living) -> None:
    head, body = unpacked(await house.mint())
    await refused(house, signed(head, body | {"nbf": house.clock.now // 1000 + 1}))


async def test_a_token_that_claims_a_longer_life_than_any_grant_has_is_refused(house: Living) -> None:
    head, body = unpacked(await house.mint())
    await refused(house, signed(head, body | {"exp": (house.clock.now + 31 * 24 * HOUR) // 1000}))


@pytest.mark.parametrize("name", ["aud", "iss"])
@pytest.mark.parametrize("value", ["http://localhost", "https://other.example", "", ["x"], None])
async def test_a_token_for_another_audience_is_refused(house: Living, name: str, value: Any) -> None:
    head, body = unpacked(await house.mint())
    await refused(house, signed(head, body | {name: value}))


async def test_a_token_of_another_site_is_refused(house: Living) -> None:
    head, body = unpacked(await house.mint())
    await refused(house, signed(head, body | {"site": "site-2"}))


async def test_a_token_of_a_grant_that_does_not_exist_is_refused(house: Living) -> None:
    head, body = unpacked(await house.mint())
    await refused(house, signed(head, body | {"sub": "0" * 32}))


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "jti", "iat", "nbf", "exp", "role", "policy", "site"])
async def test_a_token_that_lacks_a_claim_is_refused(house: Living, claim: str) -> None:
    head, body = unpacked(await house.mint())
    del body[claim]
    await refused(house, signed(head, body))


async def test_tampered_tokens_are_refused(house: Living) -> None:
    access = await house.mint()
    head, body, signature = access.token.split(".")
    other = b64(json.dumps(unpacked(access)[1] | {"policy": "full-loop@0"}).encode())
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    for token in (
        f"{head}.{other}.{signature}",
        f"{head}.{body}.{flipped}",
        f"{head}.{body}.",
        f"{head}.{body}",
        f"{head}.{body}.{signature}.{signature}",
        f"{head}.{body}.{signature}=",
        access.token[:-1],
        "x" * 100_000 if len(access.token) > 100_000 else "x" * 5_000,
        "." * 3,
        "e30.e30.e30",
    ):
        await refused(house, token)


async def test_the_policy_in_a_token_decides_nothing(house: Living) -> None:
    access = await house.mint("cgm-only")
    head, body = unpacked(access)
    async with house.get(
        "/api/v1/treatments.json",
        headers={"Authorization": f"Bearer {signed(head, body | {'policy': 'full-loop@0'})}"},
    ) as response:
        assert response.status == 403


async def test_a_token_in_an_address_is_refused_unless_it_was_minted_so(house: Living) -> None:
    access, open_one = await house.mint(), await house.mint(url_token=True)
    sha1 = hashlib.sha1(access.token.encode()).hexdigest()
    for credential in (access.token, sha1, sha1.upper()):
        for path in (f"{PATH}?token={credential}", f"/api/v2/authorization/request/{credential}"):
            async with house.get(path) as response:
                assert response.status == 401, path
    async with house.get(PATH, headers={"api-secret": sha1}) as response:
        assert response.status == 200
    async with house.get(f"{PATH}?token={open_one.token}") as response:
        assert response.status == 200
    async with house.get(f"/api/v2/authorization/request/{open_one.token}") as response:
        assert (await response.json())["token"] == open_one.token
    async with house.get(f"/visit/whoami?token={open_one.token}") as response:
        assert response.status == 401


@pytest.mark.parametrize(
    "name", ["token[]", "token[x]", "token[0]", "secret", "secret[]", "Token", "access_token"]
)
async def test_a_token_under_another_name_is_none(house: Living, name: str) -> None:
    access = await house.mint(url_token=True)
    async with house.get(f"{PATH}?{name}={access.token}") as response:
        assert response.status == 401


async def test_two_tokens_of_different_visits_are_refused(house: Living) -> None:
    first, second = await house.mint(url_token=True), await house.mint(url_token=True)
    async with house.get(f"{PATH}?token={first.token}", second) as response:
        assert response.status == 401
    async with house.get(f"{PATH}?token={first.token}&token={second.token}") as response:
        assert response.status == 401
    async with house.get(PATH, first, headers={"api-secret": second.token}) as response:
        assert response.status == 401


@pytest.mark.parametrize("name", ["Authorization", "api-secret"])
async def test_a_header_that_stands_there_twice_counts_twice(house: Living, name: str) -> None:
    scheme = "Bearer " if name == "Authorization" else ""
    first, second = [f"{scheme}{(await house.mint()).token}" for _ in range(2)]
    for sent, status in (((first, second), 401), ((first, f"{scheme}nonsense"), 401), ((first, first), 200)):
        headers = CIMultiDict([(name, value) for value in sent])
        async with house.session.get(f"{house.url}{PATH.removeprefix('/')}", headers=headers) as response:
            assert response.status == status


@pytest.mark.parametrize(
    "secret", ["x", "null", "0" * 40, "CANARY-SECRET-demo-api-secret", "demo-5b1f0c77a2e94d36"]
)
async def test_a_secret_that_is_no_token_of_ours_opens_nothing(house: Living, secret: str) -> None:
    async with house.get(PATH, headers={"api-secret": secret}) as response:
        assert response.status == 401


async def test_a_clock_that_is_set_back_revives_nothing(house: Living) -> None:
    access = await house.mint(lasts=HOUR)
    await house.json(PATH, access)
    house.clock.now += 2 * HOUR
    async with house.get(PATH, access) as response:
        assert response.status == 401
    house.clock.now -= 2 * HOUR - 60_000
    for path in (PATH, "/api/v1/status.json", "/api/v3/entries"):
        async with house.get(path, access) as response:
            assert response.status == 503
            assert (await response.json())["reason"] == "clock"
    house.clock.now += 2 * HOUR
    await house.json(PATH, await house.mint())
