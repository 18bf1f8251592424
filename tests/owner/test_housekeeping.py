"""Housekeeping on a store."""

from dataclasses import replace

import pytest

from proxy.core.record import Draft
from proxy.core.remarks import REMARKS
from proxy.core.waiting import ASK_FIRST
from proxy.owner.housekeeping import MONTH, erase_old, forget_orphans, is_over, seal_expired
from tests.living import Living, living

DAY = 86_400_000


async def ended(house: Living) -> str:
    access = await house.mint()
    await house.store.end(access.id, "revoked", Draft("ended", house.clock(), {"by": "owner"}))
    return access.id


async def test_names_and_log_go_when_their_time_is_over_and_the_head_stays() -> None:
    async with living(days=2) as house:
        grant = await ended(house)
        before = await house.store.grant(grant)
        assert before is not None
        assert await erase_old(house.store, months=24, now=house.clock() + 24 * MONTH - DAY) == 0
        assert await erase_old(house.store, months=24, now=house.clock() + 24 * MONTH) == 1
        after = await house.store.grant(grant)
        assert after is not None
        assert after.clinician == ""
        assert (after.head, after.length) == (before.head, before.length)
        assert await erase_old(house.store, months=24, now=house.clock() + 25 * MONTH) == 0


@pytest.mark.parametrize(("months", "expected"), [(1, True), (2, False)])
async def test_time_counts_from_the_end(months: int, expected: bool) -> None:
    async with living(days=2) as house:
        access = await house.mint()
        grant = replace(access.minted.grant, ended_at=house.clock())
        assert is_over(grant, months=months, now=house.clock() + MONTH) is expected
        assert not is_over(replace(grant, kind="owner"), months=months, now=house.clock() + 99 * MONTH)


async def test_what_ran_out_is_sealed_and_what_did_not_is_left_alone() -> None:
    async with living(days=2) as house:
        access = await house.mint()
        assert await seal_expired(house.store, now=house.clock()) == 0
        assert await seal_expired(house.store, now=access.minted.grant.expires_at) == 1
        sealed = await house.store.grant(access.id)
        assert sealed is not None
        assert sealed.ending == "expired"
        assert await seal_expired(house.store, now=access.minted.grant.expires_at) == 0


async def test_what_was_kept_for_a_share_that_never_came_to_be_is_forgotten_at_the_second_look() -> None:
    async with living(days=2) as house:
        access, store = await house.mint(), house.store
        for kind in (REMARKS, ASK_FIRST):
            for key in (access.id, "0" * 16):
                await store.put(kind, key, b"{}", version=None)
        seen = await forget_orphans(store, frozenset())
        assert seen == {(REMARKS, "0" * 16), (ASK_FIRST, "0" * 16)}
        assert await store.document(REMARKS, "0" * 16) is not None
        assert await forget_orphans(store, seen) == frozenset()
        for kind in (REMARKS, ASK_FIRST):
            assert [each.key for each in await store.documents(kind)] == [access.id]
