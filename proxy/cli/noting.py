"""What the owner does at a terminal goes on the owner's own chain, as what is done in the console will."""

from proxy.core.record import Value
from proxy.house import SITE, House, clock
from proxy.owner.chain import note


async def noted(house: House, did: str, **fields: Value) -> None:
    """Put on record what is about to be done, without names: they would outlive an erasure."""
    await note(house.store, site=SITE, now=clock(), did=did, **fields)
