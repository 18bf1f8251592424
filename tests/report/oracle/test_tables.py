"""CSV in pandas, in the oracle's environment: numbers are numbers, moments are moments, words are words."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from proxy.report.bins import LENGTHS, Granularity, bins
from proxy.report.csvfile import bin_rows, csv_file
from proxy.report.facts import Event
from tests.living import NOW
from tests.report.oracle import environment
from tests.report.papers import START, ZONE, material

pytestmark = pytest.mark.timeout(300)  # the environment is made in the first run

WORDS = ("=1+1", "-5", "1e5", "00123", "Ärger, „quoted“ 😀")
PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[2])
import pandas
table = pandas.read_csv(sys.argv[1], parse_dates=["start", "end"])
said = table["comments"].dropna().tolist()
print(json.dumps({"kinds": {name: str(kind) for name, kind in table.dtypes.items()}, "rows": len(table), "said": said}))
"""


def read(path: Path) -> dict[str, Any]:
    environment.made()
    told = subprocess.run(
        [sys.executable, "-I", "-S", "-c", PROGRAM, str(path), str(environment.SITE)],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(told.stdout)
    return found


@pytest.mark.parametrize(("granularity", "rows"), [("5min", 2304), ("15min", 768), ("hour", 192), ("day", 9)])
def test_pandas_reads_a_table_as_it_is(granularity: Granularity, rows: int, tmp_path: Path) -> None:
    assert granularity in LENGTHS
    made = replace(material(), events=tuple(Event(START + 60_000, "note", words=one) for one in WORDS))
    found = bins(made, granularity, start_ms=START, end_ms=NOW, zone=ZONE, now_ms=NOW)
    path = tmp_path / "table.csv"
    path.write_bytes(
        b"".join(csv_file(bin_rows(found, made.shared, units="mg/dL", zone=ZONE, start_ms=START, end_ms=NOW)))
    )
    table = read(path)
    kinds = table["kinds"]
    assert table["rows"] == rows
    assert kinds.pop("start") == kinds.pop("end") == "datetime64[ns]"
    assert kinds.pop("loop_mode") == kinds.pop("comments") == "object"
    assert {kind[:3] for kind in kinds.values()} <= {"int", "flo"}
    assert all(one in table["said"][0] for one in WORDS)
