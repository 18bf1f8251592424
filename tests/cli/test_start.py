"""What `serve` has loaded when it is ready: what isn't there was not waited for, and takes no memory."""

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from tests.cli.place import READY_SECONDS, ROOT, Place

SERVE = """
import asyncio, sys
from proxy.cli import load_structlog, make_app

load_structlog()
make_app("serve")
from proxy.app import serving
from proxy.cli.logs import configure_logs
from proxy.settings import read_settings

print(*sys.modules)
configure_logs("error")

async def start(settings):
    async with serving(settings):
        # Sent before there is anything that could answer: the owner's side is loaded after the clinicians' is served.
        reader, writer = await asyncio.open_connection(settings.owner_host, settings.owner_port)
        writer.write(b"GET /healthz HTTP/1.0\\r\\n\\r\\n")
        await reader.read()
        writer.close()
        print(*sys.modules)

asyncio.run(start(read_settings()))
"""
AFTERWARDS = ("proxy.cli.announcing", "proxy.owner", "proxy.owner_side")
"""What a server loads while it serves clinicians already."""
WHEN_USED = (
    "apprise",
    "babel",
    "httpx",
    "jinja2",
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
    "rich",
    "segno",
    "typst",
    "webauthn",
)
"""Each takes a hundredth of a second or more, or a megabyte, and has its moment: a page, a file, a sign-in."""


def loaded(place: Place, **environ: str) -> tuple[set[str], set[str]]:
    """Give what is loaded when it begins to serve, and once the owner's side answers too."""
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
    before, after = done.stdout.splitlines()
    return set(before.split()), set(after.split())


@pytest.mark.parametrize("name", [*AFTERWARDS, *WHEN_USED])
def test_what_is_named_here_exists(name: str) -> None:
    assert find_spec(name) is not None


def test_a_server_is_ready_without_what_nobody_has_asked_for(place: Place) -> None:
    before, after = loaded(
        place, NIGHTSCOUT_URL="http://127.0.0.1:9", NIGHTSCOUT_TOKEN="reader-0123456789abcdef"
    )
    assert "proxy.gate.pipeline" in before
    assert before.isdisjoint(AFTERWARDS), sorted(before.intersection(AFTERWARDS))
    assert "proxy.owner.web" in after
    assert after.isdisjoint(WHEN_USED), sorted(after.intersection(WHEN_USED))


def test_a_command_loads_its_own_file_alone() -> None:
    code = "import sys; from proxy.cli import make_app; make_app('keys'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)
    names = set(done.stdout.split())
    assert "proxy.cli.keys" in names
    assert names.isdisjoint({"proxy.cli.serve", "proxy.app"})
