"""CSV by RFC 4180, one row per bin: five minutes, a quarter of an hour, an hour or a local day.

A column that is not shared keeps its place, is empty, and says so in its heading; a cell is empty where nothing is
known, never 0. Only text cells are guarded against being taken for a formula: a number stays a number. Spreadsheets
read it without being told how: the mark at its beginning says UTF-8, and local times stand without their offset, which
has a column of its own (with one, LibreOffice takes them for text).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from proxy.report.bins import Bin, Granularity
from proxy.report.facts import Event, Shared
from proxy.report.figure import Figure
from proxy.report.localtime import LocalTime, clock, local_time
from proxy.report.model import BANDS, Day, Summary
from proxy.report.words import EVENT_WORDS, MODE_WORDS, Units, glucose, in_units

NOT_SHARED: Final = "not shared"
_MARK: Final = b"\xef\xbb\xbf"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")  # noqa: RUF001 - spreadsheets take them for the narrow ones
_SPARSE: Final = "fewer than half of the expected readings"
_MANY: Final = 20
"""So many events of one bin are written out."""

Row = tuple[str, ...]


def csv_file(rows: Iterable[Row]) -> Iterator[bytes]:
    """Write rows as UTF-8 CSV, one at a time: whole lines, so that a file can be cut between any two."""
    mark = _MARK
    for row in rows:
        yield mark + (",".join(map(_quoted, row)) + "\r\n").encode()
        mark = b""


def bin_rows(
    bins: Iterable[Bin], shared: Shared, *, units: Units, zone: str, start_ms: int, end_ms: int
) -> Iterator[Row]:
    """Give the heading, then a row per bin, as the bins come."""
    time, told = local_time(zone, start_ms, end_ms), _told(shared)
    yield _bin_heading(shared, units)
    for one in bins:
        yield (
            stamp(time, one.start_ms), stamp(time, one.end_ms), str(time.offset(one.start_ms) // 60_000),
            _glucose(one.mean_mgdl, units), _glucose(one.min_mgdl, units), _glucose(one.max_mgdl, units),
            str(one.readings) if shared.glucose else "",
            number(one.basal) if told["basal"] else "", number(one.bolus) if told["bolus"] else "",
            number(one.carbs) if told["carbs"] else "",
            MODE_WORDS[one.mode] if told["mode"] and one.mode else "",
            text(comments(one, time, units, shared)),
        )  # fmt: skip


def day_rows(days: Iterable[Day], bins: Iterable[Bin], summary: Summary, *, units: Units) -> Iterator[Row]:
    """Give the heading, then a row per local day, with the ranges and the spread of that day."""
    time = local_time(summary.zone, summary.period.start_ms, summary.period.end_ms)
    said = {one.start_ms: one for one in bins}
    shared = summary.shared
    yield _day_heading(shared, units)
    for day in days:
        of_day = said.get(day.start_ms)
        yield (
            day.day.isoformat(),
            *(_glucose(one.value, units) for one in (day.mean_mgdl, day.sd_mgdl, day.min_mgdl, day.max_mgdl)),
            str(day.readings) if shared.glucose else "",
            *(_figure(day.percent[band]) for band in BANDS),
            *(_figure(one) for one in (day.sensor_active_percent, day.total, day.basal, day.bolus)),
            *(_figure(one) for one in (day.automatic_bolus, day.carbs, day.closed_percent)),
            "" if day.mode is None else MODE_WORDS[day.mode],
            "" if of_day is None else text(comments(of_day, time, units, shared)),
        )


def _bin_heading(shared: Shared, units: Units) -> Row:
    told = _told(shared)
    return (
        "start", "end", "utc_offset_minutes",
        *(_column(f"glucose_{name}_{_unit(units)}", told["glucose"]) for name in ("mean", "min", "max")),
        _column("readings", told["glucose"]),
        _column("basal_U", told["basal"]), _column("bolus_U", told["bolus"]), _column("carbs_g", told["carbs"]),
        _column("loop_mode", told["mode"]), _column("comments", told["comments"]),
    )  # fmt: skip


def _day_heading(shared: Shared, units: Units) -> Row:
    told = _told(shared)
    glucose_names = [f"glucose_{name}_{_unit(units)}" for name in ("mean", "sd", "min", "max")]
    percents = [f"{band}_percent" for band in BANDS]
    return (
        "day",
        *(_column(name, told["glucose"]) for name in (*glucose_names, "readings", *percents)),
        _column("sensor_active_percent", told["glucose"]),
        _column("total_insulin_U", told["total"]), _column("basal_U", told["basal"] or told["total"]),
        _column("bolus_U", told["bolus"]), _column("automatic_bolus_U", told["automatic"]),
        _column("carbs_g", told["carbs"]), _column("closed_loop_percent", told["mode"]),
        _column("loop_mode", told["mode"]), _column("comments", told["comments"]),
    )  # fmt: skip


def _told(shared: Shared) -> Mapping[str, bool]:
    """Say what the policy shares of each column: from the policy alone."""
    return {
        "glucose": shared.glucose,
        "basal": shared.temp_basals,
        "bolus": shared.boluses,
        "automatic": shared.automatic,
        "total": shared.boluses and shared.temp_basals,
        "carbs": shared.carbs,
        "mode": shared.loop or shared.shows("OpenAPS Offline"),
        "comments": shared.detail == "full",
    }


def _column(name: str, is_shared: bool) -> str:
    return name if is_shared else f"{name} ({NOT_SHARED})"


def _unit(units: Units) -> str:
    return "mg_dL" if units == "mg/dL" else "mmol_L"


def comments(one: Bin, time: LocalTime, units: Units, shared: Shared) -> str:
    """Say what happened in a bin, with the moment if the bin is longer than a quarter of an hour."""
    exact = one.end_ms - one.start_ms > 900_000  # noqa: PLR2004 - a quarter of an hour
    said = [_event(event, time, units, exact=exact) for event in one.events[:_MANY]]
    left = len(one.events) - _MANY
    return "; ".join(
        [
            *([_SPARSE] if one.sparse and shared.glucose else []),
            *said,
            *([f"and {left} more"] if left > 0 else []),
        ]
    )


def _event(event: Event, time: LocalTime, units: Units, *, exact: bool) -> str:
    moment = f"{clock(time.of_day(event.at_ms))} " if exact else ""
    value = "" if event.value is None else f" {glucose(event.value, units)} {units}"
    words = f": {event.words}" if event.words else ""
    return f"{moment}{EVENT_WORDS[event.kind]}{value}{words}"


def stamp(time: LocalTime, at_ms: int) -> str:
    """Write an instant as local time: in the hour that a clock change repeats, the offset beside it tells which."""
    of_day = time.of_day(at_ms) // 1000
    return f"{time.day_of(at_ms).isoformat()}T{of_day // 3600:02d}:{of_day // 60 % 60:02d}:{of_day % 60:02d}"


def _glucose(mgdl: float | None, units: Units) -> str:
    return "" if mgdl is None else number(in_units(mgdl, units))


def _figure(one: Figure) -> str:
    return number(one.value)


def number(value: float | None) -> str:
    """Write a number so that nothing that can be seen in the other files is lost; empty for none."""
    if value is None:
        return ""
    told = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if told in ("-0", "") else told


def text(words: str) -> str:
    """Write words so that no spreadsheet takes them for a formula, and that a row stays one line."""
    plain = " ".join(words.split())
    return f"'{plain}" if plain.startswith(_FORMULA) else plain


def _quoted(cell: str) -> str:
    if any(letter in cell for letter in ',"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def granularity_words(granularity: Granularity) -> str:
    """Say how fine a granularity is."""
    return {"5min": "every 5 minutes", "15min": "every 15 minutes", "hour": "hourly", "day": "daily"}[
        granularity
    ]
