"""What every store promises (proxy.core.ports.Store), on the real thing: a SQLite file, a redis-server."""

import asyncio
from dataclasses import replace

import pytest

from proxy.core.errors import GrantEnded, StoreUnavailable
from proxy.core.grant import HOUR, Grant
from proxy.core.ports import Store
from proxy.core.record import GENESIS, verify, write
from tests.stores.places import Place
from tests.stores.processes import known
from tests.stores.samples import NOW, consent, draft, ended, make_grant


async def bodies(store: Store, grant_id: str) -> list[bytes]:
    return [record.body async for record in store.records(grant_id)]


async def check(store: Store, grant: Grant) -> None:
    verdict = verify(await bodies(store, grant.id), head=grant.head, grant=grant.id)
    assert verdict.ok, verdict.message
    assert verdict.length == grant.length


async def test_a_new_grant_is_kept_with_its_consent_as_first_record(store: Store) -> None:
    grant = await store.add_grant(make_grant(), consent())
    first = write(consent(), site="site-1", grant=grant.id, number=1, head=GENESIS)
    assert grant == replace(make_grant(), length=1, head=first.head)
    assert await store.grant(grant.id) == grant
    assert [record async for record in store.records(grant.id)] == [first]


async def test_everything_survives_closing_and_opening(place: Place) -> None:
    store = await place.open()
    await store.add_grant(make_grant(lasts=None, url_token=False), consent())
    grant = await store.open("grant-0001", NOW, zone="Europe/Berlin", record=draft(kind="opened"))
    await store.close()
    again = await place.open()
    assert await again.grant(grant.id) == grant
    await check(again, grant)


async def test_a_grant_is_found_by_its_link_code_and_token(store: Store) -> None:
    await store.add_grant(make_grant(1), consent())
    two = await store.add_grant(make_grant(2), consent())
    assert await store.grant_by_link("link-2") == two
    assert await store.grant_by_code("code-2") == two
    assert await store.grant_by_token("token-2") == two


async def test_what_is_unknown_is_not_found(store: Store) -> None:
    await store.add_grant(make_grant(), consent())
    assert await store.grant("grant-0002") is None
    assert await store.grant_by_link("code-1") is None
    assert await store.grant_by_code("link-1") is None
    assert await store.grant_by_token("link-1") is None
    assert await bodies(store, "grant-0002") == []


async def test_an_empty_hash_finds_nothing_and_several_grants_may_have_it(store: Store) -> None:
    for number in (1, 2):
        await store.add_grant(make_grant(number, link_hash="", code_hash="", token_hash=""), consent())
    assert await store.grant_by_link("") is None
    assert await store.grant_by_code("") is None
    assert await store.grant_by_token("") is None
    assert len(await store.grants()) == 2


@pytest.mark.parametrize("same", ["id", "link_hash", "code_hash", "token_hash"])
async def test_a_grant_that_is_not_new_is_refused_whole(store: Store, same: str) -> None:
    first = await store.add_grant(make_grant(1), consent())
    with pytest.raises(StoreUnavailable):
        await store.add_grant(replace(make_grant(2), **{same: getattr(first, same)}), consent())
    assert await store.grants() == [first]
    await check(store, first)


async def test_grants_come_newest_first(store: Store) -> None:
    for number in (2, 3, 1):
        await store.add_grant(make_grant(number), consent())
    assert [grant.id for grant in await store.grants()] == ["grant-0003", "grant-0002", "grant-0001"]


async def test_a_site_sees_only_its_own_grants(place: Place) -> None:
    one, two = await place.open(), await place.open(site="site-2")
    await one.add_grant(make_grant(), consent())
    await two.add_grant(make_grant(site="site-2"), consent(NOW + 5))
    assert [grant.site for grant in await one.grants()] == ["site-1"]
    assert [grant.site for grant in await two.grants()] == ["site-2"]
    await one.end("grant-0001", "revoked", ended())
    assert (await known(two, "grant-0001")).ended_at is None
    assert await two.newest_record_at() == NOW + 5


