"""Spans and moments."""

from zoneinfo import ZoneInfo

import pytest

from proxy.cli.times import iso, read_moment, read_span, shown, span_words

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("30s", 30_000),
        ("90m", 5_400_000),
        ("4h", 14_400_000),
        ("2d", 172_800_000),
        ("1h30m", 5_400_000),
        ("1H 30M", 5_400_000),
    ],
)
def test_spans_are_read(text: str, milliseconds: int) -> None:
    assert read_span(text) == milliseconds


@pytest.mark.parametrize("text", ["", "4", "h", "4x", "4h!", "\uff11h", "-1h", "1.5h", "999999h"])
def test_what_is_no_span_is_not_read(text: str) -> None:
    assert read_span(text) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-01", "2026-12-01T23:00:00Z"),
        # The day on which the clocks go back has 25 hours.
        ("2026-10-25", "2026-10-25T23:00:00Z"),
        ("2026-10-24", "2026-10-24T22:00:00Z"),
        ("2026-12-01T09:30", "2026-12-01T08:30:00Z"),
        ("2026-12-01T09:30Z", "2026-12-01T09:30:00Z"),
        ("2026-12-01T09:30-05:00", "2026-12-01T14:30:00Z"),
    ],
)
def test_moments_are_read_where_the_owner_lives(text: str, moment: str) -> None:
    at = read_moment(text, BERLIN)
    assert at is not None
    assert iso(at) == moment


def test_moments_are_shown_with_their_zone() -> None:
    assert shown(1_795_435_200_000, BERLIN) == "Mon 23 Nov 2026, 13:00 CET"


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (0, "0 seconds"),
        (60_000, "1 minute"),
        (14_400_000, "4 hours"),
        (91_800_000, "1 day 1 hour 30 minutes"),
    ],
)
def test_spans_are_put_into_words(milliseconds: int, words: str) -> None:
    assert span_words(milliseconds) == words
