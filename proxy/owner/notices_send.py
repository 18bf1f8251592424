"""Handing a notice to the process that sends it."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

Outcome = Literal["sent", "unreadable", "private", "failed"]
Send = Callable[["Letter"], Awaitable[Outcome]]

SECONDS: Final = 45
_SCRIPT: Final = Path(__file__).with_name("notices_child.py")
_OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent, and where to. The address holds secrets: it stands in no `repr`."""

    address: str
    title: str = ""
    body: str = ""
    only_look: bool = False
    """Whether only the address is to be looked at, and nothing sent."""

    def __repr__(self) -> str:
        return "Letter(…)"


async def nowhere(_letter: Letter) -> Outcome:
    """Stand in for a house that can't send."""
    return "failed"


def sending(permitted: Sequence[str] = ()) -> Send:
    """Give what sends. `permitted` are addresses of this machine (`127.0.0.1:8000`), for tests; nobody else has any."""
    one_at_a_time = asyncio.Semaphore(2)

    async def send(letter: Letter) -> Outcome:
        async with one_at_a_time:
            try:
                return await _run(letter, permitted)
            except OSError:
                return "failed"

    return send


async def _run(letter: Letter, permitted: Sequence[str]) -> Outcome:
    told = {
        "address": letter.address,
        "title": letter.title,
        "body": letter.body,
        "only_look": letter.only_look,
        "permitted": list(permitted),
    }
    # Without our environment: no proxy that somebody set for others, and none of our secrets.
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_SCRIPT),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"LANG": "C.UTF-8"},
    )
    try:
        async with asyncio.timeout(SECONDS):
            said, _ = await process.communicate(json.dumps(told).encode())
    except TimeoutError:
        return "failed"
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return next((each for each in _OUTCOMES if each.encode() == said), "failed")
