"""How long a server takes until it answers, from the start of its process: ours, and an empty one of the same framework."""

import http.client
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.subjects import CACHE, free_port

ROUNDS: Final = 7
BUDGET_MS: Final = 1000
_EMPTY: Final = Path(__file__).parent / "peers" / "empty.py"
_PATIENCE_SECONDS: Final = 60


@dataclass(frozen=True)
class Start:
    """Milliseconds by the clock and of processor time; medians."""

    what: str
    clock: float
    cpu: float


def starts(site: str) -> list[Start]:
    """Start both in turn. The first start of each makes the data folder and compiles, and is not counted."""
    CACHE.mkdir(parents=True, exist_ok=True)
    data = CACHE / f"data-{secrets.token_hex(4)}"
    mine = {
        "CHAPERONE_DATA": str(data),
        "CHAPERONE_OWNER_PORT": str(free_port()),
        "CHAPERONE_LOG_LEVEL": "error",
        "NIGHTSCOUT_URL": site,
        "NIGHTSCOUT_TOKEN": "bench-0123456789abcdef",
        # Compiled once, as what pip installed is; in a folder of its own, wherever the tests are run.
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(CACHE / "compiled"),
    }
    subjects = {
        "Chaperone": ([sys.executable, "-m", "proxy", "serve"], mine),
        "an empty aiohttp server": ([sys.executable, str(_EMPTY)], {}),
    }
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in subjects}
    try:
        for _ in range(ROUNDS + 1):
            for name, (command, env) in subjects.items():
                port = free_port()
                seen[name].append(_start(command, {**env, "CHAPERONE_PORT": str(port)}, port))
    finally:
        shutil.rmtree(data, ignore_errors=True)
    return [
        Start(name, *(statistics.median(each) for each in zip(*found[1:], strict=True)))
        for name, found in seen.items()
    ]


def _start(command: Sequence[str], env: Mapping[str, str], port: int) -> tuple[float, float]:
    began = time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, **env}, stdout=subprocess.DEVNULL)
    try:
        while not _answers(port):
            assert process.poll() is None, f"{command} ended"
            assert time.perf_counter() - began < _PATIENCE_SECONDS, f"{command} does not answer"
        clock = time.perf_counter() - began
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    finally:
        process.terminate()
        process.wait()
    return clock * 1000, cpu * 1000


def _answers(port: int) -> bool:
    """Say whether an API request without a credential is answered; if not, wait a little."""
    with suppress(ConnectionError):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
        try:
            connection.request("GET", "/api/v1/status.json")
            return connection.getresponse().status in (200, 401)
        finally:
            connection.close()
    time.sleep(0.005)
    return False
