"""The pages made of readings are loaded late: see also tests/cli/test_start.py."""

import subprocess
import sys
from pathlib import Path

CODE = """
import sys
from proxy.visit import reading

late = {"proxy.visit.summary", "proxy.visit.downloads", "proxy.report.summary", "proxy.report.charts"}
assert late.isdisjoint(sys.modules)
reading.load()
assert late <= sys.modules.keys()
"""


def test_what_they_need_is_loaded_when_somebody_comes_and_not_before() -> None:
    subprocess.run([sys.executable, "-c", CODE], cwd=Path(__file__).parents[2], check=True)
