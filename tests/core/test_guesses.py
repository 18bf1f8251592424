"""How long a guesser waits."""

from dataclasses import replace

import pytest

from proxy.core.guesses import FIRST_WAIT, FORGOTTEN, FREE, LONGEST_WAIT, Guesses, give_back, take

NOW = 1_795_435_200_000


def after(count: int, *, free: int = FREE) -> Guesses:
    """Give what is known after so many wrong tries, each made as soon as it may be."""
    known, now = Guesses(), NOW
    for _ in range(count):
        now = max(now, known.not_before)
        taken = take(known, now, free=free)
        assert taken is not None
        known = taken
    return known


@pytest.mark.parametrize(
    ("tries", "wait"),
    [
        (1, 0),
        (4, 0),
        (5, FIRST_WAIT),
        (6, 2 * FIRST_WAIT),
        (7, 4 * FIRST_WAIT),
        (11, LONGEST_WAIT),
        (300, LONGEST_WAIT),
    ],
)
def test_five_are_free_and_then_each_wait_is_twice_as_long(tries: int, wait: int) -> None:
    known = after(tries)
    assert known.not_before - known.at == wait


def test_before_its_time_a_try_is_not_even_counted() -> None:
    known = after(5)
    assert take(known, known.not_before - 1) is None
    assert take(known, known.not_before) == Guesses(6, known.not_before, known.not_before + 2 * FIRST_WAIT)


def test_a_right_one_is_given_back_and_need_not_wait() -> None:
    known = after(5)
    assert give_back(known) == Guesses(4, known.at, 0)
    assert give_back(Guesses()) == Guesses()


def test_after_a_day_all_is_forgotten() -> None:
    known = after(30)
    later = take(known, known.at + FORGOTTEN)
    assert later is not None
    assert (later.wrong, later.not_before - later.at) == (1, 0)


def test_in_all_more_are_free() -> None:
    known = after(24, free=25)
    assert known.not_before == known.at
    assert after(25, free=25).not_before == known.at + FIRST_WAIT


def test_a_clock_that_was_ahead_lets_nobody_wait_for_that_day_and_forgets_no_try() -> None:
    known = replace(after(FREE + 3), at=NOW + FORGOTTEN, not_before=NOW + FORGOTTEN + LONGEST_WAIT)
    taken = take(known, NOW)
    assert taken is not None
    assert (taken.wrong, taken.at) == (known.wrong + 1, NOW)
    assert NOW < taken.not_before <= NOW + LONGEST_WAIT
