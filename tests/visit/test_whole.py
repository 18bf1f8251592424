"""What a file is made of is waited for: its own days always, the comparison for a while."""

from collections.abc import Sequence
from typing import Any

import pytest

from proxy.core.study import Span, Study
from proxy.visit.whole import whole

LATE: dict[str, Any] = {"late": frozenset({"devicestatus"})}
UNCOMPARED: dict[str, Any] = {"compared_from": {"devicestatus": 1}}


def study(days: int = 14, **state: Any) -> Study:
    return Study(Span(days, 1, 2, 0), "UTC", {}, **state)


async def asked(*answers: Study) -> tuple[Study, int]:
    """Give what was taken, and how often it was asked; the last answer stays as it is."""
    left: list[Study] = list(answers)
    count = 0

    async def read() -> Study:
        nonlocal count
        count += 1
        return left.pop(0) if len(left) > 1 else left[0]

    return await whole(read), count


@pytest.mark.parametrize(
    ("answers", "times"),
    [
        ([study()], 1),
        ([study(**LATE), study()], 2),
        ([study(**UNCOMPARED), study(**UNCOMPARED), study()], 3),
        ([study(days=90, **UNCOMPARED), study()], 1),  # so long a period is compared with nothing
        ([study(failed=frozenset({"entries"})), study()], 1),
    ],
)
async def test_what_has_not_come_yet_is_asked_for_again(answers: Sequence[Study], times: int) -> None:
    assert (await asked(*answers))[1] == times


async def test_a_comparison_that_never_comes_is_done_without() -> None:
    found, times = await asked(study(**UNCOMPARED))
    assert found.is_whole
    assert times == 20


async def test_days_that_never_come_are_told_of() -> None:
    found, times = await asked(study(**LATE))
    assert not found.is_whole
    assert times == 50
