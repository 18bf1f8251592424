"""Several worker processes on the same ports. None is started again: when one dies, all stop, and that is told."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

from proxy.cli.frame import Refused

READY_SECONDS = 30
STOP_SECONDS = 15
"""Longer than a worker takes to finish its answers under way."""


@asynccontextmanager
async def work_together(
    command: Sequence[str], environ: Mapping[str, str], number: int, *, ready: str, stop: asyncio.Event
) -> AsyncIterator[None]:
    """Run worker processes for the length of the block, entered once each has said `ready`.

    Sets `stop` when one dies, and raises Refused at the end then, or if one does not get ready.
    """
    workers: list[Process] = []
    try:
        while len(workers) < number:
            worker = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, env=environ)
            workers.append(worker)
        await asyncio.gather(*(_wait_until_ready(worker, ready) for worker in workers))
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(_watch(workers, stop))
            yield
            died = watching.done()
            watching.cancel()
        if died:
            raise Refused("A worker process died, so all were stopped: see the log, then start again.")
    finally:
        await asyncio.gather(*(_stop(worker) for worker in workers))


async def _wait_until_ready(worker: Process, ready: str) -> None:
    assert worker.stdout is not None
    try:
        async with asyncio.timeout(READY_SECONDS):
            line = await worker.stdout.readline()
    except TimeoutError:
        line = b""
    if line.decode(errors="replace").strip() != ready:
        raise Refused("A worker process did not start: see above for its reason.")


async def _watch(workers: Sequence[Process], stop: asyncio.Event) -> None:
    """Set `stop` when a worker ends before it is set; else go on until cancelled."""
    endings = [asyncio.ensure_future(worker.wait()) for worker in workers]
    try:
        await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            # Ctrl-C in a terminal reaches the workers too: they may end before us.
            await asyncio.Event().wait()
        stop.set()
    finally:
        for ending in endings:
            ending.cancel()


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
