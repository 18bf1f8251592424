"""Episodes, on lines that can be counted by hand; against iglu they are held in oracle/."""

from collections.abc import Mapping

import pytest

from proxy.report.episodes import spans_beyond
from proxy.report.facts import MINUTE
from proxy.report.material import read_material
from proxy.report.model import EpisodeKind, Episodes
from proxy.report.summary import summarise
from tests.report.writing import MIDNIGHT, at


@pytest.mark.parametrize(
    ("line", "spans"),
    [
        (b"0110", []),
        (b"01110", [(1, 5)]),  # a tail too short to end it belongs to it
        (b"01110000", [(1, 4)]),
        (b"111001000", [(0, 6)]),
        (b"1110001110", [(0, 3), (6, 10)]),
        (b"11x1110", [(3, 7)]),
        (b"111x111", [(0, 3), (4, 7)]),
        (b"11011000", []),
        (b"1101110110", [(3, 10)]),
    ],
)
def test_three_points_begin_an_episode_and_three_end_it(line: bytes, spans: list[tuple[int, int]]) -> None:
    assert spans_beyond(line, 3) == spans


def low(
    values: list[float | None], *, hours: float = 0, minutes: int = 5, zone: str = "UTC"
) -> Mapping[EpisodeKind, Episodes]:
    """Lay values from so many hours after midnight on; None is a missing reading."""
    rows = [
        {"type": "sgv", "date": at(hours) + n * minutes * MINUTE, "sgv": value}
        for n, value in enumerate(values)
        if value is not None
    ]
    end = MIDNIGHT + 3 * 86_400_000
    found = summarise(read_material(entries=rows), start_ms=MIDNIGHT, end_ms=end, zone=zone, now_ms=end)
    return found.period.episodes


def test_an_episode_has_its_duration_and_lowest_value() -> None:
    found = low([100, 65, 50, 60, 69, 100, 100, 100])["low"]
    assert (found.count.value, found.mean_minutes.value, found.extreme_mgdl.value) == (1, 20, 50)
    assert (found.each[0].start_ms, found.each[0].end_ms) == (at(5 / 60), at(25 / 60))


def test_very_low_is_counted_by_itself_and_within_low() -> None:
    found = low([100, 60, 50, 50, 50, 60, 60, 60, 50, 50, 50, 60, 100, 100, 100])
    assert (found["low"].count.value, found["very_low"].count.value) == (1, 2)


@pytest.mark.parametrize(("points", "count"), [(24, 0), (25, 1)])
def test_extended_is_more_than_two_hours(points: int, count: int) -> None:
    assert low([100.0, *[60.0] * points, *[100.0] * 4])["extended_low"].count.value == count


@pytest.mark.parametrize(("missing", "count"), [(8, 1), (9, 2)])
def test_a_gap_of_45_minutes_is_filled_and_a_longer_one_never_joins(missing: int, count: int) -> None:
    assert low([60.0] * 4 + [None] * missing + [60.0] * 4)["low"].count.value == count


def test_high_and_very_high_are_above_their_thresholds() -> None:
    found = low([180, 180, 180, 181, 251, 251, 251, 181, 100, 100, 100])
    assert (found["high"].count.value, found["very_high"].count.value) == (1, 1)
    assert found["high"].extreme_mgdl.value == 251


def test_night_is_by_the_clock_on_the_wall() -> None:
    values: list[float | None] = [60, 60, 60, 100, 100, 100]
    assert low(values, hours=23)["low"].night_percent.value == 0
    assert low(values, hours=23, zone="Europe/Berlin")["low"].night_percent.value == 100


def test_an_episode_of_one_reading_is_flagged() -> None:
    found = low([100, 100, 40, 100, 100], minutes=15)["low"]
    assert found.count.value == 1
    assert found.each[0].single_reading
    assert found.count.note == "1 of 1 rest on a single reading"
    assert not low([100, 60, 60, 60, 100])["low"].each[0].single_reading


def test_no_episode_is_a_zero_without_a_duration() -> None:
    found = low([100.0] * 100)["low"]
    assert (found.count.value, found.mean_minutes.reason) == (0, "not_applicable")
