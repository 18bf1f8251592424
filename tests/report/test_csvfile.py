"""CSV: read back by a reader of RFC 4180, no cell a formula, no number guarded, holes named in the heading."""

import csv
import io
from dataclasses import replace
from typing import Any

import pytest

from proxy.report.bins import Granularity, bins
from proxy.report.csvfile import bin_rows, csv_file, day_rows, number, stamp, text
from proxy.report.facts import DAY, HOUR, Event, Material, Shared
from proxy.report.localtime import local_time
from proxy.report.material import read_material
from proxy.report.words import Units
from tests.living import NOW
from tests.report.papers import START, ZONE, material, summary

SPRING = 1_774_741_200_000
"""2026-03-29 00:40 in London; clocks go forward twenty minutes later."""


def written(granularity: Granularity, made: Material, units: Units = "mg/dL", **span: Any) -> str:
    asked: dict[str, Any] = {"start_ms": START, "end_ms": NOW, "zone": ZONE} | span
    found = bins(made, granularity, now_ms=NOW, **asked)
    return b"".join(csv_file(bin_rows(found, made.shared, units=units, **asked))).decode("utf-8-sig")


def read(body: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body, newline="")))


@pytest.mark.parametrize(("granularity", "rows"), [("5min", 2304), ("15min", 768), ("hour", 192), ("day", 9)])
def test_one_row_per_bin(granularity: Granularity, rows: int) -> None:
    body = written(granularity, material())
    found = read(body)
    assert len(found) == rows
    assert body.count("\r\n") == rows + 1
    assert "\n" not in body.replace("\r\n", "")
    assert {len(one) for one in found} == {12}
    assert found[0]["start"] == "2026-11-15T00:00:00" if granularity == "day" else "T" in found[0]["start"]
    assert {one["utc_offset_minutes"] for one in found} == {"60"}
    assert float(found[rows // 2]["glucose_mean_mg_dL"]) > 39


def test_days_have_ranges_and_insulin_too() -> None:
    made = summary()
    found_bins = bins(material(), "day", start_ms=START, end_ms=NOW, zone=ZONE, now_ms=NOW)
    found = read(b"".join(csv_file(day_rows(made.days, found_bins, made, units="mg/dL"))).decode("utf-8-sig"))
    assert [one["day"] for one in found] == [day.day.isoformat() for day in made.days]
    for one, day in zip(found, made.days, strict=True):
        assert float(one["in_range_percent"]) == pytest.approx(day.percent["in_range"].value, abs=1e-4)
        assert float(one["total_insulin_U"]) == pytest.approx(day.total.value, abs=1e-4)
        assert one["loop_mode"] == "Automatic (closed loop)"
    assert any("Exercise" in one["comments"] for one in found)


def test_units_are_in_the_heading_and_in_the_cells() -> None:
    mgdl, mmol = read(written("day", material())), read(written("day", material(), "mmol/L"))
    for one, other in zip(mgdl, mmol, strict=True):
        assert float(other["glucose_mean_mmol_L"]) == pytest.approx(
            float(one["glucose_mean_mg_dL"]) / 18.01559, abs=1e-3
        )


def test_a_column_that_is_not_shared_says_so_and_is_empty() -> None:
    shown = Shared(boluses=False, carbs=False, temp_basals=False, loop=False, event_types=frozenset())
    found = read(written("hour", replace(material(), shared=shown)))
    for name in ("basal_U", "bolus_U", "carbs_g", "loop_mode"):
        assert {one[f"{name} (not shared)"] for one in found} == {""}


@pytest.mark.parametrize(
    "words",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", '=HYPERLINK("http://x","y")', "\r\n=1", "|cmd", "%x", "＝1"],  # noqa: RUF001 - a wide sign
)  # fmt: skip
def test_no_text_is_taken_for_a_formula(words: str) -> None:
    event = Event(START + HOUR, "note", words=words)
    found = read(written("5min", replace(material(), events=(event,)), end_ms=START + DAY))
    said = [one["comments"] for one in found if one["comments"]]
    assert text(words).startswith("'")
    assert said
    assert not any(one.startswith(("=", "+", "-", "@", "\t", "\r", " ")) for one in said)


def test_words_with_commas_quotes_and_lines_come_back_as_they_were() -> None:
    event = Event(START + HOUR, "note", words='he said "no", twice;\r\nthen\tslept')
    found = read(written("5min", replace(material(), events=(event,)), end_ms=START + DAY))
    assert 'Note: he said "no", twice; then slept' in [one["comments"] for one in found]


def test_a_number_is_never_guarded_and_never_minus_nothing() -> None:
    assert [number(one) for one in (-1.5, -0.00001, 0.0, 120.0, 1 / 3, 1e-9, None)] == [
        "-1.5", "0", "0", "120", "0.3333", "0", "",
    ]  # fmt: skip


def test_the_hour_that_a_clock_change_leaves_out_or_repeats_is_plain_from_the_offset() -> None:
    time = local_time("Europe/London", SPRING, SPRING + DAY)
    assert stamp(time, SPRING) == "2026-03-28T23:40:00"
    assert stamp(time, SPRING + 2 * HOUR) == "2026-03-29T02:40:00"
    autumn = 1_792_886_400_000  # 2026-10-25 01:00 in London, before the clocks go back
    found = read(
        written("hour", read_material(), start_ms=autumn, end_ms=autumn + 3 * HOUR, zone="Europe/London")
    )
    assert [(one["start"][-8:], one["utc_offset_minutes"]) for one in found] == [
        ("01:00:00", "60"), ("01:00:00", "0"), ("02:00:00", "0"),
    ]  # fmt: skip


def test_rows_come_one_by_one_so_that_a_year_fills_no_memory() -> None:
    made = read_material(entries=({"type": "sgv", "date": NOW - n * 60_000, "sgv": 100} for n in range(3000)))
    rows = bin_rows(
        bins(made, "5min", start_ms=NOW - 365 * DAY, end_ms=NOW, zone=ZONE, now_ms=NOW),
        made.shared, units="mg/dL", zone=ZONE, start_ms=NOW - 365 * DAY, end_ms=NOW,
    )  # fmt: skip
    lines = csv_file(rows)
    assert next(lines).startswith(b"\xef\xbb\xbfstart,end,utc_offset_minutes,glucose_mean_mg_dL,")
    assert next(lines).endswith(b"fewer than half of the expected readings\r\n")


def test_a_level_of_detail_has_no_finer_file() -> None:
    with pytest.raises(ValueError, match="hourly"):
        written("15min", replace(material(), shared=Shared(detail="hourly")))
