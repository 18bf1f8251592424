"""One worker, as `chaperone serve` starts it; for each line of its input it tells how many tasks and files it has."""

import asyncio
import gc
import os
import sys

import uvloop

from proxy.app import serving
from proxy.cli.logs import configure_logs
from proxy.settings import read_settings


async def main() -> None:
    configure_logs("warning")
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with serving(read_settings(), shared_ports=True):
        say("ready")
        while await lines.readline():
            gc.collect()
            say(f"{len(asyncio.all_tasks())} {sum(1 for _ in os.scandir('/dev/fd'))}")


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(main())
