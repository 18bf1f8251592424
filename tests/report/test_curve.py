"""The typical day."""

from dataclasses import replace

import pytest

from proxy.core.policy import Detail
from proxy.report.curve import quantile, smooth
from proxy.report.facts import DAY, EVERYTHING, MINUTE
from proxy.report.material import read_material
from proxy.report.model import Curve
from proxy.report.summary import summarise
from tests.report.writing import MIDNIGHT, Row


def test_quantiles_are_linear_between_neighbours() -> None:
    values = [10.0, 20, 30, 40]
    assert [quantile(values, share) for share in (0, 0.05, 0.25, 0.5, 0.95, 1)] == pytest.approx(
        [10, 11.5, 17.5, 25, 38.5, 40]
    )
    assert quantile([7.0], 0.05) == 7


def test_smoothing_weighs_one_four_one_around_the_clock() -> None:
    assert smooth([6.0, 0, 0, 12]) == pytest.approx([(24 + 12) / 6, 1, 2, (48 + 6) / 6])


def test_a_hole_stays_a_hole_and_weighs_nothing() -> None:
    assert smooth([10.0, None, 20, 20]) == [pytest.approx(12), None, 20, pytest.approx((80 + 30) / 6)]


def curve(rows: list[Row], *, days: int = 14, zone: str = "UTC", detail: Detail = "full") -> Curve:
    shared = replace(EVERYTHING, detail=detail)
    end = MIDNIGHT + days * DAY
    material = read_material(entries=rows, shared=shared)
    return summarise(material, start_ms=MIDNIGHT, end_ms=end, zone=zone, now_ms=end).curve


def days_of(*shares: float, minutes: int = 5) -> list[Row]:
    """Write days of which so much has readings: 100 before noon, 200 after."""
    return [
        {
            "type": "sgv",
            "date": MIDNIGHT + day * DAY + n * minutes * MINUTE,
            "sgv": 100 if n * minutes < 720 else 200,
        }
        for day, share in enumerate(shares)
        for n in range(round(share * 1440 / minutes))
    ]


def test_the_curve_has_96_points_of_local_time() -> None:
    found = curve(days_of(*[1.0] * 14), zone="Europe/Berlin")
    assert len(found.points) == 96
    assert [point.minute for point in found.points[:3]] == [0, 15, 30]
    # Noon in UTC is 14:00 in Berlin, and the point before it is smoothed into the step.
    assert [found.points[n].p50 for n in (54, 55, 56, 57)] == pytest.approx(
        [100, 116.6666667, 183.3333333, 200]
    )
    assert found.points[0].n == 3 * 14


@pytest.mark.parametrize(
    ("shares", "there"),
    [
        ([0.7] * 7, True),
        ([0.69] * 7, False),
        ([1.0] * 6, False),
        ([1.0] * 6 + [0.03], False),  # three quarters of an hour are no day
        ([1.0] * 6 + [0.05], True),
        ([0.05] * 7 + [0.9] * 7, True),
    ],
)
def test_it_needs_seven_days_with_an_hour_and_seven_tenths_between_them(
    shares: list[float], there: bool
) -> None:
    found = curve(days_of(*shares))
    assert (found.reason is None, bool(found.points)) == (there, there)


@pytest.mark.parametrize(
    ("detail", "minutes", "reason"),
    [("15min", 15, None), ("hourly", 60, "averages_only"), ("daily", 1440, "averages_only")],
)
def test_longer_averages_have_no_curve(detail: Detail, minutes: int, reason: str | None) -> None:
    rows = [row | {"n": max(1, minutes // 5)} for row in days_of(*[1.0] * 14, minutes=minutes)]
    assert curve(rows, detail=detail).reason == reason


def test_no_readings_no_curve() -> None:
    assert curve([]) == Curve((), "no_data")
