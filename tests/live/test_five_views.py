"""Five clinicians on one site at once, each with a choice and a window of their own: each is sent theirs and no more."""

from datetime import UTC, datetime

from proxy.core.record import Draft
from tests.live.place import Browser, Place, opened, reading
from tests.living import HOUR, NOW, POLICIES, Access
from tests.promises.still import Row, still

DAY = 24 * HOUR
LASTING = {"Site Change": 3, "Insulin Change": 10, "Pump Battery Change": 20, "Sensor Start": 60}
"""Events that count however old they are, and how many days ago the last of each was."""
BOLUS = {"_id": "b" * 24, "eventType": "Meal Bolus", "created_at": "2026-11-23T11:50:00.000Z", "insulin": 2.5}


def without(name: str, *lines: str) -> str:
    """Give a bundled policy without some of its lines."""
    text = (POLICIES / f"{name}.yaml").read_text()
    for line in lines:
        assert line in text
        text = text.replace(line, "")
    return text


FIVE = {
    1: "cgm-only",
    7: "consultant",
    14: without("consultant", "      - Meal Bolus\n"),
    30: "full-loop",
    90: without("full-loop", "      - Sensor Start\n"),
}


def _aged() -> list[Row]:
    return [
        {"_id": f"{days:024x}", "eventType": name, "created_at": _iso(NOW - days * DAY)}
        for name, days in LASTING.items()
    ]


def _iso(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%dT%H:%M:%S.000Z}"


async def _events(browser: Browser, count: int) -> set[str]:
    return {row["eventType"] for row in (await browser.until("dataUpdate", count)).get("treatments", ())}


async def _five(place: Place) -> dict[int, tuple[Access, Browser]]:
    found = {}
    for number, (days, policy) in enumerate(FIVE.items()):
        access = await place.life.mint(policy, days=days)
        transport = ("polling", "websocket")[number % 2]
        found[days] = access, await place.watch_as(access, transport=transport)
    return found


async def test_each_is_sent_what_is_shared_with_them_in_one_go_and_by_one_connection() -> None:
    site = still()
    kept = [row for row in site.collections["treatments"] if row["eventType"] not in LASTING]
    site.collections["treatments"] = kept + _aged()
    async with opened(site) as place:
        five = await _five(place)
        assert place.bell.present == 1
        first = {days: await _events(browser, 1) for days, (_, browser) in five.items()}
        assert {days: events & LASTING.keys() for days, events in first.items()} == {
            1: set(),
            7: {"Site Change"},
            14: {"Site Change", "Insulin Change"},
            30: {"Site Change", "Insulin Change", "Pump Battery Change"},
            90: {"Site Change", "Insulin Change", "Pump Battery Change"},
        }
        assert first[1] == set()
        assert "Meal Bolus" not in first[14]
        oldest = {days: pair[1].named("dataUpdate")[0]["sgvs"][0]["mills"] for days, pair in five.items()}
        assert oldest[1] > oldest[7] == oldest[90]
        asked = len(place.fetched)
        site.collections["treatments"].append(BOLUS)
        await place.change(reading(NOW - 60_000, 111))
        news = {days: await _events(browser, 2) for days, (_, browser) in five.items()}
        assert {days for days, events in news.items() if "Meal Bolus" in events} == {7, 30, 90}
        for _, browser in five.values():
            assert [row["mgdl"] for row in browser.named("dataUpdate")[1]["sgvs"]] == [111]
            assert "CANARY" not in str(browser.heard)
        each = [(fetch.collection, fetch.since) for fetch in place.fetched[asked:]]
        assert len(each) < len(FIVE) * 3, "what all of them need is fetched once"
        ids = {row["_id"] for _, browser in five.values() for row in browser.named("dataUpdate")[1]["sgvs"]}
        assert len(ids) == len(FIVE), "a row has another name in each view"


async def test_the_end_of_one_is_the_end_of_no_other(place: Place) -> None:
    five = await _five(place)
    ending, ended = five.pop(7)
    await place.life.store.end(ending.id, "revoked", Draft("ended", NOW, {}))
    await ended.until("disconnect", seconds=1)
    await place.change(reading(NOW - 60_000, 111))
    for access, browser in five.values():
        await browser.until("dataUpdate", 2)
        assert not browser.named("disconnect")
        assert len(await place.pushes(access)) == 2
    assert len(await place.pushes(ending)) == 1
    assert len(ended.named("dataUpdate")) == 1
