"""What every store promises about documents, and about replacing what a grant shows; see test_contract.py."""

import asyncio
from dataclasses import replace

import pytest

from proxy.core.errors import Conflict, GrantEnded
from proxy.core.grant import Grant
from proxy.core.ports import LARGEST_DOCUMENT, PASSING, Document, Store
from proxy.core.record import verify
from tests.stores.places import Place
from tests.stores.processes import known
from tests.stores.samples import NOW, consent, draft, ended, make_grant


async def test_a_document_is_kept_read_replaced_and_dropped(store: Store) -> None:
    first = await store.put("about", "me", b'{"name":"\xc3\x84da"}', version=None)
    assert await store.document("about", "me") == Document("about", "me", b'{"name":"\xc3\x84da"}', first)
    second = await store.put("about", "me", b"{}", version=first)
    assert second > first
    assert await store.document("about", "me") == Document("about", "me", b"{}", second)
    await store.drop("about", "me")
    assert await store.document("about", "me") is None
    await store.drop("about", "me")


async def test_documents_of_a_kind_come_by_their_keys(store: Store) -> None:
    for kind, key in (("note", "b"), ("note", "a"), ("notes", "c")):
        await store.put(kind, key, key.encode(), version=None)
    assert [(each.key, each.body) for each in await store.documents("note")] == [("a", b"a"), ("b", b"b")]
    assert await store.documents("nothing") == []


async def test_documents_survive_closing_and_opening(place: Place) -> None:
    store = await place.open()
    version = await store.put("about", "me", b"1", version=None)
    await store.close()
    assert await (await place.open()).document("about", "me") == Document("about", "me", b"1", version)


async def test_another_version_than_the_one_that_was_read_is_not_overwritten(store: Store) -> None:
    first = await store.put("about", "me", b"1", version=None)
    for version in (None, first + 1, 0):
        with pytest.raises(Conflict):
            await store.put("about", "me", b"2", version=version)
    with pytest.raises(Conflict):
        await store.put("about", "nobody", b"2", version=first)
    assert await store.document("about", "me") == Document("about", "me", b"1", first)
    assert await store.document("about", "nobody") is None


async def test_a_version_never_comes_twice(store: Store) -> None:
    first = await store.put("about", "me", b"1", version=None)
    await store.drop("about", "me")
    assert await store.put("about", "me", b"1", version=None) > first
    with pytest.raises(Conflict):
        await store.put("about", "me", b"2", version=first)


async def test_of_many_who_change_one_version_one_wins(place: Place) -> None:
    nodes = [await place.open(node="a"), await place.open(node="b")]
    first = await nodes[0].put("tries", "all", b"0", version=None)
    calls = (
        nodes[number % 2].put("tries", "all", str(number).encode(), version=first) for number in range(6)
    )
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(outcome, int) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 5


async def test_a_site_sees_only_its_own_documents(place: Place) -> None:
    one, two = await place.open(), await place.open(site="site-2")
    await one.put("about", "me", b"1", version=None)
    assert await two.document("about", "me") is None
    assert await two.documents("about") == []
    await two.drop("about", "me")
    assert await one.document("about", "me") is not None


async def test_what_is_too_large_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="too large"):
        await store.put("about", "me", bytes(LARGEST_DOCUMENT + 1), version=None)
    version = await store.put("about", "me", bytes(LARGEST_DOCUMENT), version=None)
    assert await store.document("about", "me") == Document("about", "me", bytes(LARGEST_DOCUMENT), version)


async def test_what_is_kept_with_a_grant_goes_with_it(store: Store) -> None:
    await store.add_grant(make_grant(), consent())
    for key in ("grant-0001", "grant-0001/flu", "grant-00010", "other"):
        await store.put("remark", key, b"1", version=None)
    await store.end("grant-0001", "revoked", ended())
    await store.erase("grant-0001", day="2026-11-23")
    assert [each.key for each in await store.documents("remark")] == ["grant-00010", "other"]


async def test_a_store_put_back_from_a_copy_forgets_what_must_not_come_alive_again(place: Place) -> None:
    store = await place.open()
    await store.put(f"{PASSING}session", "s", b"1", version=None)
    await store.put("owner", "ada", b"1", version=None)
    await store.close()
    for file in place.folder.rglob("epoch"):
        file.write_text(f"{int(file.read_text()) + 10_000:020d}\n")
    again = await place.open()
    assert await again.document(f"{PASSING}session", "s") is None
    assert await again.document("owner", "ada") is not None


async def reshaped(store: Store, *, days: int = 14, policy_hash: str = "cd" * 32) -> Grant:
    return await store.reshape(
        "grant-0001",
        policy_name="mine",
        policy_text="name: mine\n",
        policy_hash=policy_hash,
        days=days,
        record=draft(kind="reshaped", days=days),
    )


async def test_a_live_grant_gets_another_snapshot_on_record(place: Place) -> None:
    one, two = await place.open(node="a"), await place.open(node="b")
    await one.add_grant(make_grant(), consent())
    before = await two.open("grant-0001", NOW, zone="UTC", record=draft(kind="opened"))
    after = await reshaped(one)
    assert after == replace(
        before,
        policy_name="mine",
        policy_text="name: mine\n",
        policy_hash="cd" * 32,
        days=14,
        length=3,
        head=after.head,
    )
    assert await known(two, "grant-0001") == after
    bodies = [record.body async for record in two.records("grant-0001")]
    assert verify(bodies, head=after.head).ok
    assert b'"kind":"reshaped"' in bodies[-1]


async def test_an_ended_grant_keeps_its_snapshot(store: Store) -> None:
    await store.add_grant(make_grant(), consent())
    sealed = await store.end("grant-0001", "revoked", ended())
    with pytest.raises(GrantEnded):
        await reshaped(store)
    assert await known(store, "grant-0001") == sealed


@pytest.mark.parametrize(("days", "policy_hash"), [(14, "ab" * 32), (90, "cd" * 32)])
async def test_what_is_open_of_a_reshaped_grant_is_told_to_every_node(
    place: Place, days: int, policy_hash: str
) -> None:
    one, two = await place.open(node="a"), await place.open(node="b")
    await one.add_grant(make_grant(), consent())
    endings = two.endings()
    waiting = asyncio.ensure_future(anext(endings))
    await reshaped(one, days=days, policy_hash=policy_hash)
    async with asyncio.timeout(30):
        assert await waiting == "grant-0001"
    await endings.aclose()  # type: ignore[attr-defined]  # both are generators
