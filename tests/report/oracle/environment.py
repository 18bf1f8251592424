"""A folder of its own for iglu-python and what it needs, made on demand in `.cache/oracle`: its versions are not ours.

The program and the readings of its five published people come from its source archive, by way of the registry; they
are under the GPL and are not kept in this repository.
"""

import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

ORACLE = "iglu_python==0.4.3"
NEEDS = (
    "numpy==2.2.3", "pandas==2.2.3", "python-dateutil==2.9.0.post0", "pytz==2025.2", "six==1.17.0",
    "tzdata==2025.2", "tzlocal==5.3.1",
)  # fmt: skip
ROOT = (
    Path(__file__).parents[3]
    / ".cache"
    / "oracle"
    / f"{ORACLE}-{sys.version_info.major}.{sys.version_info.minor}"
)
SITE = ROOT / "site"
RUNNER = Path(__file__).with_name("runner.py")


def made() -> Path:
    """Give the folder; make it first if it isn't there or was left half-made."""
    if not (ROOT / "made").exists():
        shutil.rmtree(ROOT, ignore_errors=True)
        ROOT.mkdir(parents=True)
        # Without an environment around it and without compiling what is never imported: a fifth of the time.
        _pip("install", "--no-deps", "--no-compile", "--only-binary", ":all:", "--target", str(SITE), *NEEDS)
        _pip("download", "--no-deps", "--no-binary", "iglu_python", "--dest", str(ROOT), ORACLE)
        with tarfile.open(next(ROOT.glob("*.tar.gz"))) as archive:
            archive.extractall(ROOT, filter="data")
        (ROOT / "made").touch()
    return ROOT


def ask(series: dict[str, list[tuple[int, float]]]) -> dict[str, dict[str, float]]:
    """Give the oracle's figures for named series of (epoch milliseconds, mg/dL)."""
    root = made()
    told = subprocess.run(
        [sys.executable, "-I", "-S", str(RUNNER), str(_source()), str(SITE)],
        input=json.dumps(series), capture_output=True, text=True, check=True, timeout=300, cwd=root,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def published() -> Path:
    """Give the file with the readings of iglu's five people: id, time, gl."""
    made()
    return _source() / "tests" / "data" / "example_data_5_subject.csv"


def _source() -> Path:
    return next(path for path in ROOT.glob("iglu_python-*") if path.is_dir())


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check", "--no-input", *arguments]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
