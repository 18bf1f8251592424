"""What a SQLite store has acknowledged is on the disk: by the order of system calls, and by killing it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stores.processes import ROOT, fill, heads, need, opened, said, start

COUNT = 40


def faults(trace: str) -> tuple[int, int]:
    """Give how many records were acknowledged, and how many of them before their log was flushed.

    Good is: written to the write-ahead log since the last one, flushed after that, and only then acknowledged.
    """
    acknowledged = early = 0
    written = flushed = False
    flushing = ""
    for line in trace.splitlines():
        process, _, call = line.partition(" ")
        call = call.strip()
        if call.startswith("pwrite64(") and "chaperone.db-wal>" in call:
            written, flushed = True, False
        elif re.match(r"f(data)?sync\(.*chaperone\.db-wal>", call):
            flushed = call.endswith("= 0")
            flushing = process if "unfinished" in call else ""
        elif re.match(r"<\.\.\. f(data)?sync resumed>.*= 0$", call) and process == flushing:
            flushed = True
        elif call.startswith("write(1<") and '"acked' in call:
            acknowledged += 1
            early += not (written and flushed)
            written = flushed = False
    return acknowledged, early


def traced(folder: Path, *task: str) -> tuple[int, int]:
    output = folder.parent / "trace"
    calls = "trace=pwrite64,write,fsync,fdatasync"
    said(folder, *task, under=(need("strace"), "-f", "-y", "-qq", "-e", calls, "-o", str(output)))
    return faults(output.read_text(errors="replace"))


async def test_the_log_is_flushed_before_a_record_is_acknowledged(tmp_path: Path) -> None:
    await fill(tmp_path / "data")
    assert traced(tmp_path / "data", "append") == (COUNT, 0)


async def test_without_flushing_the_check_above_fails(tmp_path: Path) -> None:
    await fill(tmp_path / "data")
    assert traced(tmp_path / "data", "append", "OFF") == (COUNT, COUNT)


async def test_a_killed_process_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    await fill(folder, count=3)
    lines: list[str] = []
    for lived in (1, 50, 400):
        process = start(folder, "load")
        assert process.stdout is not None
        lines += [process.stdout.readline() for _ in range(lived)]
        process.kill()
        lines += process.stdout.read().splitlines()
        process.wait()
        process.stdout.close()
    store = await opened(folder)
    kept = {grant.id: await heads(store, grant) for grant in await store.grants()}
    await store.close()
    # The last line of each round may be cut off in the middle.
    whole = [line.split() for line in lines if re.fullmatch(r"acked grant-000\d [0-9a-f]{64}\n?", line)]
    assert len(whole) > 400
    assert [line for line in whole if line[2] not in kept[line[1]]] == []


async def test_two_processes_append_to_one_chain(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    await fill(folder)
    both = [start(folder, "append") for _ in range(2)]
    acked = {line.split()[2] for process in both for line in process.communicate(timeout=60)[0].splitlines()}
    store = await opened(folder)
    grant = await store.grant("grant-0001")
    assert grant is not None
    assert grant.length == 1 + 2 * COUNT
    assert len(acked) == 2 * COUNT
    assert acked < await heads(store, grant)
    await store.close()


async def test_a_file_that_may_not_grow_is_unavailable_and_recovers(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    await fill(folder)
    first, *meanwhile, last = said(folder, "small-file")
    assert (first, last) == ("recorded", "recorded")
    assert [line.startswith("unavailable: ") for line in meanwhile] == [True, True]
    store = await opened(folder)
    grant = await store.grant("grant-0001")
    assert grant is not None
    assert grant.length == 3
    assert await heads(store, grant)
    await store.close()


def on_a_small_disk(folder: Path, script: str) -> list[str]:
    """Run a shell script where `$0` is an empty disk of 1 MB that only this script sees."""
    folder.mkdir()
    program = need("unshare")
    setup = 'mount -t tmpfs -o size=1m,mode=700 none "$0" && '
    done = subprocess.run(
        [program, "--map-root-user", "--mount", "sh", "-c", setup + script, folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "unshare" in done.stderr or "mount:" in done.stderr:
        # Where nobody looks at what was left out, nothing is left out.
        leave = pytest.fail if os.environ.get("CI") else pytest.skip
        leave(f"this machine does not let tests mount a small disk: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_full_disk_is_unavailable_and_recovers(tmp_path: Path) -> None:
    child = f"{sys.executable} -m tests.stores.child"
    assert on_a_small_disk(tmp_path / "disk", f'{child} "$0" full-disk') == [
        "recorded",
        "No space left on device",
        "unavailable: The disk of the data folder is full: free some space.",
        "recorded",
        "3 records, unbroken.",
    ]


def test_a_read_only_disk_is_unavailable_and_recovers(tmp_path: Path) -> None:
    child = f'{sys.executable} -m tests.stores.child "$0" open'
    change = 'mount -o remount,{} none "$0"'
    script = f"{child} && {change.format('ro')} && {child} && {change.format('rw')} && {child}"
    first, second, third = on_a_small_disk(tmp_path / "disk", script)
    assert (first, third) == ("opened", "opened")
    assert second.startswith("unavailable: ")
