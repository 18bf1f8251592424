"""Tokens whose signature was checked already."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from proxy.core.token import TokenClaims
from proxy.gate.tokens import CheckedTokens
from tests.living import HOUR, SIGNING_KEY, living

CLAIMS = TokenClaims("g1", "site-1", "t1", 0, 0, 10, "consultant@hash")
ONE = {"k1": SIGNING_KEY.public_key()}


def test_a_checked_token_is_known_under_the_same_keys_only() -> None:
    tokens = CheckedTokens()
    assert tokens.recall("a.b.c", ONE) is None
    tokens.keep("a.b.c", ONE, CLAIMS)
    assert tokens.recall("a.b.c", ONE) == CLAIMS
    assert tokens.recall("a.b.d", ONE) is None
    assert tokens.recall("a.b.c", {"k2": Ed25519PrivateKey.generate().public_key()}) is None
    assert tokens.recall("a.b.c", ONE) is None


async def test_a_token_whose_key_is_gone_is_refused_though_it_was_right_before() -> None:
    keys: dict[str, Ed25519PublicKey] = dict(ONE)
    async with living(days=2) as house:
        house.gate.public_keys = lambda: keys
        access = await house.mint()
        await house.json("/api/v1/entries.json?count=1", access)
        keys.clear()
        async with house.get("/api/v1/entries.json?count=1", access) as response:
            assert response.status == 401


async def test_a_known_token_of_an_ended_grant_is_refused() -> None:
    async with living(days=2) as house:
        access = await house.mint(lasts=HOUR)
        await house.json("/api/v1/entries.json?count=1", access)
        house.clock.now += HOUR
        async with house.get("/api/v1/entries.json?count=1", access) as response:
            assert response.status == 401


async def test_a_large_answer_is_made_once_for_all_who_ask_and_arrives_whole() -> None:
    question = "/api/v1/entries.json?find[date][$gte]=0&count=50000"
    async with living(days=10) as house:
        access = await house.mint()
        first = await house.json(question, access)
        before = house.gate.metrics.upstream_seconds.collect()
        second = await house.json(question, access)
        assert len(first) > 2500
        assert first == second
        counted = [sample for metric in before for sample in metric.samples if sample.name.endswith("_count")]
        after = house.gate.metrics.upstream_seconds.collect()
        assert counted == [s for metric in after for s in metric.samples if s.name.endswith("_count")]
