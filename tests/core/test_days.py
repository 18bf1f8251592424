"""Days in words."""

import pytest

from proxy.core.days import span_words


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-03-03", "2026-03-06", "3 to 6 March 2026"),
        ("2026-02-27", "2026-03-02", "27 February to 2 March 2026"),
        ("2025-12-30", "2026-01-02", "30 December 2025 to 2 January 2026"),
        ("2026-03-03", "2026-03-03", "3 March 2026"),
        ("2026-03-03", "", "from 3 March 2026"),
        ("", "2026-03-06", "until 6 March 2026"),
        ("", "", ""),
    ],
)
def test_days_are_said_as_people_say_them(first: str, last: str, words: str) -> None:
    assert span_words(first, last) == words
