"""Charts: well-formed, with a text alternative, in scale, and with holes where there is no data."""

import re
import xml.etree.ElementTree as ET
from datetime import date

import pytest

from proxy.report.charts import curve, flat_bar, range_bar, small_day, thinned
from proxy.report.charts_day import day_chart
from proxy.report.facts import DAY, HOUR, Carbs, Dose
from proxy.report.figure import missing
from proxy.report.localtime import local_time
from proxy.report.model import BANDS, Curve, CurvePoint, Day, DayView, ModeSpan
from proxy.report.targets import STANDARD
from proxy.report.words import UNITS, Units

NONE = missing("no_data")
MIDNIGHT = 1_795_302_000_000
"""2026-11-22 00:00 in Berlin."""


def parsed(drawing: str) -> ET.Element:
    return ET.fromstring(drawing)


def day(trace: tuple[tuple[int, float], ...]) -> Day:
    return Day(
        day=date(2026, 11, 22), start_ms=MIDNIGHT, end_ms=MIDNIGHT + DAY, readings=len(trace), mean_mgdl=NONE,
        sd_mgdl=NONE, min_mgdl=NONE, max_mgdl=NONE, sensor_active_percent=NONE, percent=dict.fromkeys(BANDS, NONE),
        total=NONE, basal=NONE, bolus=NONE, automatic_bolus=NONE, carbs=NONE, closed_percent=NONE, mode=None,
        trace=trace,
    )  # fmt: skip


def points(hole: range = range(0)) -> tuple[CurvePoint, ...]:
    return tuple(
        CurvePoint(n * 15, 0, None, None, None, None, None)
        if n in hole
        else CurvePoint(n * 15, 9, 60, 90, 120, 150, 200)
        for n in range(96)
    )


def test_the_bar_has_a_part_for_each_range_that_occurs_and_they_fill_it() -> None:
    shares = {"very_low": 0.0, "low": 3.0, "in_range": 70.0, "high": 20.0, "very_high": 7.0}
    bar = parsed(range_bar(dict(zip(BANDS, shares.values(), strict=True)), "Time in ranges"))
    parts = list(bar)
    assert [part.get("class") for part in parts] == ["b-very_high", "b-high", "b-in_range", "b-low"]
    bottoms = [float(part.get("y", "0")) + float(part.get("height", "0")) for part in parts]
    assert bottoms == pytest.approx([15.8, 63.8, 231.8, 239.0], abs=0.11)
    assert (bar.get("role"), bar.get("aria-label")) == ("img", "Time in ranges")


def test_a_share_of_almost_nothing_is_still_seen() -> None:
    shares = {"very_low": 0.1, "low": 0.0, "in_range": 99.9, "high": 0.0, "very_high": 0.0}
    bar = parsed(range_bar(dict(zip(BANDS, shares.values(), strict=True)), "x"))
    assert float(list(bar)[-1].get("height", "0")) > 0


@pytest.mark.parametrize("units", UNITS)
def test_the_typical_day_has_a_median_two_bands_and_labels_in_the_chosen_units(units: Units) -> None:
    text = curve(Curve(points(), None), STANDARD, units, "Typical day")
    parsed(text)
    assert text.count('class="median"') == text.count('class="p50"') == text.count('class="p90"') == 1
    labels = {"mg/dL": ("70", "180", "300"), "mmol/L": ("3.9", "10.0", "16.7")}[units]
    for label in labels:
        assert f">{label}</text>" in text


def test_a_hole_in_the_curve_is_not_drawn_over() -> None:
    whole = curve(Curve(points(), None), STANDARD, "mg/dL", "x")
    broken = curve(Curve(points(range(40, 50)), None), STANDARD, "mg/dL", "x")

    def strokes(text: str) -> int:
        found = re.search(r'class="median" d="([^"]*)"', text)
        assert found
        return found[1].count("M")

    assert (strokes(whole), strokes(broken)) == (1, 2)


def test_a_curve_of_holes_alone_is_an_empty_drawing_and_no_fault() -> None:
    parsed(curve(Curve(points(range(96)), None), STANDARD, "mg/dL", "x"))