async def test_records_are_stored_as_they_are_written_and_chained(store: Store) -> None:
    grant = await store.add_grant(make_grant(), consent())
    more = await store.append(grant.id, draft(rows=1), draft(rows=2))
    third = write(draft(rows=2), site="site-1", grant=grant.id, number=3, head=bytes.fromhex(
        write(draft(rows=1), site="site-1", grant=grant.id, number=2, head=bytes.fromhex(grant.head)).head
    ))  # fmt: skip
    assert (more.length, more.head) == (3, third.head)
    assert [record async for record in store.records(grant.id)][2] == third
    assert await store.grant(grant.id) == more


async def test_nothing_to_record_is_a_bug_and_not_a_record(store: Store) -> None:
    await store.add_grant(make_grant(), consent())
    with pytest.raises(ValueError, match="nothing to record"):
        await store.append("grant-0001")


async def test_a_long_chain_is_given_from_its_beginning(store: Store) -> None:
    await store.add_grant(make_grant(), consent())
    grant = make_grant()
    for part in range(3):
        grant = await store.append("grant-0001", *(draft(part=part, n0=number) for number in range(400)))
    assert grant.length == 1201
    await check(store, grant)


async def test_two_nodes_append_to_one_chain(place: Place) -> None:
    nodes = [await place.open(node="a"), await place.open(node="b")]
    await nodes[0].add_grant(make_grant(), consent())
    await asyncio.gather(
        *(nodes[number % 2].append("grant-0001", draft(call=number)) for number in range(60))
    )
    grant = await known(nodes[1], "grant-0001")
    assert grant.length == 61
    await check(nodes[0], grant)


async def test_an_ended_grant_takes_no_record(store: Store) -> None:
    await store.add_grant(make_grant(), consent())
    sealed = await store.end("grant-0001", "revoked", ended())
    with pytest.raises(GrantEnded):
        await store.append("grant-0001", draft())
    assert await store.grant("grant-0001") == sealed
    await check(store, sealed)


async def test_many_chains_take_a_record_each_and_those_that_ended_hold_up_nobody(place: Place) -> None:
    store = await place.open()
    grants = [await store.add_grant(make_grant(number), consent()) for number in range(1, 5)]
    sealed = await store.end(grants[1].id, "revoked", ended())
    names = [grant.id for grant in grants]
    given = await store.append_each({name: draft() for name in [*names, "nobody"]})
    assert list(given) == [*names, "nobody"]
    for name in (grants[1].id, "nobody"):
        assert isinstance(given[name], GrantEnded)
    assert await store.grant(sealed.id) == sealed
    await store.close()
    again = await place.open()
    for name in (names[0], *names[2:]):
        added = given[name]
        assert isinstance(added, Grant)
        assert (added.length, await again.grant(name)) == (2, added)
        await check(again, added)


async def test_a_closed_store_gives_a_record_to_none_of_many(store: Store) -> None:
    grant = await store.add_grant(make_grant(), consent())
    await store.close()
    with pytest.raises(StoreUnavailable):
        await store.append_each({grant.id: draft()})


async def test_an_expired_grant_takes_no_record(store: Store) -> None:
    grant = await store.add_grant(make_grant(), consent())
    with pytest.raises(GrantEnded):
        await store.append(grant.id, draft(grant.expires_at), draft(grant.expires_at - 1))
    assert await store.grant(grant.id) == grant
    assert (await store.append(grant.id, draft(grant.expires_at - 1))).length == 2


async def test_an_unknown_grant_takes_nothing(store: Store) -> None:
    for refused in (
        store.append("nobody", draft()),
        store.open("nobody", NOW, zone="UTC", record=draft()),
        store.extend("nobody", NOW, draft()),
        store.end("nobody", "revoked", ended()),
        store.new_pin("nobody", "x", draft()),
        store.erase("nobody", day="2026-11-23"),
    ):
        with pytest.raises(GrantEnded):
            await refused
    assert await store.spend_try("nobody") == -1
    await store.restore_try("nobody")
    assert await store.grants() == []


