"""Percentages in whole numbers."""

import pytest

from proxy.report.display import minutes_text, whole_figures, whole_percents
from proxy.report.model import BANDS


def whole(*shares: float) -> list[int]:
    found = whole_percents(dict(zip(BANDS, shares, strict=True)))
    return [found[band] for band in BANDS]


@pytest.mark.parametrize(
    ("shares", "shown"),
    [
        ((1, 3, 70, 20, 6), [1, 3, 70, 20, 6]),
        ((0.4, 3.4, 70.4, 20.4, 5.4), [0, 3, 70, 22, 5]),  # what is left over goes into "high"
        ((0.5, 3.5, 70.5, 20.0, 5.5), [0, 4, 70, 20, 6]),  # half to even
        ((0.6, 3.6, 70.6, 19.6, 5.6), [1, 4, 71, 18, 6]),
        ((1.6, 1.6, 96.8, 0, 0), [2, 2, 96, 0, 0]),  # there is nothing in "high" to take from
        ((0, 0, 100, 0, 0), [0, 0, 100, 0, 0]),
    ],
)
def test_the_bands_add_to_a_hundred(shares: tuple[float, ...], shown: list[int]) -> None:
    assert whole(*shares) == shown
    assert sum(shown) == 100


def test_bands_that_are_not_available_are_not_rounded() -> None:
    assert whole_figures(dict.fromkeys(BANDS, None)) is None
    assert whole_figures(dict.fromkeys(BANDS, 20.0)) == dict.fromkeys(BANDS, 20)


@pytest.mark.parametrize(
    ("percent", "words"), [(1, "14 min"), (50, "12 h"), (70, "16 h 48 min"), (0, "0 min")]
)
def test_a_percentage_is_a_time_of_the_day(percent: float, words: str) -> None:
    assert minutes_text(percent) == words
