"""The filter alone: read and write again what `consultant` shows, against `orjson.loads` of the same bytes.

The two take turns, round by round, and each round gives a ratio, so that a busy moment of the machine weighs on both.
Time is the thread's own CPU time.
"""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import orjson

from proxy.core.doors import find_door
from proxy.core.lens import Lens
from proxy.core.policyfile import parse
from proxy.core.query import Query
from proxy.core.view import View, Window, compile_view
from proxy.gate.answers import write_rows
from tests.bench.bodies import Bodies

POLICY = Path(__file__).parents[2] / "policies" / "consultant.yaml"
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


def measure(source: str, bodies: Bodies) -> list[Kernel]:
    """Measure every collection of one source."""
    view = _view()
    # The bodies that lie here make a heap that no server has: the collector would walk through it at every filtering.
    gc.collect()
    gc.freeze()
    return [_measured(source, view, name, parts) for name, parts in bodies.items()]


def _measured(source: str, view: View, collection: str, parts: Sequence[bytes]) -> Kernel:
    lens = view.lenses[collection]
    rows = sum(len(lens.read(body).rows) for body in parts)
    rounds = [
        (_seconds(orjson.loads, parts), _seconds(lambda body: _filtered(lens, body), parts))
        for _ in range(_ROUNDS[collection])
    ]
    return Kernel(
        source,
        collection,
        sum(map(len, parts)) / 1e6,
        rows,
        median(parsed for parsed, _ in rounds) * 1e3,
        median(filtered for _, filtered in rounds) * 1e3,
        median(filtered / parsed for parsed, filtered in rounds),
    )


def _filtered(lens: Lens, body: bytes) -> bytes:
    entrance = find_door(f"/api/v1/{lens.collection}.json")
    assert entrance is not None
    return write_rows(lens.read(body).rows, lens, Query(lens.collection, 0, 1 << 50, None, 1 << 50), entrance)


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
