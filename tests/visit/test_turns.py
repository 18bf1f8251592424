import asyncio

import pytest

from proxy.visit.turns import Pace, QueueFull, Turns

NOW = 1_780_000_000_000


async def test_work_is_done_one_at_a_time_in_the_order_of_asking() -> None:
    turns, inside, seen = Turns(), 0, []

    async def work(number: int) -> int:
        nonlocal inside
        inside += 1
        assert inside == 1
        await asyncio.sleep(0)
        seen.append(number)
        inside -= 1
        return number * 2

    done = await asyncio.gather(*(turns.take(lambda number=number: work(number)) for number in range(21)))  # type: ignore[misc]  # a default binds the loop's number
    assert seen == list(range(21))
    assert done == [number * 2 for number in range(21)]


async def test_one_more_than_the_queue_holds_is_sent_away_at_once() -> None:
    turns, gate = Turns(queue=2), asyncio.Event()
    waiting = [asyncio.ensure_future(turns.take(gate.wait)) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(QueueFull):
        await turns.take(gate.wait)
    gate.set()
    assert await asyncio.gather(*waiting) == [True] * 3
    assert await turns.take(gate.wait)


async def test_work_goes_on_when_whoever_asked_hangs_up_and_nobody_begins_beside_it() -> None:
    turns, gate, done = Turns(), asyncio.Event(), []

    async def work(name: str) -> None:
        await gate.wait()
        done.append(name)

    first = asyncio.ensure_future(turns.take(lambda: work("first")))
    await asyncio.sleep(0)
    first.cancel()
    second = asyncio.ensure_future(turns.take(lambda: work("second")))
    await asyncio.sleep(0)
    assert first.cancelled()
    assert done == []
    gate.set()
    await second
    assert done == ["first", "second"]


async def test_a_fault_in_the_work_is_raised_and_frees_the_place() -> None:
    turns = Turns(queue=0)

    async def fail() -> None:
        raise ValueError("broken")

    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            await turns.take(fail)


def test_so_many_at_once_and_then_so_many_a_second() -> None:
    pace = Pace(burst=3, per_second=0.5)
    assert [pace.take("a", NOW) for _ in range(4)] == [True, True, True, False]
    assert not pace.take("a", NOW + 1999)
    assert pace.take("a", NOW + 2000)
    assert not pace.take("a", NOW + 2000)
    assert [pace.take("a", NOW + 60_000) for _ in range(4)] == [True, True, True, False]


def test_each_name_has_a_pace_of_its_own_and_what_did_not_count_is_given_back() -> None:
    pace = Pace(burst=1, per_second=0)
    assert pace.take("a", NOW)
    assert pace.take("b", NOW)
    assert not pace.take("a", NOW)
    pace.give_back("a", NOW)
    pace.give_back("a", NOW)
    assert pace.take("a", NOW)
    assert not pace.take("a", NOW)


def test_a_clock_that_goes_back_gives_nothing() -> None:
    pace = Pace(burst=1, per_second=1)
    assert pace.take("a", NOW)
    assert not pace.take("a", NOW - 10_000)
    assert not pace.take("a", NOW - 9_500)


def test_ten_thousand_names_are_remembered_and_no_more() -> None:
    pace = Pace(burst=1, per_second=0)
    for number in range(10_001):
        assert pace.take(str(number), NOW)
    assert not pace.take("1", NOW)
    assert pace.take("0", NOW)
