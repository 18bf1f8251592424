"""`make bench`: measure the filter, the whole proxy beside its peers, and memory; print a page and keep it.

Loopback only; every loop ends after some seconds. The subject has one core to itself; load generator and upstream
share the others. Parts can be named: `python -m tests.bench kernel whole memory`.
"""

import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.bench import report
from tests.bench.bodies import demo_bodies, demo_rows, real_bodies
from tests.bench.kernel import measure
from tests.bench.memory import downloads, idle
from tests.bench.subjects import Subject, chaperone, cores, mitmproxy, nginx, upstream
from tests.bench.upstream import save
from tests.bench.whole import Seen, scenes, see, see_at

RESULTS = Path(__file__).with_name("RESULTS.md")
PARTS = ("kernel", "whole", "memory")
Rows = dict[str, list[tuple[int, bytes]]]


def main() -> None:
    parts = [part for part in PARTS if part in sys.argv[1:]] or list(PARTS)
    now = int(time.time() * 1000)
    print("Making ninety days …", file=sys.stderr)
    rows = demo_rows(now)
    sections = [_head()]
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        save(folder, rows)
        for part in parts:
            print(f"Measuring: {part} …", file=sys.stderr)
            sections += {"kernel": _kernel, "whole": _whole, "memory": _memory}[part](rows, folder, now)
    page = "\n".join(sections)
    print(page)
    if len(parts) == len(PARTS):
        RESULTS.write_text(page)


def _head() -> str:
    kind = (
        f"{len(cores())} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    )
    return f"""# Benchmark

Measured with `make bench` on {time.strftime("%-d %b %Y", time.gmtime())}, on {kind}. Figures are medians unless they
say otherwise; only the ratios mean something on another machine. To rerun: `make bench` (nginx with its Lua module
and lua-cjson from the system's packages; mitmproxy is installed into `.cache/bench`). With `NIGHTSCOUT_URL` and
`NIGHTSCOUT_TOKEN` set, the filter is measured on that site's data too; nothing of it is kept.
"""


def _kernel(rows: Rows, folder: Path, now: int) -> Iterator[str]:
    measured = measure("invented", demo_bodies(rows, now), folder)
    url, token = os.environ.get("NIGHTSCOUT_URL"), os.environ.get("NIGHTSCOUT_TOKEN")
    if url and token:
        measured += measure("a real site", real_bodies(url.rstrip("/"), token, now), folder)
    yield "## The filter, against `orjson.loads` of the same bytes\n"
    yield "Policy `consultant`: read, filter, write. CPU time of one thread.\n"
    yield report.kernels(measured)


def _whole(_: Rows, folder: Path, now: int) -> Iterator[str]:
    *others, core = cores()
    seen: list[Seen] = []
    pairs = []
    os.sched_setaffinity(0, set(others) or {core})
    with ExitStack() as stack:
        site = stack.enter_context(upstream(folder, core=others[0] if others else core))
        subjects: list[Subject | None] = [
            site,
            stack.enter_context(chaperone(site.port, core=core)),
            stack.enter_context(nginx(site.port, folder, core=core)),
            stack.enter_context(mitmproxy(site.port, folder, core=core)),
        ]
        if None in subjects:
            print("  not all peers could be started: see the Makefile for what they need", file=sys.stderr)
        for scene in scenes(now):
            for subject in filter(None, subjects):
                print(f"  {scene.name}: {subject.name}", file=sys.stderr)
                ours = subject.name == "Chaperone"
                seen.append(see(subject, scene, half=ours))
                if ours:
                    pairs.append((seen[-1], see_at(site, scene, seen[-1].full.rate / 2)))
    os.sched_setaffinity(0, {*others, core})
    yield "## The whole proxy, beside its peers\n"
    yield (
        "Entries, invented data, one core each, the same upstream of prebuilt bytes. Chaperone checks a token, applies "
        "the policy and commits a durable record in SQLite before each answer; the peers filter the same JSON by the "
        "same allow-list and keep no record. *Cold* asks a new question each time, so that no memory of answers helps.\n"
    )
    yield report.wholes(seen)
    yield "## What Chaperone adds to direct, at half its load\n"
    yield report.added(pairs)


def _memory(_: Rows, folder: Path, now: int) -> Iterator[str]:
    core = cores()[-1]
    measured = []
    with upstream(folder, core=cores()[0]) as site:
        with chaperone(site.port, core=core) as subject:
            measured.append(idle(subject))
            measured.append(
                downloads(subject, "entries, 90 days, 50 at once", "entries", parallel=50, now=now)
            )
        with chaperone(site.port, core=core) as subject:
            measured.append(downloads(subject, "devicestatus, 90 days", "devicestatus", parallel=1, now=now))
    yield "## Memory\n"
    yield report.memories(measured)


if __name__ == "__main__":
    main()