def test_a_small_day_breaks_its_line_where_no_readings_are() -> None:
    trace = tuple((n * 300_000, 120.0) for n in range(288) if not 100 <= n < 130)
    found = re.search(r'class="trace" d="([^"]*)"', small_day(day(trace), STANDARD, "Sun 22 Nov"))
    assert found
    assert found[1].count("M") == 2


def test_a_single_reading_is_a_dot() -> None:
    drawn = small_day(day(((0, 120.0),)), STANDARD, "x")
    parsed(drawn)
    assert 'class="dot"' in drawn


def test_values_off_the_scale_stay_inside_the_drawing() -> None:
    drawn = small_day(day(((0, 1000.0), (300_000, 39.0))), STANDARD, "x")
    heights = [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", drawn)]
    assert all(0 <= height <= 64 for height in heights)


def test_modes_fill_their_bar() -> None:
    bar = parsed(flat_bar({"closed": 90, "open": 0, "suspended": 4, "off": 1, "unknown": 5}, "Modes"))
    assert [part.get("class") for part in bar] == ["m-closed", "m-suspended", "m-off", "m-unknown"]


def test_a_day_shows_glucose_doses_carbs_basal_and_modes_on_one_axis() -> None:
    view = DayView(
        date(2026, 11, 22),
        MIDNIGHT,
        MIDNIGHT + DAY,
        tuple((MIDNIGHT + n * 300_000, 120.0) for n in range(288)),
        (Dose(MIDNIGHT + 8 * HOUR, 4.5), Dose(MIDNIGHT + 9 * HOUR, 0.3, automatic=True)),
        (Carbs(MIDNIGHT + 8 * HOUR, 45),),
        ((MIDNIGHT, MIDNIGHT + DAY, 0.8),),
        (ModeSpan(MIDNIGHT, MIDNIGHT + DAY, "closed"),),
        (),
        None,
    )
    time = local_time("Europe/Berlin", view.start_ms, view.end_ms)
    drawn = day_chart(view, STANDARD, "mg/dL", time, "Sun 22 Nov 2026")
    parsed(drawn)
    for kind in ("trace", "bolus", "auto", "carbs", "basal", "m-closed"):
        assert f'class="{kind}"' in drawn
    at_eight = re.search(r'class="carbs" x="([\d.]+)"', drawn)
    assert at_eight
    assert float(at_eight[1]) + 2.5 == pytest.approx(48 + (990 - 48) * 8 / 24, abs=0.1)


@pytest.mark.parametrize(("on", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_a_day_of_a_clock_change_has_its_hours_by_the_clock_on_the_wall(on: date, hours: int) -> None:
    noon = int((on.toordinal() - date(1970, 1, 1).toordinal()) * DAY + 12 * HOUR)
    time = local_time("Europe/Berlin", noon - DAY, noon + DAY)
    start = time.midnight(noon)
    view = DayView(on, start, start + hours * HOUR, ((start, 100.0),), (), (), (), (), (), None)
    drawn = day_chart(view, STANDARD, "mg/dL", time, "x")
    labels = re.findall(r">(\d\d:00)</text>", drawn)
    assert labels == ["00:00", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00", "24:00"]


def test_drawings_hold_no_script_style_or_reference() -> None:
    drawn = curve(Curve(points(), None), STANDARD, "mg/dL", "x") + small_day(
        day(((0, 1.0), (1, 2.0))), STANDARD, "y"
    )
    for word in ("style=", "<script", "href", "url("):
        assert word not in drawn


def test_a_small_day_of_one_minute_readings_keeps_its_extremes_and_few_points() -> None:
    trace = tuple((n * 60_000, 100.0 + n % 50) for n in range(1440))
    trace = (*trace[:700], (700 * 60_000, 41.0), *trace[701:])
    thin = thinned(trace)
    assert len(thin) <= 288
    assert (700 * 60_000, 41.0) in thin
    assert max(value for _, value in thin) == 149
    assert list(thin) == sorted(thin)
    assert thinned(trace[::5]) == trace[::5]
