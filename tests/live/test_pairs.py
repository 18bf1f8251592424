"""Promise 2 over the socket: two sites that differ in what is withheld send the same frames, byte for byte."""

import asyncio
from typing import Any

import pytest

from tests.live.place import Place, Row, opened, reading
from tests.live.polling import Polling
from tests.living import NOW
from tests.promises.changes import ALIKE, SETTINGS, Change, other_names_of_profiles, wrong_kinds
from tests.promises.still import StillSite, changed, still

CASES = [
    *((policy, name, change) for policy in ("consultant", "full-loop") for name, change in ALIKE.items()),
    *((policy, name, change) for policy in ("consultant", "cgm-only") for name, change in SETTINGS.items()),
    ("full-loop", "other_names_of_profiles", other_names_of_profiles),
]


@pytest.fixture(scope="module")
def site() -> StillSite:
    return still()


def bolus(insulin: float, kind: str = "Meal Bolus") -> Row:
    at = "2026-11-23T11:50:00.000Z"
    return {"_id": "c" * 24, "eventType": kind, "created_at": at, "insulin": insulin, "notes": str(insulin)}


async def told(place: Place, polling: Polling) -> str:
    """Give what a ring brings; a poll that gets nothing is ended with an event that is answered."""
    waiting = asyncio.ensure_future(polling.get())
    await place.ring()
    async with asyncio.timeout(5):
        return (await waiting)[1]


async def frames(site: StillSite, policy: str) -> list[str]:
    """Watch a site while visible and hidden things happen there; give every frame as it is on the wire."""
    async with opened(changed(site)) as place:
        access = await place.life.mint(policy, days=2)
        polling = Polling(place, access.bearer)
        heard = [(await polling.start()).split("\x1e", 1)[1]]
        await polling.post('421["loadRetro",{}]')
        heard.append((await polling.get())[1])
        rows = place.site.collections
        rows["entries"].append(reading(NOW - 60_000, 111))
        heard.append(await told(place, polling))
        for row in (bolus(1.5), bolus(2.5), bolus(2.5, "Note")):
            rows["treatments"] = [each for each in rows["treatments"] if each["_id"] != row["_id"]] + [row]
            if policy != "cgm-only":
                heard.append(await told(place, polling))
        rows["entries"].pop()
        heard.append(await told(place, polling))
        return heard


@pytest.mark.parametrize(
    ("policy", "name", "change"), CASES, ids=lambda case: case if isinstance(case, str) else ""
)
async def test_sites_that_differ_in_what_is_withheld_send_the_same(
    site: StillSite, policy: str, name: str, change: Change
) -> None:
    one, other = await asyncio.gather(frames(site, policy), frames(changed(site, change), policy))
    assert one == other
    assert len(one) >= 4


async def test_words_where_figures_belong_are_all_the_same(site: StillSite) -> None:
    pair = [frames(changed(site, wrong_kinds(word)), "consultant") for word in ("one", "another")]
    one, other = await asyncio.gather(*pair)
    assert one == other


async def test_sites_that_differ_in_a_reading_do_not_send_the_same(site: StillSite) -> None:
    def another_reading(rows: dict[str, list[Any]]) -> None:
        rows["entries"][-5]["sgv"] += 1

    one, other = await asyncio.gather(
        frames(site, "consultant"), frames(changed(site, another_reading), "consultant")
    )
    assert one[0] != other[0]
    assert one[2] == other[2]
