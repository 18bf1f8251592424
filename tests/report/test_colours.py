"""Colours of the ranges: told apart without colour, and the same in pictures, on paper and on the screen."""

from itertools import pairwise
from pathlib import Path

from proxy.report.charts import COLOURS
from proxy.report.model import BANDS

PROXY = Path(__file__).parents[2] / "proxy"


def grey(colour: str) -> float:
    """Give the lightness of a printed grey, 0 to 255 (ITU-R BT.601)."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_ranges_that_touch_are_told_apart_in_grey() -> None:
    in_order = [grey(COLOURS[band]) for band in BANDS]
    assert min(abs(one - other) for one, other in pairwise(in_order)) > 25
    assert abs(grey(COLOURS["very_high"]) - grey(COLOURS["in_range"])) > 25


def test_paper_and_screen_show_the_same() -> None:
    paper = (PROXY / "report" / "templates" / "summary.typ").read_text()
    screen = (PROXY / "visit" / "static" / "summary.css").read_text()
    for band in BANDS:
        assert f'{band}: rgb("{COLOURS[band]}")' in paper
        assert f"--{band.replace('_', '-')}: {COLOURS[band]};" in screen
