"""`make bench`: measure the filter, the whole proxy beside its peers, and memory; print a page and keep it.

Loopback only; every loop ends after some seconds. The subject has one core to itself; load generator and upstream
share the others. Parts can be named: `python -m tests.bench kernel whole real navigation summary start memory`.
"""

import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.bench import report, summary
from tests.bench.bodies import demo_bodies, demo_rows, real_bodies
from tests.bench.commit import commits
from tests.bench.kernel import measure
from tests.bench.load import Sample
from tests.bench.memory import downloads, idle
from tests.bench.navigation import ROUNDS, navigation, table
from tests.bench.start import ROUNDS as ROUNDS_OF_STARTS
from tests.bench.start import starts
from tests.bench.subjects import (
    Subject,
    Upstream,
    chaperone,
    cores,
    mitmproxy,
    nginx,
    nightscout,
    real_upstream,
    upstream,
)
from tests.bench.upstream import save
from tests.bench.whole import Scene, Seen, scenes, see, see_at

RESULTS = Path(__file__).with_name("RESULTS.md")
PARTS = ("kernel", "whole", "real", "navigation", "summary", "start", "memory")
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
            measured = {
                "kernel": _kernel,
                "whole": _whole,
                "real": _real,
                "navigation": _navigation,
                "summary": _summary,
                "start": _start,
                "memory": _memory,
            }
            made = list(measured[part](rows, folder, now))
            print("\n".join(made), flush=True)  # at once: a later part may fail
            sections += made
    page = "\n".join(sections)
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
`NIGHTSCOUT_TOKEN` set, the filter is measured on that site's data too, and the whole proxy in front of that site if it
is on this machine; nothing of its data is kept.
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
    with ExitStack() as stack:
        site = stack.enter_context(upstream(folder, core=others[0] if others else core))
        seen, pairs = _compared(site, Upstream(site.port), folder, scenes(now))
    yield "## The whole proxy, beside its peers: a prebuilt upstream\n"
    yield (
        "Entries, invented data, one core each, the same upstream of prebuilt bytes, which takes no time to answer: no "
        "Nightscout does that. Chaperone checks a token, applies the policy and commits a durable record in SQLite "
        "before each answer; the peers filter the same JSON by the same allow-list and keep no record. *Cold* asks a "
        "new question each time, so that no memory of answers helps.\n"
    )
    yield report.wholes(seen)
    yield "## What Chaperone adds to direct, at half its load: a prebuilt upstream\n"
    yield report.added(pairs, commits())


def _real(_: Rows, folder: Path, now: int) -> Iterator[str]:
    site = real_upstream()
    if site is None:
        return
    place = folder / "real"
    place.mkdir()
    seen, pairs = _compared(nightscout(site), site, place, scenes(now, hurry=0.6))
    yield "## The whole proxy, beside its peers: a real Nightscout\n"
    yield (
        "The same scenes with a Nightscout 15.0.7 as the upstream of all, which shares the machine. Of *direct*, the CPU "
        "time is Nightscout's own and is not counted.\n"
    )
    yield report.wholes(seen)
    yield "## What Chaperone adds to direct, at half its load: a real Nightscout\n"
    yield report.added(pairs, commits())


def _compared(
    direct: Subject, site: Upstream, folder: Path, asked: Sequence[Scene]
) -> tuple[list[Seen], list[tuple[Seen, Sample]]]:
    """Load each subject in each scene; Chaperone also at half its load, beside direct."""
    *others, core = cores()
    seen: list[Seen] = []
    pairs = []
    os.sched_setaffinity(0, set(others) or {core})
    with ExitStack() as stack:
        subjects: list[Subject | None] = [
            direct,
            stack.enter_context(chaperone(site, core=core)),
            stack.enter_context(nginx(site, folder, core=core)),
            stack.enter_context(mitmproxy(site, folder, core=core)),
        ]
        if None in subjects:
            print("  not all peers could be started: see the Makefile for what they need", file=sys.stderr)
        for scene in asked:
            for subject in filter(None, subjects):
                print(f"  {scene.name}: {subject.name}", file=sys.stderr)
                ours = subject.name == "Chaperone"
                seen.append(see(subject, scene, half=ours))
                if ours:
                    pairs.append((seen[-1], see_at(direct, scene, seen[-1].full.rate / 2)))
    os.sched_setaffinity(0, {*others, core})
    return seen, pairs


def _navigation(_rows: Rows, _folder: Path, _now: int) -> Iterator[str]:
    url, token = os.environ.get("NIGHTSCOUT_URL"), os.environ.get("NIGHTSCOUT_TOKEN")
    yield "## Nightscout's dashboard in Chromium, from the navigation to the first glucose\n"
    if not (url and token):
        yield "Not measured in this run: set `NIGHTSCOUT_URL` and `NIGHTSCOUT_TOKEN`.\n"
        return
    yield (
        f"A real Nightscout, through Chaperone (policy `consultant`) and direct in turn, medians of {ROUNDS}. *Cold*: a "
        "browser that has never been there; *warm*: its second visit.\n"
    )
    yield table(navigation(url.rstrip("/"), token))


def _summary(_rows: Rows, _folder: Path, _now: int) -> Iterator[str]:
    url, token = os.environ.get("NIGHTSCOUT_URL"), os.environ.get("NIGHTSCOUT_TOKEN")
    yield "## The summary, from the navigation to readable, and its PDF\n"
    if not (url and token):
        yield "Not measured in this run: set `NIGHTSCOUT_URL` and `NIGHTSCOUT_TOKEN`.\n"
        return
    yield (
        f"A real Nightscout, policy `consultant`, {summary.DAYS} days beside the {summary.DAYS} before, in Chromium; "
        f"medians of {summary.ROUNDS}. *Cold*: the first page of a server that was just started, as soon as the PIN was right: "
        "glucose is there, and what Nightscout has not sent yet is labelled and comes by itself. *Later*: the newest days are read anew, after five seconds. *At once*: within those. Below, the peers' part of the same work, on the same readings.\n"
    )
    seen = summary.see(url.rstrip("/"), token)
    yield summary.table(seen)
    yield summary.peers_table(summary.peers(url.rstrip("/"), token, seen.html))


def _start(_rows: Rows, folder: Path, _now: int) -> Iterator[str]:
    with upstream(folder, core=cores()[0]) as site:
        measured = starts(f"http://127.0.0.1:{site.port}")
    yield "## From the start of the process to the first answer\n"
    yield f"Medians of {ROUNDS_OF_STARTS}, everything compiled before. The console is loaded after that, and answers a little later.\n"
    yield report.starts(measured)


def _memory(_: Rows, folder: Path, now: int) -> Iterator[str]:
    core = cores()[-1]
    measured = []
    with upstream(folder, core=cores()[0]) as site:
        with chaperone(Upstream(site.port), core=core) as subject:
            measured.append(idle(subject))
            measured.append(
                downloads(subject, "entries, 90 days, 50 at once", "entries", parallel=50, now=now)
            )
        with chaperone(Upstream(site.port), core=core) as subject:
            measured.append(downloads(subject, "devicestatus, 90 days", "devicestatus", parallel=1, now=now))
    yield "## Memory\n"
    yield report.memories(measured)


if __name__ == "__main__":
    main()
