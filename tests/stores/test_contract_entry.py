"""What every store promises about PINs, limits, sessions, erasure and endings; see test_contract.py."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from proxy.core.errors import GrantEnded
from proxy.core.grant import Grant
from proxy.core.ports import Session, Spending, Store
from tests.stores.places import Place
from tests.stores.processes import known
from tests.stores.samples import NOW, consent, draft, ended, make_grant

DAY = 20_000


async def test_parallel_guesses_on_two_nodes_share_ten_tries(place: Place) -> None:
    nodes = [await place.open(node="a"), await place.open(node="b")]
    await nodes[0].add_grant(make_grant(), consent())
    left = await asyncio.gather(*(nodes[number % 2].spend_try("grant-0001") for number in range(30)))
    assert sorted(left) == [-1] * 20 + list(range(10))
    assert (await known(nodes[1], "grant-0001")).tries_left == 0


async def test_a_right_pin_gives_all_tries_back(store: Store) -> None:
    await store.add_grant(make_grant(), consent())
    assert [await store.spend_try("grant-0001") for _ in range(3)] == [9, 8, 7]
    await store.restore_try("grant-0001")
    assert (await known(store, "grant-0001")).tries_left == 10


async def test_records_do_not_change_the_tries(place: Place) -> None:
    one, two = await place.open(node="a"), await place.open(node="b")
    await one.add_grant(make_grant(), consent())
    await two.grant("grant-0001")
    await one.spend_try("grant-0001")
    assert (await two.append("grant-0001", draft())).tries_left == 9
    opened = await two.open("grant-0001", NOW, zone="UTC", record=draft(kind="opened"))
    assert opened.tries_left == 9
    assert (await known(one, "grant-0001")).tries_left == 9


async def test_a_new_pin_comes_with_ten_tries_and_a_record(store: Store) -> None:
    await store.add_grant(make_grant(), consent())
    await store.spend_try("grant-0001")
    grant = await store.new_pin("grant-0001", "other", draft(kind="new_pin"))
    assert (grant.pin_hash, grant.tries_left, grant.length) == ("other", 10, 2)
    assert await store.grant("grant-0001") == grant
    await store.end("grant-0001", "revoked", ended())
    with pytest.raises(GrantEnded):
        await store.new_pin("grant-0001", "third", draft(kind="new_pin"))


async def test_spending_is_summed_by_grant_and_day(store: Store) -> None:
    await store.add_grant(make_grant(), consent())
    assert await store.spend("grant-0001", DAY, records=1, upstream_bytes=100) == Spending(1, 100)
    assert await store.spend("grant-0001", DAY, records=2, upstream_bytes=50) == Spending(3, 150)
    assert await store.spend("grant-0001", DAY + 1, records=1, upstream_bytes=1) == Spending(1, 1)
    assert await store.spend("grant-0002", DAY, records=0, upstream_bytes=7) == Spending(0, 7)


async def test_spending_is_summed_over_nodes_once_a_record_is_written(place: Place) -> None:
    one, two = await place.open(node="a"), await place.open(node="b")
    await one.add_grant(make_grant(), consent())
    await one.spend("grant-0001", DAY, records=1, upstream_bytes=100)
    await one.append("grant-0001", draft())
    assert await two.spend("grant-0001", DAY, records=1, upstream_bytes=1) == Spending(2, 101)
    await two.append("grant-0001", draft())
    assert await one.spend("grant-0001", DAY, records=1, upstream_bytes=1) == Spending(3, 102)


async def test_sessions_are_kept_used_and_dropped(place: Place) -> None:
    one, two = await place.open(node="a"), await place.open(node="b")
    session = Session(key="k" * 64, grant="grant-0001", csrf="c", created_at=NOW, used_at=NOW)
    await one.add_session(session)
    await two.touch_session(session.key, NOW + 5)
    assert await one.session(session.key) == replace(session, used_at=NOW + 5)
    await one.touch_session(session.key, NOW + 3)
    assert await one.session(session.key) == replace(session, used_at=NOW + 5)
    await two.drop_session(session.key)
    assert await one.session(session.key) is None


async def test_using_an_unknown_session_does_not_make_one(store: Store) -> None:
    await store.touch_session("unknown", NOW)
    assert await store.session("unknown") is None
    await store.drop_session("unknown")


async def test_the_newest_record_is_known_and_never_older_again(store: Store) -> None:
    assert await store.newest_record_at() == 0
    await store.add_grant(make_grant(), consent())
    await store.append("grant-0001", draft(NOW + 77))
    await store.append("grant-0001", draft(NOW + 70))
    await store.end("grant-0001", "revoked", ended(NOW + 75))
    assert await store.newest_record_at() >= NOW + 75
    await store.erase("grant-0001", day="2026-11-23")
    assert await store.newest_record_at() >= NOW + 75


async def test_erasing_leaves_id_length_head_and_day(store: Store) -> None:
    await store.add_grant(make_grant(), consent())
    await store.add_session(Session("k", "grant-0001", "c", NOW, NOW))
    sealed = await store.end("grant-0001", "revoked", ended())
    await store.erase("grant-0001", day="2026-11-23")
    left = await known(store, "grant-0001")
    assert (left.length, left.head, left.erased_on) == (sealed.length, sealed.head, "2026-11-23")
    assert left.state(0) == "ended"
    assert not {"Diabetes clinic ☂", "consultant", "link-1", "code-1", "token-1", "pin-1"} & {
        str(getattr(left, name)) for name in Grant.__slots__
    }
    assert [record async for record in store.records("grant-0001")] == []
    assert await store.session("k") is None
    assert await store.grant_by_link("link-1") is None
    assert await store.grant_by_code("code-1") is None
    assert await store.grant_by_token("token-1") is None
    assert await store.grants() == [left]
    with pytest.raises(GrantEnded):
        await store.append("grant-0001", draft())


async def test_only_what_has_ended_can_be_erased(store: Store) -> None:
    grant = await store.add_grant(make_grant(), consent())
    with pytest.raises(ValueError, match="ended"):
        await store.erase(grant.id, day="2026-11-23")
    assert await store.grant(grant.id) == grant


@asynccontextmanager
async def listening(store: Store) -> AsyncIterator[AsyncIterator[str]]:
    endings = store.endings()
    assert isinstance(endings, AsyncGenerator)
    yield endings
    await endings.aclose()


async def heard(endings: AsyncIterator[str], count: int) -> list[str]:
    async with asyncio.timeout(0.5):
        return [await anext(endings) for _ in range(count)]


async def test_endings_are_heard_on_every_node_within_half_a_second(place: Place) -> None:
    one, two = await place.open(node="a"), await place.open(node="b")
    for number in (1, 2):
        await one.add_grant(make_grant(number), consent())
    async with listening(one) as here, listening(two) as there:
        waiting = [asyncio.create_task(heard(endings, 2)) for endings in (here, there)]
        await asyncio.sleep(0.05)
        await one.end("grant-0001", "revoked", ended())
        await two.end("grant-0002", "finished", ended())
        assert await asyncio.gather(*waiting) == [["grant-0001", "grant-0002"]] * 2


async def test_no_ending_is_lost_between_two_listeners(store: Store) -> None:
    for number in (1, 2):
        await store.add_grant(make_grant(number), consent())
    await store.end("grant-0001", "revoked", ended())
    async with listening(store) as first:
        assert await heard(first, 1) == ["grant-0001"]
    await store.end("grant-0002", "revoked", ended())
    async with listening(store) as second:
        # The first may be told again: it was not known to have been acted upon.
        assert (await heard(second, 2))[-1] == "grant-0002"
