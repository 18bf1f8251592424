"""What is compared: each a real process, on one core of its own, before the same upstream."""

import asyncio
import hashlib
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from proxy.cli.sharing import share
from proxy.core.mint import for_today
from proxy.core.policyfile import parse
from proxy.house import clock, opened
from proxy.owner.giving import Wishes
from proxy.settings import read_settings
from tests.bench.kernel import POLICY

PEERS = Path(__file__).parent / "peers"
CACHE = Path(__file__).parents[2] / ".cache" / "bench"
GRANTS = 64
"""So many grants ask in turn: the limits of one are 50 requests a second and 1 GB a day."""
_READY_SECONDS = 30


@dataclass(frozen=True)
class Subject:
    """A server under test: where it listens, the tokens to ask with, and its process."""

    name: str
    port: int
    tokens: list[str]
    process: subprocess.Popen[bytes] | None
    """None for a Nightscout that ran before."""
    secret: str = ""
    """Goes with each question as `api-secret`, where a Nightscout is asked directly."""

    def cpu_seconds(self) -> float:
        """Give what its process and that one's children have spent so far."""
        if self.process is None:
            return 0.0
        mine = [self.process.pid, *_children(self.process.pid)]
        return sum(_cpu_ticks(pid) for pid in mine) / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cpu_ticks(pid: int) -> int:
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(after_name[11]) + int(after_name[12])  # user and system


@dataclass(frozen=True)
class Upstream:
    """Where all subjects get their data: on this machine, by plain http."""

    port: int
    token: str = "bench-0123456789abcdef"

    @property
    def secret(self) -> str:
        """Give the token as Nightscout's clients send it."""
        return hashlib.sha1(self.token.encode()).hexdigest()


def real_upstream() -> Upstream | None:
    """Give the Nightscout of the environment, if all subjects can be put before it alike."""
    url, token = urlsplit(os.environ.get("NIGHTSCOUT_URL", "")), os.environ.get("NIGHTSCOUT_TOKEN", "")
    if url.scheme != "http" or url.hostname not in ("127.0.0.1", "localhost") or not url.port or not token:
        return None
    return Upstream(url.port, token)


def nightscout(site: Upstream) -> Subject:
    """Ask a real Nightscout directly."""
    return Subject("direct", site.port, [""], None, site.secret)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cores() -> list[int]:
    return sorted(os.sched_getaffinity(0))


@contextmanager
def running(
    name: str,
    command: list[str],
    port: int,
    tokens: list[str],
    *,
    core: int,
    env: dict[str, str] | None = None,
) -> Iterator[Subject]:
    """Start a process on one core, wait until it listens, and end it afterwards."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})  # a child inherits it from its first moment
    try:
        process = subprocess.Popen(
            command, env=os.environ | (env or {}), stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[2]
        )
    finally:
        os.sched_setaffinity(0, before)
    try:
        _wait_for(port, process)
        yield Subject(name, port, tokens, process)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _READY_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"{process.args!r} does not listen on its port")


@contextmanager
def upstream(folder: Path, *, core: int) -> Iterator[Subject]:
    """Serve the prebuilt rows."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.upstream", str(port), str(folder)]
    with running("direct", command, port, [""], core=core) as subject:
        yield subject


@contextmanager
def chaperone(site: Upstream, *, core: int) -> Iterator[Subject]:
    """Serve as `chaperone serve` does: tokens, policy, and a durable record in SQLite on disk."""
    CACHE.mkdir(parents=True, exist_ok=True)
    data = CACHE / f"data-{secrets.token_hex(4)}"
    port = free_port()
    env = {
        "CHAPERONE_DATA": str(data),
        "CHAPERONE_PORT": str(port),
        "CHAPERONE_OWNER_PORT": str(free_port()),
        "CHAPERONE_TIMEZONE": "UTC",
        "CHAPERONE_LOG_LEVEL": "error",
        "NIGHTSCOUT_URL": f"http://127.0.0.1:{site.port}",
        "NIGHTSCOUT_TOKEN": site.token,
    }
    before = dict(os.environ)
    try:
        os.environ.update(env)
        tokens = asyncio.run(_tokens())
        with running(
            "Chaperone", [sys.executable, "-m", "proxy", "serve"], port, tokens, core=core
        ) as subject:
            yield subject
    finally:
        os.environ.clear()
        os.environ.update(before)
        shutil.rmtree(data, ignore_errors=True)


async def _tokens() -> list[str]:
    policy = parse(POLICY.read_text(), file=POLICY.name)
    async with opened(read_settings()) as house:
        wishes = Wishes(policy, "Benchmark", 90)
        return [(await share(house, wishes, for_today(clock()))).token for _ in range(GRANTS)]


@contextmanager
def nginx(site: Upstream, folder: Path, *, core: int) -> Iterator[Subject | None]:
    """Serve by nginx and Lua; None if they are not installed."""
    program = shutil.which("nginx")
    found = program and subprocess.run([program, "-V"], capture_output=True, text=True, check=False).stderr
    modules = re.search(r"--modules-path=(\S+)", found or "")
    if program is None or modules is None or not Path(modules[1], "ngx_http_lua_module.so").exists():
        yield None
        return
    port, token = free_port(), secrets.token_hex(16)
    words = {"MODULES": modules[1], "FOLDER": folder, "UPSTREAM": site.port, "PORT": port, "TOKEN": token}
    words["SECRET"] = site.secret
    text = (PEERS / "nginx.conf").read_text().replace("@PEERS@", str(PEERS))
    for word, value in words.items():
        text = text.replace(f"@{word}@", str(value))
    config = folder / "nginx.conf"
    config.write_text(text)
    command = [program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(config)]
    with running("nginx + Lua", command, port, [token], core=core) as subject:
        yield subject


@contextmanager
def mitmproxy(site: Upstream, folder: Path, *, core: int) -> Iterator[Subject | None]:
    """Serve by mitmproxy, from an environment of its own; None if it can't be installed."""
    program = CACHE / "mitmproxy" / "bin" / "mitmdump"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(CACHE / "mitmproxy")], check=True)
        pip = [str(program.with_name("pip")), "install", "--quiet", "mitmproxy"]
        if subprocess.run(pip, check=False, capture_output=True).returncode != 0:
            yield None
            return
    port = free_port()
    command = [str(program), "--quiet", "--mode", f"reverse:http://127.0.0.1:{site.port}", "-s"]
    command += [str(PEERS / "mitm_filter.py"), "--listen-host", "127.0.0.1", "--listen-port", str(port)]
    command += ["--set", "flow_detail=0", "--set", f"confdir={folder / 'mitm'}"]
    env = {"BENCH_SECRET": site.secret}
    with running("mitmproxy", command, port, [""], core=core, env=env) as subject:
        yield subject
