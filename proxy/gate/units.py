"""The reader's choice of units: a cookie that the strip on Nightscout's pages sets, and nothing else reads."""

from typing import Final

from proxy.gate.turn import Turn

MGDL_PER_MMOL: Final = 18.01559
"""Nightscout's own factor (15.0.4 and later)."""


def units_of(turn: Turn) -> str:
    """Give `mmol` or `mg/dl`, as Nightscout's settings write them."""
    return "mmol" if turn.request.cookies.get("units") == "mmol" else "mg/dl"


def scaled(mgdl: float, units: str) -> float:
    """Give a figure in these units, rounded as Nightscout's pages do."""
    return round(mgdl / MGDL_PER_MMOL, 1) if units == "mmol" else mgdl
