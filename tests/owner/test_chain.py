"""The owner's own chain, on the stores that are used."""

from pathlib import Path

import msgspec

from proxy.core.record import Draft, verify
from proxy.owner.chain import note
from proxy.stores.sqlite import open_sqlite


async def test_what_the_owner_does_is_one_chain(tmp_path: Path) -> None:
    store = await open_sqlite(tmp_path / "data", site="site-1", clock=lambda: 1_795_435_200_000)
    for did in ("mint", "revoke"):
        await note(store, site="site-1", now=1_795_435_200_000, did=did, grant_of="g1")
    bodies = [record.body async for record in store.records("owner-1")]
    assert [msgspec.json.decode(body)["did"] for body in bodies] == ["mint", "revoke"]
    assert verify(bodies).ok
    await store.close()


async def test_after_a_sealed_chain_the_next_one_begins(tmp_path: Path) -> None:
    store = await open_sqlite(tmp_path / "data", site="site-1", clock=lambda: 1_795_435_200_000)
    await note(store, site="site-1", now=1_795_435_200_000, did="mint")
    await store.end("owner-1", "restored", Draft("ended", 1_795_435_200_000, {"how": "restored"}))
    await note(store, site="site-1", now=1_795_435_200_001, did="revoke")
    assert [record.number async for record in store.records("owner-2")] == [1]
    await store.close()
