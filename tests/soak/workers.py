"""Worker processes on one data folder and one port, and what they hold."""

import asyncio
import os
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
READY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Held:
    """What one process holds."""

    kilobytes: int
    tasks: int
    files: int


@dataclass(frozen=True, slots=True)
class Workers:
    """Running worker processes."""

    processes: Sequence[Process]

    async def held(self) -> list[Held]:
        """Ask each."""
        return [await _held(process) for process in self.processes]


@asynccontextmanager
async def working(number: int, environ: Mapping[str, str]) -> AsyncIterator[Workers]:
    """Run so many workers; `environ` holds their settings."""
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(_process(environ)) for _ in range(number)]
        yield Workers(processes)


@asynccontextmanager
async def _process(environ: Mapping[str, str]) -> AsyncIterator[Process]:
    others = {
        key: value for key, value in os.environ.items() if not key.startswith(("CHAPERONE", "NIGHTSCOUT"))
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("child.py")),
        env={**others, "PYTHONPATH": str(ROOT), **environ},
        stdin=PIPE,
        stdout=PIPE,
    )
    try:
        assert await _line(process) == "ready"
        yield process
    finally:
        process.kill()
        await process.wait()


async def _held(process: Process) -> Held:
    assert process.stdin is not None
    process.stdin.write(b"\n")
    tasks, files = map(int, (await _line(process)).split())
    asked = ["ps", "-o", "rss=", "-p", str(process.pid)]
    said = await asyncio.to_thread(subprocess.run, asked, capture_output=True, check=True)
    return Held(int(said.stdout), tasks, files)


async def _line(process: Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(READY_SECONDS):
        return (await process.stdout.readline()).decode().strip()
