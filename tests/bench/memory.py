"""Memory: idle, fifty parallel downloads of 90 days of entries, and one of 90 days of devicestatus."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import uvloop

from tests.bench.load import connected
from tests.bench.subjects import Subject
from tests.bench.whole import DAY

BUDGETS = {"idle": 80, "entries, 90 days, 50 at once": 250, "devicestatus, 90 days": 250}


@dataclass(frozen=True)
class Memory:
    """The most that the process held (resident, MB), and the megabytes that it answered."""

    what: str
    megabytes: float
    answered: float
    seconds: float


def idle(subject: Subject) -> Memory:
    time.sleep(1)
    return Memory("idle", _status(subject, "VmRSS"), 0, 0)


def downloads(subject: Subject, what: str, collection: str, *, parallel: int, now: int) -> Memory:
    """Let several grants download at once; the peak is of this process's whole life."""
    date = "date" if collection == "entries" else "created_at"
    since = (
        now - 89 * DAY if date == "date" else time.strftime("%Y-%m-%d", time.gmtime(now / 1000 - 89 * 86_400))
    )
    path = f"/api/v1/{collection}.json?find[{date}][$gte]={since}&count=50000"
    start = time.perf_counter()
    answered = uvloop.run(_all(subject, path, parallel))
    return Memory(what, _status(subject, "VmHWM"), answered / 1e6, time.perf_counter() - start)


async def _all(subject: Subject, path: str, parallel: int) -> int:
    connections = await connected(subject.port, parallel)
    tokens: Iterator[str] = iter(subject.tokens)
    try:
        async with asyncio.timeout(300):
            answers = await asyncio.gather(
                *(each.ask(_question(path, next(tokens), subject.port)) for each in connections)
            )
    finally:
        for each in connections:
            each.close()
    assert {status for status, _ in answers} == {200}, answers
    return sum(size for _, size in answers)


def _question(path: str, token: str, port: int) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def _status(subject: Subject, field: str) -> float:
    assert subject.process is not None
    lines = Path(f"/proc/{subject.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024
