"""What the owner replaces in a live grant holds from the next request on, and cuts what is on its way."""

import asyncio
from contextlib import suppress
from pathlib import Path

from proxy.core.policyfile import parse
from proxy.core.record import Draft
from tests.living import NOW, POLICIES, Access, Living, living

TREATMENTS = "/api/v1/treatments.json?count=3"
LONG = "/api/v1/entries.json?count=50000&find[date][$gte]=0"


async def reshape(house: Living, access: Access, name: str, *, days: int = 90) -> None:
    policy = parse((POLICIES / f"{name}.yaml").read_text(), file=Path(name).name)
    await house.store.reshape(
        access.id,
        policy_name=policy.name,
        policy_text=policy.text,
        policy_hash=policy.hash,
        days=days,
        record=Draft("reshaped", NOW, {"policy": f"{policy.name}@{policy.hash}", "days": days}),
    )


async def test_the_next_request_sees_the_new_snapshot_and_the_record_says_so() -> None:
    async with living(days=3) as house:
        access = await house.mint("consultant")
        assert await house.json(TREATMENTS, access)
        await reshape(house, access, "cgm-only")
        async with house.get(TREATMENTS, access) as response:
            assert response.status == 403
        assert await house.json("/api/v1/entries.json?count=3", access)
        await reshape(house, access, "consultant")
        assert await house.json(TREATMENTS, access)
        kinds = [b'"kind":"reshaped"' in body for body in await house.log(access)]
        assert kinds.count(True) == 2


async def test_fewer_days_hold_from_the_next_request_on() -> None:
    async with living(days=5) as house:
        access = await house.mint("cgm-only")
        before = await house.json(LONG, access)
        await reshape(house, access, "cgm-only", days=1)
        assert len(await house.json(LONG, access)) < len(before) / 2


async def test_what_is_on_its_way_is_cut() -> None:
    async with living(days=2, watching=True) as house:
        access = await house.mint("cgm-only")
        reader, writer = await asyncio.open_connection(house.url.host, house.url.port)
        lines = [f"GET {LONG} HTTP/1.1", f"Host: 127.0.0.1:{house.url.port}"]
        lines.append(f"Authorization: {access.bearer['Authorization']}")
        writer.write("\r\n".join([*lines, "", ""]).encode())
        await reader.readexactly(15)
        transports = list(house.gate.streams._carrying)
        for transport in transports:
            # As if more of it were still to come: this answer is small, and a real long one takes ninety days.
            house.gate.streams._carrying[transport].under_way = True
        assert transports
        await reshape(house, access, "consultant")
        async with asyncio.timeout(30):
            with suppress(ConnectionError):
                while await reader.read(65_536):
                    pass
        assert all(transport.is_closing() for transport in transports)
        writer.close()
