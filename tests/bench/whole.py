"""The whole proxy against direct and against its peers: answers a second, and how long they take."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import uvloop

from tests.bench.load import Sample, paced, saturate
from tests.bench.subjects import Subject

DAY = 86_400_000


@dataclass(frozen=True)
class Scene:
    """What is asked: a path with one gap for a number that makes each question a new one, or none."""

    name: str
    path: str
    connections: int
    seconds: float

    def questions(self, subject: Subject) -> Iterator[bytes]:
        for number in count():
            token = subject.tokens[number % len(subject.tokens)]
            credential = (
                f"api-secret: {subject.secret}" if subject.secret else f"Authorization: Bearer {token}"
            )
            path = self.path.replace("@", f"{number % 100_000:05d}")
            yield (
                f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{subject.port}\r\n{credential}\r\n"
                "Accept: application/json\r\n\r\n"
            ).encode()


@dataclass(frozen=True)
class Seen:
    """One subject in one scene."""

    subject: str
    scene: str
    full: Sample
    cpu: float
    """Milliseconds of CPU for one answer: what the other work of a busy machine does not change."""
    half: Sample | None = None


def scenes(now: int, *, hurry: float = 1) -> list[Scene]:
    """Give the scenes, shortened by `hurry`; `@` is replaced by milliseconds, so that no memory of answers can help."""

    def since(days: int) -> str:
        # Six digits are left open: up to a hundred seconds, fewer than the time between two readings.
        return f"find[date][$gte]={str(now - days * DAY)[:-6]}1@"

    def cold(days: int, most: int) -> str:
        return f"/api/v1/entries.json?{since(days)}&count={most}"

    return [
        Scene("ten rows, warm", "/api/v1/entries.json?count=10", 8, 5 * hurry),
        Scene("ten rows, cold", cold(1, 10), 8, 5 * hurry),
        Scene("one day", cold(1, 1000), 4, 5 * hurry),
        Scene("90 days", cold(89, 50_000), 2, 12 * hurry),
    ]


def see(subject: Subject, scene: Scene, *, half: bool) -> Seen:
    """Load a subject fully, then (if wished) half."""
    return uvloop.run(_see(subject, scene, half=half))


async def _see(subject: Subject, scene: Scene, *, half: bool) -> Seen:
    questions = scene.questions(subject)
    await saturate(subject.port, questions, connections=scene.connections, seconds=1)
    before = subject.cpu_seconds()
    full = await saturate(subject.port, questions, connections=scene.connections, seconds=scene.seconds)
    cpu = (subject.cpu_seconds() - before) * 1e3 / max(1, len(full.took))
    slow = await at_rate(subject, scene, questions, full.rate / 2) if half else None
    return Seen(subject.name, scene.name, full, cpu, slow)


async def at_rate(subject: Subject, scene: Scene, questions: Iterator[bytes], rate: float) -> Sample:
    return await paced(
        subject.port, questions, connections=scene.connections, seconds=scene.seconds, rate=rate
    )


def see_at(subject: Subject, scene: Scene, rate: float) -> Sample:
    """Ask at a given rate: what direct takes where Chaperone is half loaded."""
    questions = scene.questions(subject)
    return uvloop.run(at_rate(subject, scene, questions, rate))
