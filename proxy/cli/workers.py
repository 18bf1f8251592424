"""Several worker processes on the same ports. One that dies is started again; if they die again and again, all stop."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

import structlog

from proxy.cli.frame import Refused

READY_SECONDS = 30
STOP_SECONDS = 15
"""Longer than a worker takes to finish its answers under way."""
MOST_DEATHS: Final = 5
WITHIN_SECONDS: Final = 60.0
"""So many deaths in so short a time are no accident."""
FIRST_WAIT_SECONDS: Final = 0.25
log = structlog.get_logger("serve")


class Deaths:
    """When workers died lately."""

    def __init__(self) -> None:
        self._at: deque[float] = deque(maxlen=MOST_DEATHS)

    def note(self, now: float) -> float | None:
        """Count a death at `now` (seconds); give how long to wait before the next start, None if there shall be none."""
        self._at.append(now)
        lately = sum(now - at < WITHIN_SECONDS for at in self._at)
        return None if lately == MOST_DEATHS else FIRST_WAIT_SECONDS * 2 ** (lately - 1)


@dataclass(frozen=True, slots=True)
class _Crew:
    """What is needed to start a worker, and those that run, by their places."""

    command: Sequence[str]
    environ: Mapping[str, str]
    ready: str
    stop: asyncio.Event
    deaths: Deaths = field(default_factory=Deaths)
    running: dict[int, Process] = field(default_factory=dict)

    async def start(self, place: int) -> bool:
        """Start a worker; say whether it got ready."""
        worker = await asyncio.create_subprocess_exec(
            *self.command, stdin=PIPE, stdout=PIPE, env=self.environ
        )
        self.running[place] = worker
        return await _is_ready(worker, self.ready)

    async def keep(self, place: int) -> None:
        """Start a worker again whenever it dies, until `stop` is set; sets it when there have been too many deaths."""
        while True:
            code = await self.running[place].wait()
            # Ctrl-C in a terminal reaches the workers too: they may end before we are told.
            pause = self.deaths.note(asyncio.get_running_loop().time())
            if await self._stops_within(pause or 0):
                return
            if pause is None:
                raise Refused(
                    f"Worker processes died {MOST_DEATHS} times within a minute, so all were stopped: see the log for the "
                    "reason, then start again."
                )
            log.warning("worker_died", code=code, starts_again=True)
            if not await self.start(place):
                await _stop(self.running[place])

    async def _stops_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stop.wait()
        return self.stop.is_set()


@asynccontextmanager
async def work_together(
    command: Sequence[str], environ: Mapping[str, str], number: int, *, ready: str, stop: asyncio.Event
) -> AsyncIterator[None]:
    """Run worker processes for the length of the block, entered once each has said `ready`.

    Raises Refused if one does not get ready at first. Sets `stop` when workers die again and again, and raises Refused
    at the end then.
    """
    crew = _Crew(command, environ, ready, stop)
    try:
        if not all(await asyncio.gather(*map(crew.start, range(number)))):
            raise Refused("A worker process did not start: see above for its reason.")
        keeping = [asyncio.ensure_future(crew.keep(place)) for place in range(number)]
        for each in keeping:
            each.add_done_callback(lambda _: stop.set())
        try:
            yield
        finally:
            await _ended(keeping)
    finally:
        await asyncio.gather(*map(_stop, crew.running.values()))


async def _ended(keeping: "Sequence[asyncio.Future[None]]") -> None:
    """Look after the workers no longer. Raises what that ended with, if it had ended."""
    for each in keeping:
        each.cancel()
    for found in await asyncio.gather(*keeping, return_exceptions=True):
        if isinstance(found, Exception):
            raise found


async def _is_ready(worker: Process, ready: str) -> bool:
    assert worker.stdout is not None
    line = b""
    with suppress(TimeoutError):
        async with asyncio.timeout(READY_SECONDS):
            line = await worker.stdout.readline()
    return line.decode(errors="replace").strip() == ready


async def _stop(worker: Process) -> None:
    """Let go of its standard input, which tells it to finish; kill it if it does not."""
    assert worker.stdin is not None
    worker.stdin.close()
    with suppress(TimeoutError):
        async with asyncio.timeout(STOP_SECONDS):
            await worker.wait()
    if worker.returncode is None:
        worker.kill()
        await worker.wait()
