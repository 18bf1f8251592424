"""The pipeline where something outside of the request is wrong."""

import msgspec
from prometheus_client import generate_latest

from proxy.core.errors import PolicyError
from proxy.core.policy import Policy
from proxy.core.record import Draft
from tests.living import NOW, living


def unreadable(_: str) -> Policy:
    raise PolicyError("a key of an older version")


async def test_a_snapshot_that_can_not_be_read_any_more_is_refused_and_on_record() -> None:
    async with living(days=2) as house:
        access = await house.mint()
        house.gate.parse_policy = unreadable
        async with house.get("/api/v1/entries.json", access) as response:
            assert response.status == 503
            assert (await response.json())["reason"] == "policy_unreadable"
        last = msgspec.json.decode((await house.log(access))[-1])
        assert (last["kind"], last["reason"]) == ("refusal", "policy_unreadable")


async def test_the_admin_bell_that_pages_ask_each_minute_is_counted_and_not_recorded() -> None:
    async with living(days=2) as house:
        access = await house.mint()
        await house.json("/api/v1/status.json", access)
        before = len(await house.log(access))
        for path in ("/api/v1/adminnotifies", "/api/v2/adminnotifies.json"):
            assert await house.json(path, access) == {
                "status": 200,
                "message": {"notifies": [], "notifyCount": 0},
            }
        assert len(await house.log(access)) == before
        counted = generate_latest(house.gate.metrics.registry).decode()
        assert 'chaperone_answers_total{door="/api/{v}/adminnotifies",status="200"} 2.0' in counted
        await house.store.end(access.id, "revoked", Draft("ended", NOW, {}))
        async with house.get("/api/v1/adminnotifies", access) as response:
            assert response.status == 401


async def test_grants_of_one_day_share_a_view_however_many_they_are() -> None:
    async with living(days=2) as house:
        grants = []
        for _ in range(3):
            access = await house.mint("cgm-only")
            await house.json("/api/v1/status.json", access)
            house.clock.now += 1000
            grants.append(await house.store.grant(access.id))
        assert len({id(house.gate.view(grant)) for grant in grants if grant is not None}) == 1


FOODS = """# Foods for a test.
version: 1
name: foods
title: Foods
window: 90
detail: full
identity: nothing
timezone: site

show:
  food:
    classes: [carbs]
"""


async def test_quick_picks_and_foods_are_told_apart_as_in_nightscout() -> None:
    async with living(days=2) as house:
        access = await house.mint(FOODS)
        every = await house.json("/api/v1/food.json", access)
        picks = await house.json("/api/v1/food/quickpicks.json", access)
        plain = await house.json("/api/v2/food/regular.json", access)
    assert picks
    assert plain
    assert {row["type"] for row in picks} == {"quickpick"}
    assert {row["type"] for row in plain} == {"food"}
    assert sorted(row["_id"] for row in every) == sorted(row["_id"] for row in picks + plain)
