"""A place to run commands in: a data folder of its own, free ports, nothing of the surroundings."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from aiohttp.test_utils import unused_port
from typer.testing import CliRunner

from proxy.cli import make_app

ROOT = Path(__file__).parents[2]
READY_SECONDS = 30
# Of no use here, and in the way: the site, ports and folder of whoever runs the tests.
FOREIGN = ("NIGHTSCOUT_URL", "NIGHTSCOUT_TOKEN", "SSH_CONNECTION", "PORT")
NOBODYS_SITE = {"NIGHTSCOUT_URL": "http://127.0.0.1:9", "NIGHTSCOUT_TOKEN": "nobody-0123456789abcdef"}
"""For servers that are asked for no data: they need not invent any first."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(slots=True)
class Place:
    """Where commands are run."""

    data: Path
    port: int = field(default_factory=unused_port)
    owner_port: int = field(default_factory=unused_port)
    more: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        return {
            "CHAPERONE_DATA": str(self.data),
            "CHAPERONE_PORT": str(self.port),
            "CHAPERONE_OWNER_PORT": str(self.owner_port),
            "CHAPERONE_TIMEZONE": "Europe/Berlin",
            **self.more,
        }

    def run(self, *arguments: str, typed: str = "", **environ: str) -> Said:
        """Run a command in this process."""
        foreign = {name: None for name in os.environ if name in FOREIGN or name.startswith("CHAPERONE_")}
        result = CliRunner().invoke(
            make_app(), list(arguments), input=typed, env={**foreign, **self.environ, **environ}
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    def mint(self, *more: str) -> dict[str, Any]:
        """Mint a grant and give the object that was printed."""
        said = self.run("mint", "--clinician", "Diabetes clinic", "--json", *more)
        assert said.code == 0, said.err
        found: dict[str, Any] = said.json
        return found

    @contextmanager
    def started(self, *arguments: str, **environ: str) -> Iterator["Started"]:
        """Run a command in a process of its own, until the block ends."""
        mine = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        process = subprocess.Popen(
            [sys.executable, "-m", "proxy", *arguments],
            cwd=ROOT,
            env={**mine, **self.environ, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            yield Started(process, self)
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()


@dataclass(frozen=True, slots=True)
class Started:
    """A command in a process of its own."""

    process: "subprocess.Popen[bytes]"
    place: Place

    def first_object(self) -> Any:
        """Read the object that the server prints when it listens."""
        assert self.process.stdout is not None
        lines: list[bytes] = []
        for line in self.process.stdout:
            lines.append(line)
            if line == b"}\n":
                return json.loads(b"".join(lines))
        raise AssertionError(self.stop())

    def stop(self, number: int = signal.SIGTERM) -> Said:
        """Send a signal and wait for the end."""
        self.process.send_signal(number)
        return self.end()

    def end(self) -> Said:
        """Wait for the end."""
        out, err = self.process.communicate(timeout=READY_SECONDS)
        return Said(self.process.returncode, out.decode(), err.decode())

    def get(self, path: str, token: str) -> httpx.Response:
        """Ask as a tool does."""
        return httpx.get(
            f"{self.place.url}{path}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=READY_SECONDS,
            trust_env=False,
        )

    def seconds_until(self, status: int, path: str, token: str) -> float:
        """Ask until the answer has a status; give the seconds that it took."""
        begun = time.monotonic()
        while self.get(path, token).status_code != status:
            assert time.monotonic() - begun < READY_SECONDS
            time.sleep(0.02)
        return time.monotonic() - begun
