"""Chaperone before a real Nightscout, as the parts that are measured in Chromium start it, and a visit on it."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.bench.subjects import CACHE, Subject, free_port, running

CHROMIUM: Final = "/usr/bin/chromium"
_TOOL: Final = [sys.executable, "-m", "proxy"]
_WISHES: Final = [
    "--clinician",
    "Bench",
    "--policy",
    "consultant",
    "--days",
    "90",
    "--expires",
    "4h",
    "--json",
]


@dataclass(frozen=True)
class Served:
    """A server that was just started, on one core."""

    subject: Subject
    address: str
    env: dict[str, str]

    def mint(self) -> dict[str, Any]:
        """Make a visit; gives what `mint --json` tells."""
        told = subprocess.check_output(
            [*_TOOL, "mint", *_WISHES], env=os.environ | self.env, cwd=Path(__file__).parents[2]
        )
        minted: dict[str, Any] = json.loads(told)
        return minted


@contextmanager
def served(url: str, token: str) -> Iterator[Served]:
    """Serve a Nightscout from a new data folder, until the block ends."""
    CACHE.mkdir(parents=True, exist_ok=True)
    data, port = CACHE / f"data-{secrets.token_hex(4)}", free_port()
    address = f"http://127.0.0.1:{port}"
    env = {
        "CHAPERONE_DATA": str(data),
        "CHAPERONE_PORT": str(port),
        "CHAPERONE_OWNER_PORT": str(free_port()),
        "CHAPERONE_PUBLIC_URL": address,
        "CHAPERONE_LOG_LEVEL": "error",
        # Compiled once, as what pip installed is; in a folder of its own, wherever the tests are run.
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(CACHE / "compiled"),
        "NIGHTSCOUT_URL": url,
        "NIGHTSCOUT_TOKEN": token,
    }
    core = min(os.sched_getaffinity(0))
    try:
        with running("Chaperone", [*_TOOL, "serve"], port, [], core=core, env=env) as subject:
            yield Served(subject, address, env)
    finally:
        shutil.rmtree(data, ignore_errors=True)
