"""What stands around the tables: the days, what they are compared with, and bars told in words."""

from dataclasses import replace

from proxy.report.facts import DAY, MODES
from proxy.report.figure import known, missing
from proxy.report.model import Automation
from proxy.report.words_around import (
    banner,
    compared_with,
    curve_rows,
    figures_of_day,
    mode_shares,
    modes_words,
    span_words,
    time_of,
    without_notes,
)
from proxy.report.words_tables import Line
from tests.report.papers import nothing, summary


def automation(**shares: float) -> Automation:
    found = {
        mode: known(shares[mode], coverage=1) if mode in shares else missing("no_data") for mode in MODES
    }
    return replace(summary().period.automation, percent=found)


def test_the_days_are_told_with_their_weekdays_and_number() -> None:
    one = summary()
    assert span_words(one, time_of(one)).endswith(" 2026 (9 days)")


def test_what_is_compared_with_nothing_says_nothing() -> None:
    one = summary()
    assert compared_with(replace(one, previous=None)) == ""
    assert compared_with(replace(one, previous=one.period)) == "8 days before"
    short = replace(one.period, start_ms=one.period.end_ms - DAY // 2)
    assert compared_with(replace(one, period=short, previous=short)) == "day before"


def test_too_few_data_are_said_only_where_glucose_is_shared() -> None:
    one = summary()
    assert banner(one).startswith("Fewer data than the consensus asks for: 9 days with readings")
    assert banner(nothing()) == "There are no glucose readings to judge."
    assert banner(replace(one, shared=replace(one.shared, glucose=False))) == ""


def test_a_day_without_readings_says_why_and_one_with_them_how_it_was() -> None:
    assert figures_of_day(nothing().days[0], "mg/dL") == "Not available: no data in this period."
    assert "in range, mean " in figures_of_day(summary().days[0], "mmol/L")


def test_the_typical_day_has_a_row_for_each_hour() -> None:
    one = summary()
    point = replace(one, curve=replace(one.curve, points=()))
    assert curve_rows(point, "mg/dL") == ()
    assert [row[0] for row in curve_rows(one, "mg/dL")] == [f"{hour:02d}:00" for hour in range(24)]


def test_a_bar_of_modes_is_there_only_if_all_shares_are_known() -> None:
    whole = dict.fromkeys(MODES, 100 / len(MODES))
    assert set(mode_shares(automation(**whole))) == set(MODES)
    assert mode_shares(automation(closed=100.0)) == {}
    assert mode_shares(automation(**dict.fromkeys(MODES, 0.0))) == {}
    assert modes_words(mode_shares(automation(**whole))).startswith("Modes: ")


def test_notes_that_are_said_below_a_table_are_left_out_of_it() -> None:
    assert without_notes([Line("a", "1", note="once"), Line("b", "2")]) == (Line("a", "1"), Line("b", "2"))
