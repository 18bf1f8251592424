"""The pipeline where something outside of the request is wrong."""

import msgspec

from proxy.core.errors import PolicyError
from proxy.core.policy import Policy
from tests.living import living


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
