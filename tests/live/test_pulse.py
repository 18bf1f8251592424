"""A site that takes questions and answers none is noticed also where nothing is asked; one that is only slow is not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from proxy.core.errors import ClockError, UpstreamError
from proxy.core.plan import Fetch
from proxy.live.pulse import QUIET_SECONDS, SILENT_SECONDS, Pulse
from tests.live.place import Place, opened
from tests.live.polling import as_browser
from tests.live.test_reach import heard
from tests.living import NOW

GUARD = 30
ROWS = Fetch("treatments", 0, 1, None, 1)
AWAY, BACK = '42["chaperone",{"site":"away"}]', '42["chaperone",{"site":"back"}]'


@dataclass
class Site:
    """Answers while it is told to, and fails with a reason where it is given one."""

    answering: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Queue[Fetch] = field(default_factory=asyncio.Queue)
    fails: str = ""
    clock_is_wrong: bool = False

    async def fetch(self, asked: Fetch) -> bytes:
        self.asked.put_nowait(asked)
        if self.fails:
            raise UpstreamError(self.fails, "It failed.")
        await self.answering.wait()
        return b"[]"

    def clock(self) -> int:
        if self.clock_is_wrong:
            raise ClockError("The clock is wrong.")
        return NOW


def pulse_of(site: Site, *, quiet: float = 0.01, patience: float = 0.05) -> Pulse:
    return Pulse(site.fetch, site.clock, quiet=quiet, patience=patience)


@asynccontextmanager
async def watching(pulse: Pulse) -> AsyncIterator[asyncio.Queue[str]]:
    """Give what is told, as it is told: `silent` or `back`."""
    told, wanted = asyncio.Queue[str](), asyncio.Event()
    wanted.set()
    async with asyncio.timeout(GUARD), asyncio.TaskGroup() as tasks:
        work = pulse.watch(wanted, lambda _: told.put_nowait("silent"), lambda: told.put_nowait("back"))
        watch = tasks.create_task(work)
        yield told
        watch.cancel()


def test_it_is_noticed_within_twenty_seconds_and_fifteen_are_no_alarm() -> None:
    assert QUIET_SECONDS + SILENT_SECONDS <= 20
    assert SILENT_SECONDS > 15


async def test_what_hangs_in_the_quiet_is_told_of_and_so_is_its_return() -> None:
    site = Site()
    pulse = pulse_of(site)
    async with watching(pulse) as told:
        assert [await told.get(), await told.get()] == ["silent"] * 2
        assert [pulse.silent_since is None] == [False]
        site.answering.set()
        while (word := await told.get()) == "silent":
            pass
        assert word == "back"
        assert [pulse.silent_since] == [None]
        asked = await site.asked.get()
        assert (asked.collection, asked.count, asked.until - asked.since) == ("entries", 1, 600_000)


@pytest.mark.parametrize(
    ("reason", "is_answer"),
    [
        ("upstream_refused", True),
        ("upstream_unreadable", True),
        ("upstream_too_large", True),
        ("upstream_slow", False),
        ("upstream_unreachable", False),
    ],
)
async def test_an_error_that_the_site_sent_is_an_answer(reason: str, is_answer: bool) -> None:
    site = Site(fails=reason)
    async with watching(pulse_of(site)) as told:
        for _ in range(3):
            await site.asked.get()
        assert told.empty() is is_answer


async def test_while_something_is_read_and_answered_nothing_is_asked_beside_it() -> None:
    site = Site()
    site.answering.set()
    pulse = pulse_of(site, quiet=3600)
    await pulse.fetch(ROWS)
    async with watching(pulse) as told:
        for _ in range(20):
            await asyncio.sleep(0)
        assert told.empty()
    assert [site.asked.get_nowait()] == [ROWS]
    assert site.asked.empty()


async def test_nobody_is_asked_while_nobody_watches() -> None:
    site = Site()
    async with asyncio.TaskGroup() as tasks:
        watch = tasks.create_task(pulse_of(site).watch(asyncio.Event(), print, print))
        await asyncio.sleep(0.1)
        watch.cancel()
    assert site.asked.empty()


async def test_that_a_site_was_silent_is_forgotten_once_nobody_watches() -> None:
    site, wanted, told = Site(), asyncio.Event(), asyncio.Queue[float]()
    pulse = pulse_of(site)
    wanted.set()
    async with asyncio.timeout(GUARD), asyncio.TaskGroup() as tasks:
        watch = tasks.create_task(pulse.watch(wanted, told.put_nowait, print))
        first, second = await told.get(), await told.get()
        assert [pulse.silent_since] == [first]
        assert second > first, "it is silent since the first question that was not answered"
        wanted.clear()
        while pulse.silent_since is not None:  # noqa: ASYNC110 - seen from outside
            await asyncio.sleep(0.01)
        watch.cancel()


async def test_a_clock_that_is_wrong_says_nothing_of_the_site() -> None:
    site = Site(clock_is_wrong=True)
    pulse = pulse_of(site)
    async with watching(pulse) as told:
        await asyncio.sleep(0.1)
        assert told.empty()
    assert site.asked.empty()


@pytest.mark.parametrize("reason", ["", "upstream_refused"])
async def test_each_answer_begins_the_wait_anew(reason: str) -> None:
    loop, site, since = asyncio.get_running_loop(), Site(), asyncio.Queue[float]()
    pulse = pulse_of(site, patience=1)
    site.fails = reason
    site.answering.set()
    async with asyncio.timeout(GUARD):
        with pulse.waiting(since.put_nowait):
            await asyncio.sleep(0.1)
            before = loop.time()
            try:
                await pulse.fetch(ROWS)
            except UpstreamError:
                assert reason
            told = await since.get()
            assert before <= told <= loop.time() - 1
            assert since.empty()


async def test_what_fails_without_an_answer_does_not_begin_it_anew() -> None:
    loop, site, since = asyncio.get_running_loop(), Site(fails="upstream_slow"), asyncio.Queue[float]()
    pulse, before = pulse_of(site, patience=0.2), loop.time()
    async with asyncio.timeout(GUARD):
        with pulse.waiting(since.put_nowait):
            await asyncio.sleep(0.1)
            with pytest.raises(UpstreamError):
                await pulse.fetch(ROWS)
            assert await since.get() < before + 0.1


async def test_a_page_is_told_though_nothing_was_rung_and_nothing_broke() -> None:
    async with opened(patience=0, quiet=0.1, silent=0.3) as place:
        browser = await as_browser(place, await place.life.mint("cgm-only"))
        await browser.start()
        place.answering.clear()
        assert AWAY in await heard(browser, "chaperone")
        place.answering.set()
        assert BACK in await heard(browser, BACK)


async def test_who_comes_to_a_site_that_hangs_is_told_before_there_is_a_first_frame() -> None:
    async with opened(patience=0, silent=0.3) as place:
        place.answering.clear()
        browser = await as_browser(place, await place.life.mint("cgm-only"))
        await browser.open()
        await browser.post("40")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(browser.post('420["authorize",{"client":"web"}]'))
            said = await heard(browser, "chaperone")
            assert AWAY in said
            assert "dataUpdate" not in said
            place.answering.set()
            said = await heard(browser, "dataUpdate")
            assert BACK in said


@asynccontextmanager
async def watched() -> AsyncIterator[Place]:
    """Give a site that somebody watches already, by another view, and that is not asked whether it is there."""
    async with opened(quiet=3600, silent=3600) as place:
        await (await as_browser(place, await place.life.mint("consultant"))).start()
        yield place


async def test_who_comes_while_a_site_is_known_to_hang_is_told_at_once() -> None:
    async with watched() as place:
        place.live.pulse.silent_since = float("-inf")
        browser = await as_browser(place, await place.life.mint("cgm-only"))
        said = await browser.start()
        assert AWAY in said
        assert BACK in said, "its first reading was answered"


async def test_who_comes_after_one_failure_is_told_no_sooner_than_who_was_there() -> None:
    async with watched() as place:
        place.live.pulse.silent_since = asyncio.get_running_loop().time()
        browser = await as_browser(place, await place.life.mint("cgm-only"))
        assert "chaperone" not in await browser.start()


async def test_who_comes_while_a_site_fails_at_once_is_told_that_it_is_away_and_not_that_it_is_back() -> None:
    async with watched() as place:
        entries = place.site.collections.pop("entries")
        place.live.pulse.silent_since = float("-inf")
        browser = await as_browser(place, await place.life.mint("cgm-only"))
        said = await browser.start()
        assert AWAY in said
        assert BACK not in said
        place.site.collections["entries"] = entries
        await place.ring()
        assert BACK in await heard(browser, BACK)


async def test_a_site_is_not_asked_for_who_watches_what_can_not_change_any_more() -> None:
    async with opened() as place:
        final = await place.connect((await place.life.mint("unnamed")).bearer)
        await final.authorize()
        assert len(place.live) == 1
        assert not place.live.hub.wanted.is_set()
        other = await place.connect((await place.life.mint("cgm-only")).bearer)
        await other.authorize()
        assert place.live.hub.wanted.is_set()
        await other.client.disconnect()
        async with asyncio.timeout(GUARD):
            while len(place.live) > 1:  # noqa: ASYNC110 - seen from outside
                await asyncio.sleep(0.01)
        assert not place.live.hub.wanted.is_set()
