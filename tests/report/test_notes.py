"""Gaps and possible artefacts: marked, with no figure changed by them."""

from proxy.report.facts import DAY, MINUTE
from proxy.report.material import read_material
from proxy.report.model import Notes
from proxy.report.summary import summarise
from tests.report.writing import MIDNIGHT, Row, at, treatment


def notes(values: dict[int, float], treatments: list[Row] | None = None, *, minutes: int = 1440) -> Notes:
    """Take a day of 120 every five minutes, but for some values (0: none) at minutes of the day."""
    rows = [
        {"type": "sgv", "date": MIDNIGHT + minute * MINUTE, "sgv": values.get(minute, 120)}
        for minute in range(0, minutes, 5)
        if values.get(minute) != 0
    ]
    material = read_material(entries=rows, treatments=treatments or [])
    return summarise(
        material, start_ms=MIDNIGHT, end_ms=MIDNIGHT + DAY, zone="UTC", now_ms=MIDNIGHT + DAY
    ).notes


def test_thirty_minutes_without_a_reading_are_a_gap() -> None:
    assert notes(dict.fromkeys((600, 605, 610, 615), 0.0)).gaps == ()
    found = notes(dict.fromkeys((600, 605, 610, 615, 620), 0.0)).gaps
    assert [(gap.start_ms, gap.end_ms, gap.words) for gap in found] == [(at(10), at(10) + 25 * MINUTE, "")]


def test_a_period_that_ends_without_readings_ends_with_a_gap() -> None:
    found = notes({}, minutes=600).gaps
    assert [(gap.start_ms, gap.end_ms) for gap in found] == [(at(10), at(24))]


def test_a_gap_near_a_sensor_change_says_so() -> None:
    gone = dict.fromkeys(range(600, 720, 5), 0.0)
    assert notes(gone, [treatment(13.9, "Sensor Start")]).gaps[0].words == "sensor change"
    assert notes(gone, [treatment(14.1, "Sensor Start")]).gaps[0].words == ""


def test_the_first_twelve_hours_of_a_sensor_are_marked() -> None:
    found = notes({}, [treatment(6, "Sensor Start")]).marks
    assert [(mark.kind, mark.start_ms, mark.end_ms) for mark in found] == [("warm_up", at(6), at(18))]


def test_a_jump_between_neighbours_is_marked() -> None:
    found = notes({600: 160}).marks
    assert [(mark.kind, mark.start_ms) for mark in found] == [("jump", at(10) - 5 * MINUTE), ("jump", at(10))]
    assert notes({600: 159}).marks == ()


FALL = dict(zip(range(180, 215, 5), (100.0, 85.0, 60.0, 58.0, 60.0, 85.0, 105.0), strict=True))


def test_a_steep_fall_and_rise_at_night_may_be_a_compression_low() -> None:
    found = notes(FALL).marks
    assert [mark.kind for mark in found] == ["compression_low"]
    assert found[0].start_ms <= at(3) + 5 * MINUTE
    assert found[0].end_ms >= at(3) + 25 * MINUTE


def test_by_day_or_without_the_rise_it_is_a_low_like_any_other() -> None:
    assert notes({minute + 600: value for minute, value in FALL.items()}).marks == ()
    slow = {180 + 5 * n: float(value) for n, value in enumerate([100, 85, 60, *range(60, 122, 2)])}
    assert notes(slow).marks == ()
