"""What there is to tell: seen once, kept once, with names only where the owner wants them."""

import asyncio
from dataclasses import replace

import pytest

from proxy.core.ask import ASK, Ask
from proxy.core.ask import encode as encode_ask
from proxy.core.grant import DAY, HOUR
from proxy.core.record import Draft
from proxy.core.waiting import WAITING, Waiting, encode
from proxy.owner.notices import Facts, Notice, due, keep, notices, said
from proxy.owner.notices_page import teller
from proxy.owner.notices_watch import look
from tests.living import NOW
from tests.memory_store import MemoryStore
from tests.owner.place import Place
from tests.owner.visits import ON_A_PC, at_home, given, opened, told


async def seen(place: Place) -> list[str]:
    """Let the watcher look; give what it has kept, the newest first."""
    await look(teller(place.console))
    return [each.value.what for each in await notices(place.store)]


async def test_the_first_opening_is_told_once() -> None:
    async with at_home() as (_, place):
        grant = await given(place)
        assert await seen(place) == []
        await opened(place, grant)
        assert await seen(place) == ["opened"]
        await told(place, grant, "sign_in", by="link", outcome="entered")
        assert await seen(place) == ["opened"]


async def test_the_fifth_and_the_tenth_wrong_pin_are_told_and_anew_after_a_new_pin() -> None:
    async with at_home() as (_, place):
        grant = await given(place)
        for number in range(1, 11):
            await place.store.spend_try(grant.id)
            expected = 2 if number == 10 else 1 if number >= 5 else 0
            assert len(await seen(place)) == expected, number
        await place.store.new_pin(grant.id, "another", Draft("new_pin", place.clock(), {}))
        for _ in range(5):
            await place.store.spend_try(grant.id)
        assert sorted(await seen(place)) == ["pins-10", "pins-5", "pins-5"]


async def test_an_end_by_the_clinician_is_told_and_one_by_the_owner_is_not() -> None:
    async with at_home() as (_, place):
        finished, revoked = await given(place), await given(place)
        await place.store.end(finished.id, "finished", Draft("ended", place.clock(), ON_A_PC))
        await place.store.end(revoked.id, "revoked", Draft("ended", place.clock(), {}))
        assert await seen(place) == ["finished"]


async def test_the_days_limit_is_told_once_a_day() -> None:
    async with at_home() as (_, place):
        grant = await opened(place, await given(place, lasts=None))
        await seen(place)
        await place.store.spend(grant.id, place.clock() // DAY, records=20_000, upstream_bytes=0)
        assert sorted(await seen(place)) == ["limit", "opened"]
        assert len(await seen(place)) == 2
        spent = await place.store.spend(grant.id, place.clock() // DAY, records=0, upstream_bytes=0)
        assert spent.records == 20_000


@pytest.mark.parametrize(("lasts", "hours"), [(4 * HOUR, 2), (None, 3)], ids=["today", "dated"])
async def test_what_is_still_open_two_hours_after_the_visit_is_told(lasts: int | None, hours: int) -> None:
    async with at_home() as (_, place):
        await opened(place, await given(place, lasts=lasts))
        place.clock.now += hours * HOUR - 1
        assert "still-open" not in await seen(place)
        place.clock.now += 1
        assert "still-open" in await seen(place)


async def test_who_waits_for_a_yes_is_told_and_who_waits_no_more_is_not() -> None:
    async with at_home() as (_, place):
        grant = await given(place)
        waiting = Waiting("opening", "h", "maple 42", "Windows PC", "10.0.0.0/24", place.clock(), grant.id)
        await place.store.put(WAITING, f"{grant.id}/{'a' * 16}", encode(waiting), version=None)
        no = replace(waiting, answer="no")
        await place.store.put(WAITING, f"{grant.id}/{'b' * 16}", encode(no), version=None)
        pairing = replace(waiting, kind="pairing", grant="")
        await place.store.put(WAITING, "c" * 16, encode(pairing), version=None)
        assert await seen(place) == ["asks"]


async def test_who_asks_for_more_is_told_until_it_is_answered() -> None:
    async with at_home() as (_, place):
        grant = await opened(place, await given(place))
        first = Ask("more days", place.clock(), (place.clock(),))
        version = await place.store.put(ASK, grant.id, encode_ask(first), version=None)
        assert sorted(await seen(place)) == ["opened", "wants"]
        answered = replace(first, answer="no")
        version = await place.store.put(ASK, grant.id, encode_ask(answered), version=version)
        assert sorted(await seen(place)) == ["opened", "wants"]
        await place.store.put(ASK, grant.id, encode_ask(first), version=version)
        assert sorted(await seen(place)) == ["opened", "wants", "wants"]


async def test_once_a_month_it_is_said_what_is_still_open() -> None:
    async with at_home() as (_, place):
        await place.store.put("outside-share", "a", b'{"whom":"x","what":"","files":"","way":"mail","shared_on":"2026-10-02"}', version=None)  # fmt: skip
        assert await seen(place) == ["monthly"]
        assert await seen(place) == ["monthly"]
        place.clock.now += 10 * DAY
        assert await seen(place) == ["monthly", "monthly"]


async def test_what_happened_long_ago_is_no_news() -> None:
    async with at_home() as (_, place):
        grant = await opened(place, await given(place))
        await place.store.end(grant.id, "finished", Draft("ended", place.clock(), {}))
        place.clock.now += 2 * DAY
        assert await seen(place) == []


async def test_several_workers_tell_it_once() -> None:
    async with at_home() as (_, place):
        await opened(place, await given(place))
        kept = await asyncio.gather(*(look(teller(place.console)) for _ in range(6)))
        assert sum(kept) == 1


async def test_notices_go_with_the_share_that_is_erased() -> None:
    async with at_home() as (_, place):
        grant = await opened(place, await given(place))
        await place.store.end(grant.id, "finished", Draft("ended", place.clock(), {}))
        assert len(await seen(place)) == 2
        await place.store.erase(grant.id, day="2026-11-23")
        assert await seen(place) == []


async def test_old_notices_are_dropped_and_not_told_again() -> None:
    store = MemoryStore()
    assert await keep(store, "g/opened", Notice("opened", NOW - 91 * DAY, "g"))
    assert not await keep(store, "g/opened", Notice("opened", NOW, "g"))
    async with at_home(store=store) as (_, place):
        assert await seen(place) == []


async def test_previews_and_the_owners_own_chain_are_never_told() -> None:
    async with at_home() as (_, place):
        visit = await opened(place, await given(place))
        now = place.clock()
        assert due(Facts([visit], frozenset(), (), (), 0, now))
        for kind in ("preview", "owner"):
            other = replace(visit, kind=kind)
            assert due(Facts([other], frozenset({other.id}), [("unknown", "b")], (), 0, now)) == {}


def test_without_the_owners_wish_a_sentence_holds_no_name_and_no_figure() -> None:
    for what in (
        "opened",
        "pins-5",
        "pins-10",
        "finished",
        "limit",
        "still-open",
        "asks",
        "wants",
        "monthly",
    ):
        notice = Notice(what, 0, "g" if what != "monthly" else "", count=4)
        bare = said(notice, name="Dr Who", details=False)
        assert bare.values == {}
        assert not any(letter.isdigit() for letter in bare.text)
        full = said(notice, name="Dr Who", details=True)
        assert ("Dr Who" if notice.grant else "4") in full.text % full.values
