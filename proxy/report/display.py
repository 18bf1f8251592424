"""How percentages are shown: in whole numbers that add to 100, or as time of the day."""

from collections.abc import Mapping

from proxy.report.model import BANDS, Band


def whole_percents(percent: Mapping[Band, float]) -> dict[Band, int]:
    """Round the five bands to whole numbers (half to even, as Tidepool does) that add to 100: what is left over goes into "high".

    Where "high" is too small to give, the greatest band gives instead.
    """
    rounded = {band: round(percent[band]) for band in BANDS}
    left = 100 - sum(rounded.values())
    takes: Band = "high" if rounded["high"] + left >= 0 else max(BANDS, key=rounded.__getitem__)
    rounded[takes] += left
    return rounded


def whole_figures(summary_percent: Mapping[Band, float | None]) -> dict[Band, int] | None:
    """Round the bands of a period; None if they are not available."""
    known = {band: value for band, value in summary_percent.items() if value is not None}
    return whole_percents(known) if len(known) == len(BANDS) else None


def minutes_text(percent: float) -> str:
    """Write a share of the day as time: 1 % is about 15 minutes."""
    minutes = round(percent * 24 * 60 / 100)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"
