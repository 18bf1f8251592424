"""The filter alone: read and write again what `consultant` shows, against `orjson.loads` of the same bytes.

The two take turns, round by round, and each round gives a ratio, so that a busy moment of the machine weighs on both.
Time is the thread's own CPU time. Measured in a process of its own, `python -m tests.bench.kernel SOURCE FOLDER`: one
that has made ninety days of data has a memory in tatters, in which every allocation takes longer.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import msgspec
import orjson

from proxy.core.doors import find_door
from proxy.core.lens import Lens
from proxy.core.policyfile import parse
from proxy.core.query import Query
from proxy.core.view import View, Window, compile_view
from proxy.gate.answers import write_rows
from tests.bench.bodies import Bodies

ROOT = Path(__file__).parents[2]
POLICY = ROOT / "policies" / "consultant.yaml"
BUDGETS = {"entries": 1.0, "treatments": 1.0, "devicestatus": 1.2}
_ROUNDS = {"entries": 15, "treatments": 25, "devicestatus": 5}


@dataclass(frozen=True)
class Kernel:
    """One collection: megabytes and rows in, milliseconds of CPU at the median, and the median ratio."""

    source: str
    collection: str
    megabytes: float
    rows: int
    orjson_ms: float
    filter_ms: float
    ratio: float
    floor: float
    """What reading into the view's compiled structs and writing them takes alone, as part of `orjson.loads`."""
    both_ways: float
    """What `orjson` takes to read and write, with nothing filtered, as part of `orjson.loads`."""


def measure(source: str, bodies: Bodies, folder: Path) -> list[Kernel]:
    """Measure every collection of one source."""
    measured = []
    for name, parts in bodies.items():
        place = folder / f"{source}-{name}"
        place.mkdir()
        for number, body in enumerate(parts):
            (place / f"{number:03d}.json").write_bytes(body)
        command = [sys.executable, "-m", "tests.bench.kernel", source, name, str(place)]
        done = subprocess.run(command, check=True, capture_output=True, timeout=300, cwd=ROOT)
        measured.append(msgspec.json.decode(done.stdout, type=Kernel))
    return measured


def main() -> None:
    source, collection, place = sys.argv[1:]
    parts = [file.read_bytes() for file in sorted(Path(place).iterdir())]
    sys.stdout.buffer.write(msgspec.json.encode(_measured(source, _view(), collection, parts)))


def _measured(source: str, view: View, collection: str, parts: Sequence[bytes]) -> Kernel:
    lens = view.lenses[collection]
    rows = sum(len(lens.read(body).rows) for body in parts)
    works: list[tuple[Callable[[bytes], object], Sequence[bytes]]] = [
        (orjson.loads, parts),
        (lambda body: _filtered(lens, body), parts),
        (lambda body: msgspec.json.encode(lens.decode(body)), [_regular(lens, body) for body in parts]),
        (lambda body: orjson.dumps(orjson.loads(body)), parts),
    ]
    rounds = [[_seconds(work, bodies) for work, bodies in works] for _ in range(_ROUNDS[collection])]
    parsed, filtered, *_ = zip(*rounds, strict=True)
    ratios = [median(each[at] / each[0] for each in rounds) for at in (1, 2, 3)]
    megabytes = sum(map(len, parts)) / 1e6
    return Kernel(source, collection, megabytes, rows, median(parsed) * 1e3, median(filtered) * 1e3, *ratios)


def _regular(lens: Lens, body: bytes) -> bytes:
    """Leave out the few rows that hold an odd value: the compiled structs can't be read from them at once."""
    rows = msgspec.json.decode(body, type=list[msgspec.Raw])
    return b"[" + b",".join(row for row in rows if _is_regular(lens, row)) + b"]"


def _is_regular(lens: Lens, row: msgspec.Raw) -> bool:
    try:
        lens.root.decode(row)
    except msgspec.ValidationError:
        return False
    return True


def _filtered(lens: Lens, body: bytes) -> bytes:
    entrance = find_door(f"/api/v1/{lens.collection}.json")
    assert entrance is not None
    return write_rows(
        lens.read(body).sheet.rows, lens, Query(lens.collection, 0, 1 << 50, None, 1 << 50), entrance
    )


def _seconds(work: Callable[[bytes], object], parts: Sequence[bytes]) -> float:
    spent = 0.0
    for body in parts:
        start = time.thread_time()
        result = work(body)
        spent += time.thread_time() - start
        del result
    return spent


def _view() -> View:
    policy = parse(POLICY.read_text(), file=POLICY.name)
    return compile_view(policy, Window(0, None), zone="UTC", site_key=bytes(32))


if __name__ == "__main__":
    main()
