"""Exports of a long time: what is held in memory is columns, and little of it."""

import tracemalloc
from array import array

import msgspec

from proxy.cli.export_reading import pieces_of, read
from proxy.core.grant import DAY
from proxy.core.plan import Fetch
from proxy.core.policyfile import parse
from proxy.core.study import Span
from proxy.core.view import Window, compile_view
from proxy.report.bins import bins
from proxy.report.csvfile import bin_rows, csv_file
from proxy.report.facts import Material, Readings
from proxy.report.summary import summarise
from tests.living import NOW, POLICIES


async def read_minutes(days: int) -> tuple[int, int, int]:
    """Read so many days of one-minute readings; give how many there are, and the bytes that are held and passed through."""
    policy = parse((POLICIES / "cgm-only.yaml").read_text().replace("window: 90", "window: 365"), file="x")
    since, seen = NOW - days * DAY, []
    view = compile_view(policy, Window(since, None), zone="Europe/Berlin", site_key=b"s" * 32)
    span = Span(days, since, NOW, since)

    async def fetch_rows(wanted: Fetch) -> bytes:
        moments = range((wanted.until - 1) // 60_000 * 60_000, wanted.since - 1, -60_000)
        rows = [{"_id": f"{at:024x}", "type": "sgv", "date": at, "sgv": 120} for at in moments]
        return msgspec.json.encode(rows)

    tracemalloc.start()
    try:
        material = await read(view, policy, span, fetch_rows, now=NOW, step=lambda: seen.append(1))
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(seen) == pieces_of(view, span)
    return len(material.readings.at), held, peak


async def test_one_minute_readings_stream_so_that_a_year_does_not_fill_the_memory() -> None:
    rows, held, peak = await read_minutes(14)
    more_rows, more_held, more_peak = await read_minutes(56)
    assert (rows, more_rows) == (14 * 1440, 56 * 1440)
    # Of a row, columns of 22 bytes are kept (and while they grow or are turned, as much again); a year is 12 MB.
    assert more_held - held < (more_rows - rows) * 40
    assert more_peak - peak < (more_rows - rows) * 80


def made_of_minutes(days: int) -> tuple[int, int]:
    """Make figures and a table of so many days of one-minute readings; give how many there are, and the most bytes held."""
    start, end, zone = NOW - days * DAY, NOW, "Europe/Berlin"
    at = array("q", range(start, end, 60_000))
    columns = (
        array("d", [120.0, 121.0]) * (len(at) // 2),
        array("H", [0]) * len(at),
        array("I", [1]) * len(at),
    )
    material = Material(readings=Readings(at, *columns))
    tracemalloc.start()
    try:
        summary = summarise(material, start_ms=start, end_ms=end, zone=zone, now_ms=NOW)
        found = bins(material, "day", start_ms=start, end_ms=end, zone=zone, now_ms=NOW)
        rows = bin_rows(found, summary.shared, units="mg/dL", zone=zone, start_ms=start, end_ms=end)
        lines = sum(1 for _ in csv_file(rows))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert lines > days
    return len(at), peak


def test_figures_and_tables_of_a_long_time_hold_columns_and_no_lists_of_its_readings() -> None:
    made_of_minutes(1)  # what is loaded at first use is none of it
    (rows, peak), (more_rows, more_peak) = made_of_minutes(14), made_of_minutes(42)
    # A pair of a moment and a value alone would be 100 bytes: of a year, 50 MB.
    assert (more_peak - peak) / (more_rows - rows) < 30
