"""Runs beside the oracle, with nothing of ours: reads series from standard input, writes iglu's figures.

Usage: python -I -S runner.py FOLDER_OF_IGLU_PYTHON FOLDER_OF_WHAT_IT_NEEDS < series.json
"""

import contextlib
import importlib
import json
import sys
import types
import warnings
from pathlib import Path
from typing import Any

KINDS = {
    ("hypo", "lv1"): "low", ("hypo", "lv2"): "very_low", ("hypo", "extended"): "extended_low",
    ("hyper", "lv1"): "high", ("hyper", "lv2"): "very_high",
}  # fmt: skip


def load(source: Path) -> None:
    """Make the package importable without its plots, which need a library that draws."""
    package = types.ModuleType("iglu_python")
    package.__path__ = [str(source / "iglu_python")]
    sys.modules["iglu_python"] = package


def figures(rows: list[tuple[int, float]]) -> dict[str, float]:
    """Compute the figures of one series; episodes on a grid of five minutes."""
    pandas = importlib.import_module("pandas")
    values = pandas.Series([value for _, value in rows])
    times = pandas.to_datetime([at for at, _ in rows], unit="ms", utc=True)
    below, above = iglu("below_percent")(values, [54, 70]), iglu("above_percent")(values, [180, 250])
    found = {
        "mean_mgdl": iglu("mean_glu")(values), "sd_mgdl": iglu("sd_glu")(values), "cv_percent": iglu("cv_glu")(values),
        "gmi_percent": iglu("gmi")(values), "gri": iglu("gri")(values),
        "percent.very_low": below["below_54"], "percent.low": below["below_70"] - below["below_54"],
        "percent.in_range": 100 - below["below_70"] - above["above_180"],
        "percent.high": above["above_180"] - above["above_250"], "percent.very_high": above["above_250"],
    }  # fmt: skip
    frame = pandas.DataFrame({"id": ["one"] * len(rows), "time": times, "gl": list(values)})
    for row in iglu("episode_calculation")(frame, dt0=5, tz="UTC").to_dict("records"):
        name = KINDS.get((row["type"], row["level"]))
        if name:
            found[f"episodes.{name}.count"] = row["total_episodes"]
            found[f"episodes.{name}.mean_minutes"] = row["avg_ep_duration"] if row["total_episodes"] else 0
    return {name: float(value) for name, value in found.items()}


def iglu(name: str) -> Any:
    """Find one of iglu's functions, each in a module of its name."""
    return getattr(importlib.import_module(f"iglu_python.{name}"), name)


if __name__ == "__main__":
    sys.path.append(sys.argv[2])
    load(Path(sys.argv[1]))
    with contextlib.redirect_stdout(sys.stderr):
        warnings.simplefilter("ignore")
        answers = {name: figures(rows) for name, rows in json.load(sys.stdin).items()}
    json.dump(answers, sys.stdout)
