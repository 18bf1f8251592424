"""Worker processes that die: started again for a while, and then no more."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from proxy.cli.frame import Refused
from proxy.cli.workers import MOST_DEATHS, WITHIN_SECONDS, Deaths, work_together

GUARD = 60
DIES = "print('ready', flush=True)"
"""It says that it listens, and ends."""
LIVES = """
import os, sys
with open(sys.argv[1], "a") as seen:
    seen.write(f"{os.getpid()}\\n")
print("ready", flush=True)
sys.stdin.read()
"""
"""It notes its number and lives until its standard input is closed."""


def test_the_wait_grows_with_each_death_and_many_deaths_at_once_are_too_many() -> None:
    deaths = Deaths()
    waits = [deaths.note(float(second)) for second in range(MOST_DEATHS)]
    assert waits[-1] is None
    known = [wait for wait in waits if wait is not None]
    assert len(known) == MOST_DEATHS - 1
    assert known == sorted(set(known))


def test_deaths_that_are_far_apart_are_never_too_many() -> None:
    deaths = Deaths()
    assert len({deaths.note(each * WITHIN_SECONDS) for each in range(50)}) == 1


async def test_a_worker_that_dies_again_and_again_is_given_up_and_that_is_told() -> None:
    stop = asyncio.Event()
    working = work_together((sys.executable, "-c", DIES), os.environ, 2, ready="ready", stop=stop)
    with pytest.raises(Refused, match="died 5 times within a minute"):
        async with working, asyncio.timeout(GUARD):
            await stop.wait()


async def test_a_worker_that_does_not_start_at_first_is_told() -> None:
    stop = asyncio.Event()
    with pytest.raises(Refused, match="did not start"):
        async with work_together((sys.executable, "-c", "1"), os.environ, 2, ready="ready", stop=stop):
            pytest.fail("it did not start")


async def test_only_the_one_that_died_is_started_again_and_all_end_with_the_block(tmp_path: Path) -> None:
    seen = tmp_path / "seen"

    async def until(number: int) -> list[int]:
        async with asyncio.timeout(GUARD):
            while len(found := seen.read_text().split() if seen.exists() else []) < number:  # noqa: ASYNC110 - they are processes of their own
                await asyncio.sleep(0.02)
        return [int(each) for each in found]

    stop = asyncio.Event()
    command = (sys.executable, "-c", LIVES, str(seen))
    async with work_together(command, os.environ, 2, ready="ready", stop=stop):
        first = await until(2)
        os.kill(first[0], signal.SIGKILL)
        now = await until(3)
        os.kill(first[1], 0)  # it is still there
        assert not stop.is_set()
    for each in now:
        with pytest.raises(ProcessLookupError):
            os.kill(each, 0)
