"""What `serve` has loaded when it is ready: what isn't there was not waited for, and takes no memory."""

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from tests.cli.place import READY_SECONDS, ROOT, Place

SERVE = """
import asyncio, sys
from proxy.cli import make_app

make_app("serve")
from proxy.app import serving
from proxy.cli.logs import configure_logs
from proxy.settings import read_settings

configure_logs("error")

async def start():
    async with serving(read_settings()):
        print(*sys.modules)

asyncio.run(start())
"""
WHEN_USED = (
    "apprise",
    "babel",
    "httpx",
    "jwt",
    "proxy.cli.doctor",
    "proxy.cli.export",
    "proxy.demo",
    "proxy.report.charts",
    "proxy.report.model",
    "proxy.report.pdf",
    "proxy.report.summary",
    "proxy.stores.redis",
    "proxy.visit.downloads",
    "proxy.visit.summary",
    "pyotp",
    "pypdf",
    "redis",
    "requests",
    "rich.progress",
    "segno",
    "typst",
    "webauthn",
)
"""Each takes a hundredth of a second or more, or a megabyte, and has its moment: a page, a file, a sign-in."""


def loaded(place: Place, **environ: str) -> set[str]:
    mine = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CHAPERONE_", "NIGHTSCOUT_"))
    }
    done = subprocess.run(
        [sys.executable, "-c", SERVE],
        cwd=ROOT,
        env={**mine, **place.environ, **environ},
        stdout=subprocess.PIPE,
        timeout=READY_SECONDS,
        check=True,
        text=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("name", WHEN_USED)
def test_what_is_named_here_exists(name: str) -> None:
    assert find_spec(name) is not None


def test_a_server_is_ready_without_what_nobody_has_asked_for(place: Place) -> None:
    names = loaded(place, NIGHTSCOUT_URL="http://127.0.0.1:9", NIGHTSCOUT_TOKEN="reader-0123456789abcdef")
    assert "proxy.gate.pipeline" in names
    assert names.isdisjoint(WHEN_USED), sorted(names.intersection(WHEN_USED))


def test_a_command_loads_its_own_file_alone() -> None:
    code = "import sys; from proxy.cli import make_app; make_app('keys'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)
    names = set(done.stdout.split())
    assert "proxy.cli.keys" in names
    assert names.isdisjoint({"proxy.cli.serve", "proxy.app"})
