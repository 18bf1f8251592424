"""Two hundred clinicians watch one site for a time, some come and go: memory, tasks, files and the log are looked at.

What must hold: each worker's memory grows by no more than `MARGIN` after it is warm; once all have left, no task and
no file is left behind; each update is on record once for each grant, and each chain is whole.
"""

import asyncio
import json
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

import aiohttp

from proxy.live.wire import PING_SECONDS, PONG_SECONDS
from tests.soak.clinicians import Clinician, Lost
from tests.soak.place import Place, place
from tests.soak.workers import Held

MARGIN_SHARE, MARGIN_KILOBYTES = 0.10, 12 * 1024
"""So much may a worker's memory grow: the site's own rows of the hour are part of it."""
TASKS_LEFT, FILES_LEFT = 2, 6
"""More than before: a fetch that is just under way, and connections that are kept for the next one."""
SILENT_SECONDS = PING_SECONDS + PONG_SECONDS + 15
"""Who falls silent is noticed after a ping, and after as long as a page may be busy; then some more."""
ARRIVES_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Wishes:
    """How long, how many, how often."""

    minutes: float
    clinicians: int = 200
    workers: int = 3
    every: float = 5.0
    """Seconds between two readings."""
    busy: bool = False
    """The machine has other work: who is cut because a worker got no turn for a second comes back, and that is counted."""


@dataclass
class Seen:
    """What was seen."""

    faults: list[str] = field(default_factory=list)
    readings: int = 0
    lost: int = 0
    late: int = 0
    came_back: int = 0
    told: list[float] = field(default_factory=list)
    """Seconds from a reading's arrival at the site until the last clinician had it."""
    spread: list[float] = field(default_factory=list)
    """Seconds between the first clinician and the last."""
    lines: list[str] = field(default_factory=list)

    def say(self, words: str) -> None:
        self.lines.append(words)
        print(words, flush=True)  # noqa: T201 - for whoever waits an hour

    def require(self, words: str, *, holds: bool) -> None:
        if not holds:
            self.faults.append(words)
            self.say(f"FAULT: {words}")


async def soak(folder: Path, wishes: Wishes) -> Seen:
    """Do it all; whoever calls looks at `faults`."""
    seen = Seen()
    async with place(folder, workers=wishes.workers) as here:
        before = await _settled(here)
        seen.say(f"before: {_words(before)}")
        steady, passing = await _crowd(here, wishes)
        async with asyncio.TaskGroup() as tasks:
            watching = [tasks.create_task(_stay(each, wishes, seen)) for each in steady]
            coming = [tasks.create_task(_come_and_go(each, wishes, seen)) for each in passing]
            await asyncio.gather(*(each.seated.wait() for each in steady))
            seen.say(f"{len(steady)} stay, {len(passing)} come and go")
            await _hours(here, wishes, steady, seen)
            for task in [*watching, *coming]:
                task.cancel()
            await asyncio.gather(*watching, *coming, return_exceptions=True)
        await _check_log(here, steady, passing, seen)
        await _check_left(here, before, seen)
        _sum_up(here, wishes, seen)
    return seen


async def _crowd(here: Place, wishes: Wishes) -> tuple[list[Clinician], list[Clinician]]:
    """Most stay, each tenth with two tabs; a fifth comes and goes."""
    passing = wishes.clinicians // 5
    tabs = wishes.clinicians // 10
    steady = await here.clinicians(tabs, tabs=2) + await here.clinicians(
        wishes.clinicians - passing - 2 * tabs
    )
    return steady, await here.clinicians(passing)


async def _stay(each: Clinician, wishes: Wishes, seen: Seen) -> None:
    """Watch, and come back if that was cut, as a page does."""
    try:
        while True:
            await _watch(each, wishes, seen)
            await asyncio.sleep(random.uniform(1, 5))
    finally:
        await asyncio.shield(each.say_goodbye())


async def _come_and_go(each: Clinician, wishes: Wishes, seen: Seen) -> None:
    """Watch for a while, fall silent without a word, come back."""
    dice = random.Random(each.grant)
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(dice.uniform(5, 60)):
                await _watch(each, wishes, seen)
        seen.came_back += 1
        await asyncio.sleep(dice.uniform(1, 20))


async def _watch(each: Clinician, wishes: Wishes, seen: Seen) -> None:
    """Watch until cut: that is a fault, unless the machine is known to be busy."""
    try:
        await each.watch()
    except (Lost, aiohttp.ClientError, ConnectionError) as error:
        each.lost += 1
        seen.lost += 1
        seen.require(f"a {each.way} of {each.policy} was lost: {error!r}", holds=wishes.busy)


async def _hours(here: Place, wishes: Wishes, steady: Sequence[Clinician], seen: Seen) -> None:
    """Let readings arrive for the time that is wished; look at memory when it is warm, each minute, and at the end."""
    began = looked = time.monotonic()
    warm: list[Held] = []
    while time.monotonic() - began < wishes.minutes * 60:
        await _reading(here, wishes, steady, seen)
        now = time.monotonic()
        if not warm and now - began > min(300.0, wishes.minutes * 60 / 4):
            warm = await here.workers.held()
            seen.say(f"warm:   {_words(warm)}")
        if now - looked > 60:
            looked = now
            seen.say(f"{(now - began) / 60:5.1f} min: {_words(await here.workers.held())}")
    end = await here.workers.held()
    seen.say(f"end:    {_words(end)}")
    for first, last in zip(warm, end, strict=True):
        most = first.kilobytes * (1 + MARGIN_SHARE) + MARGIN_KILOBYTES
        seen.require(f"memory grew from {first} to {last}", holds=last.kilobytes <= most)