async def test_the_ending_is_the_last_record_whatever_runs_beside_it(place: Place) -> None:
    one, two = await place.open(node="a"), await place.open(node="b")
    await one.add_grant(make_grant(), consent())
    calls = [(one, two)[number % 2].append("grant-0001", draft(call=number)) for number in range(40)]
    calls.insert(20, two.end("grant-0001", "revoked", ended()))
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    grant = await known(one, "grant-0001")
    kept = await bodies(one, grant.id)
    await check(one, grant)
    assert b'"kind":"ended"' in kept[-1]
    assert sum(isinstance(outcome, GrantEnded) for outcome in outcomes) == 42 - len(kept)
    assert all(isinstance(outcome, Grant | GrantEnded) for outcome in outcomes)


async def test_the_first_opening_sets_zone_and_end(store: Store) -> None:
    await store.add_grant(make_grant(), consent())
    grant = await store.open("grant-0001", NOW + 10, zone="Europe/Berlin", record=draft(kind="opened"))
    assert (grant.opened_at, grant.zone, grant.expires_at) == (NOW + 10, "Europe/Berlin", NOW + 10 + 4 * HOUR)
    assert await store.grant("grant-0001") == grant
    await check(store, grant)


async def test_a_later_opening_changes_nothing(place: Place) -> None:
    one, two = await place.open(node="a"), await place.open(node="b")
    await one.add_grant(make_grant(), consent())
    zones = ("Europe/Berlin", "Asia/Tokyo")
    both = await asyncio.gather(
        *(
            node.open("grant-0001", NOW + number, zone=zones[number], record=draft(kind="opened"))
            for number, node in enumerate((one, two))
        )
    )
    assert both[0] == both[1]
    assert both[0].length == 2
    assert await two.open("grant-0001", NOW + 9, zone="UTC", record=draft(kind="opened")) == both[0]


async def test_an_expired_grant_does_not_open(store: Store) -> None:
    grant = await store.add_grant(make_grant(), consent())
    with pytest.raises(GrantEnded):
        await store.open(grant.id, grant.expires_at, zone="UTC", record=draft(kind="opened"))
    assert await store.grant(grant.id) == grant


async def test_more_time_moves_the_end(place: Place) -> None:
    one, two = await place.open(node="a"), await place.open(node="b")
    grant = await one.add_grant(make_grant(), consent())
    assert (await two.append(grant.id, draft())).length == 2
    longer = await one.extend(grant.id, grant.expires_at + HOUR, draft(kind="extended"))
    assert longer.expires_at == grant.expires_at + HOUR
    # The other node has only seen the earlier end.
    assert (await two.append(grant.id, draft(grant.expires_at + 1))).length == 4


async def test_no_time_is_given_to_what_has_ended(store: Store) -> None:
    grant = await store.add_grant(make_grant(), consent())
    with pytest.raises(GrantEnded):
        await store.extend(grant.id, grant.expires_at + HOUR, draft(grant.expires_at, "extended"))
    await store.end(grant.id, "finished", ended())
    with pytest.raises(GrantEnded):
        await store.extend(grant.id, grant.expires_at + HOUR, draft(kind="extended"))


async def test_ending_twice_seals_once(place: Place) -> None:
    one, two = await place.open(node="a"), await place.open(node="b")
    await one.add_grant(make_grant(), consent())
    first, second = await asyncio.gather(
        one.end("grant-0001", "revoked", ended()), two.end("grant-0001", "finished", ended())
    )
    assert first == second
    assert (first.length, first.ended_at) == (2, NOW + HOUR)
    assert await one.end("grant-0001", "expired", ended(NOW + 2 * HOUR)) == first


async def test_an_expired_grant_can_still_be_sealed(store: Store) -> None:
    grant = await store.add_grant(make_grant(), consent())
    sealed = await store.end(grant.id, "expired", ended(grant.expires_at + HOUR))
    assert (sealed.ending, sealed.length) == ("expired", 2)


async def test_a_store_that_works_is_ready(store: Store) -> None:
    await store.ready()


async def test_a_closed_store_records_nothing(store: Store) -> None:
    await store.add_grant(make_grant(), consent())
    await store.close()
    with pytest.raises(StoreUnavailable):
        await store.append("grant-0001", draft())
