"""An environment of its own for iglu-python, made on demand in `.cache/oracle`: its versions are not ours.

The program and the readings of its five published people come from its source archive, by way of the registry; they
are under the GPL and are not kept in this repository.
"""

import json
import shutil
import subprocess
import sys
import tarfile
import venv
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
RUNNER = Path(__file__).with_name("runner.py")


def made() -> Path:
    """Give the folder of the environment; make it first if it isn't there or was left half-made."""
    if not (ROOT / "ready").exists():
        shutil.rmtree(ROOT, ignore_errors=True)
        venv.create(ROOT / "venv", with_pip=True)
        _pip("install", "--no-deps", "--only-binary", ":all:", *NEEDS)
        _pip("download", "--no-deps", "--no-binary", "iglu_python", "--dest", str(ROOT), ORACLE)
        with tarfile.open(next(ROOT.glob("*.tar.gz"))) as archive:
            archive.extractall(ROOT, filter="data")
        (ROOT / "ready").touch()
    return ROOT


def ask(series: dict[str, list[tuple[int, float]]]) -> dict[str, dict[str, float]]:
    """Give the oracle's figures for named series of (epoch milliseconds, mg/dL)."""
    root = made()
    told = subprocess.run(
        [_python(), "-I", str(RUNNER), str(_source())],
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


def _python() -> str:
    return str(ROOT / "venv" / "bin" / "python")


def _pip(*arguments: str) -> None:
    command = [_python(), "-m", "pip", "-qq", "--disable-pip-version-check", "--no-input", *arguments]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