async def _reading(here: Place, wishes: Wishes, steady: Sequence[Clinician], seen: Seen) -> None:
    """Let a reading arrive and wait until all who are to have it have it."""
    live = [each for each in steady if each.policy != "unnamed"]
    heard = {id(each): each.heard for each in live}
    began = time.monotonic()
    here.site.beat()
    seen.readings += 1
    if await _until(lambda: all(each.heard > heard[id(each)] for each in live), ARRIVES_SECONDS):
        last, first = max(each.heard_at for each in live), min(each.heard_at for each in live)
        seen.told.append(last - began)
        seen.spread.append(last - first)
    else:
        late = sum(each.heard == heard[id(each)] for each in live)
        seen.late += 1
        seen.require(f"a reading did not come to {late} clinicians", holds=wishes.busy)
    await asyncio.sleep(max(0.0, wishes.every - (time.monotonic() - began)))


async def _check_log(
    here: Place, steady: Sequence[Clinician], passing: Sequence[Clinician], seen: Seen
) -> None:
    """Each frame that was received is on record, once for each grant, and no chain is broken."""
    total = 0
    for grant, tabs in _by_grant(steady).items():
        records, verdict = await here.log(grant)
        seen.require(f"a chain: {verdict.message}", holds=verdict.ok)
        opened, offered = _pushes([record.body for record in records])
        total += opened + offered
        if any(each.lost for each in tabs):
            heard_most = max(each.heard for each in tabs)
            seen.require(f"{opened} + {offered} on record", holds=opened + offered >= heard_most)
            continue
        seen.require(f"{opened} openings on record of {len(tabs)} tabs", holds=opened == len(tabs))
        heard = {each.heard - 1 for each in tabs}
        seen.require(f"{offered} updates on record, {heard} heard", holds=heard == {offered})
    for each in passing:
        records, verdict = await here.log(each.grant)
        seen.require(f"a chain: {verdict.message}", holds=verdict.ok)
        opened, offered = _pushes([record.body for record in records])
        total += opened + offered
        seen.require(
            f"{opened} + {offered} on record, {each.heard} heard", holds=opened + offered >= each.heard
        )
    seen.say(f"log: {total} pushes on record, {len(steady) + len(passing)} connections, every chain checked")


def _by_grant(clinicians: Sequence[Clinician]) -> dict[str, list[Clinician]]:
    found: dict[str, list[Clinician]] = {}
    for each in clinicians:
        found.setdefault(each.grant, []).append(each)
    return found


def _pushes(bodies: Sequence[bytes]) -> tuple[int, int]:
    """Count the openings of the live view on record, and the updates."""
    queries = [row["query"] for row in map(json.loads, bodies) if row.get("door") == "socket /dataUpdate"]
    opened = queries.count("live, opened")
    return opened, len(queries) - opened


async def _check_left(here: Place, before: Sequence[Held], seen: Seen) -> None:
    """Wait until those who fell silent were noticed; then all must be as before."""

    def is_as_before(now: Sequence[Held]) -> bool:
        pairs = list(zip(before, now, strict=True))
        tasks = all(last.tasks <= first.tasks + TASKS_LEFT for first, last in pairs)
        return tasks and all(last.files <= first.files + FILES_LEFT for first, last in pairs)

    deadline = time.monotonic() + SILENT_SECONDS
    while not is_as_before(left := await here.workers.held()) and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(2)  # they are processes of their own
    seen.say(f"after:  {_words(left)}")
    seen.require(f"left behind: {_words(left)}", holds=is_as_before(left))
    is_one = here.site.connections == 1 or seen.lost > 0  # all were cut at once: nobody watched for a moment
    seen.require(f"{here.site.connections} connections upstream", holds=is_one)


async def _settled(here: Place) -> list[Held]:
    """Look until nothing comes any more: the owner's side is loaded after the clinicians' is served."""
    deadline = time.monotonic() + ARRIVES_SECONDS
    before: list[tuple[int, int]] = []
    while True:
        await asyncio.sleep(2)  # they are processes of their own
        held = await here.workers.held()
        now = [(each.tasks, each.files) for each in held]
        if now == before or time.monotonic() > deadline:
            return held
        before = now


async def _until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.01)
    return True


def _words(held: Sequence[Held]) -> str:
    return "  ".join(f"{each.kilobytes / 1024:.1f} MB {each.tasks} tasks {each.files} files" for each in held)


def _sum_up(here: Place, wishes: Wishes, seen: Seen) -> None:
    told, spread = (_figures(each) for each in (seen.told, seen.spread))
    seen.say(
        f"{wishes.clinicians} clinicians, {wishes.workers} workers, {wishes.minutes:g} minutes\n{seen.readings} readings ({seen.late} late), {seen.came_back} times somebody came back, {seen.lost} lost, "
        f"{here.site.connections} connection(s) upstream\nfrom a reading at the site to the last clinician: {told}\n"
        f"from the first clinician to the last: {spread}"
    )


def _figures(seconds: Sequence[float]) -> str:
    if len(seconds) < 2:
        return "not measured"
    return (
        f"median {median(seconds) * 1000:.0f} ms, 95% {quantiles(seconds, n=20)[-1] * 1000:.0f} ms, "
        f"most {max(seconds) * 1000:.0f} ms"
    )
