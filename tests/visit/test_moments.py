import pytest

from proxy.visit.moments import Moment, iso, moment, span

NOW = 1_795_435_200_000


def test_a_moment_is_told_in_words_with_its_zone() -> None:
    assert moment(NOW, "Europe/Berlin") == Moment(
        "Monday 23 November 2026, 13:00 (Europe/Berlin)", "2026-11-23T12:00:00Z", local=False
    )


def test_without_a_zone_a_moment_is_utc_and_may_be_told_locally() -> None:
    assert moment(NOW + 999, None) == Moment(
        "Monday 23 November 2026, 12:00 (UTC)", "2026-11-23T12:00:00Z", local=True
    )


def test_iso_is_to_the_second() -> None:
    assert iso(NOW + 1999) == "2026-11-23T12:00:01Z"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (-5, "less than a minute"),
        (0.5, "less than a minute"),
        (1, "1 minute"),
        (60, "1 hour"),
        (200, "3 hours 20 minutes"),
        (1440, "1 day"),
        (1440 * 2 + 61, "2 days 1 hour"),
        (1440 * 30, "30 days"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units(minutes: float, words: str) -> None:
    assert span(round(minutes * 60_000)) == words
