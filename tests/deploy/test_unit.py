import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from proxy.cli.program import TYPED, program

DEPLOY = Path(__file__).parents[2] / "deploy"
UNIT = DEPLOY / "chaperone.service"
LINES = frozenset(UNIT.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize(
    "line",
    [
        "User=chaperone",
        "UMask=0077",
        "StateDirectory=chaperone",
        "StateDirectoryMode=0700",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "AmbientCapabilities=",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "ProtectProc=invisible",
        "ProtectClock=yes",
        "ProtectControlGroups=yes",
        "ProtectKernelLogs=yes",
        "ProtectKernelModules=yes",
        "ProtectKernelTunables=yes",
        "PrivateTmp=yes",
        "PrivateDevices=yes",
        "PrivateUsers=yes",
        "RestrictNamespaces=yes",
        "RestrictSUIDSGID=yes",
        "RestrictRealtime=yes",
        "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
        "LockPersonality=yes",
        "MemoryDenyWriteExecute=yes",
        "SystemCallArchitectures=native",
        "SystemCallFilter=@system-service",
        "SystemCallFilter=~@privileged @resources",
        "MemoryMax=512M",
        "MemorySwapMax=0",
        "LimitCORE=0",
    ],
)
def test_the_unit_is_hardened_by(line: str) -> None:
    assert line in LINES


def test_the_token_is_a_credential_and_no_variable() -> None:
    assert "LoadCredential=nightscout-token:/etc/chaperone/nightscout-token" in LINES
    assert "Environment=NIGHTSCOUT_TOKEN_FILE=%d/nightscout-token" in LINES
    assert not [line for line in LINES if line.startswith("Environment=NIGHTSCOUT_TOKEN=")]


def test_the_owners_commands_work_in_the_same_folder_as_the_same_user() -> None:
    beside = (DEPLOY / "chaperone-here").read_text(encoding="utf-8")
    assert "--property=User=chaperone" in beside
    assert "CHAPERONE_DATA=/var/lib/chaperone" in beside
    assert "Environment=CHAPERONE_DATA=%S/chaperone" in LINES
    assert "LoadCredential=nightscout-token:/etc/chaperone/nightscout-token" in beside
    assert "EnvironmentFile=/etc/chaperone/env" in beside
    assert "EnvironmentFile=/etc/chaperone/env" in LINES


def test_the_journal_names_commands_as_they_are_typed_here() -> None:
    [line] = [line for line in LINES if TYPED in line]
    told = line.removeprefix('Environment="').removesuffix('"').partition("=")
    assert program({told[0]: told[2]}) == "sudo chaperone-here"
    assert "chaperone-here" in (DEPLOY / "README.md").read_text(encoding="utf-8")


def test_nothing_is_read_that_the_unit_hides() -> None:
    assert "ProcSubset=pid" in LINES
    sources = [path.read_text(encoding="utf-8") for path in (DEPLOY.parent / "proxy").rglob("*.py")]
    read = {found for source in sources for found in re.findall(r"[\"'](/proc/[^/\"']*)", source)}
    assert read == {"/proc/self"}


# Where nobody looks at what was left out, nothing is left out: there, a missing part fails.
HERE = shutil.which("systemd-analyze") is not None or bool(os.environ.get("CI"))


@pytest.mark.skipif(not HERE, reason="systemd is not on this machine")
def test_systemd_itself_takes_the_unit() -> None:
    command = ["systemd-analyze", "verify", "--recursive-errors=no", str(UNIT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    # The program is not installed on the machine that tests; everything else must be in order.
    faults = [line for line in done.stderr.splitlines() if "not executable" not in line]
    assert not [line for line in faults if "chaperone" in line]


@pytest.mark.skipif(not HERE, reason="systemd is not on this machine")
def test_systemd_finds_little_that_the_service_could_do() -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=15", str(UNIT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stdout
