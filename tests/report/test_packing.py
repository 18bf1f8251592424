"""Material in columns: the same as from rows all at once, in a tenth of the memory."""

import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from proxy.demo import generate
from proxy.report.facts import LoopState, TempBasal
from proxy.report.material import read_material
from proxy.report.packed import PackedStates, PackedTemps
from proxy.report.packing import read_packed
from proxy.report.summary import summarise
from tests.living import NOW
from tests.report.papers import START, ZONE

STATES = (
    LoopState(3, "openaps", 2, suggested=True, pump="A"),
    LoopState(1, "loop", None, failed=True, override=False),
    LoopState(3, "", 10**30, suspended=True, override=True, pump="B"),
    LoopState(2, suspended=False),
)
TEMPS = (
    TempBasal(5, 5),
    TempBasal(1, 9, 0.0),
    TempBasal(1, 4, None, -40.0),
    TempBasal(2, 10**30, None, None, 0.25),
)


def rows() -> Any:
    site = generate("tests", NOW, days=9)
    return {
        "entries": iter(site.collections["entries"]),
        "treatments": iter(site.collections["treatments"]),
        "devicestatus": iter(list(site.devicestatus(site.since, site.until))),
        "profiles": iter(site.collections["profile"]),
    }


def test_what_is_packed_comes_out_as_it_went_in() -> None:
    states, temps = PackedStates(), PackedTemps()
    states.extend(STATES)
    temps.extend(TEMPS)
    assert [one.at_ms for one in states] == [3, 1, 3, 2]
    assert [states[0], states[1], states[3]] == [STATES[0], STATES[1], STATES[3]]
    assert list(temps)[:3] == list(TEMPS[:3])
    assert (len(states), len(temps), list(states[1:2]), list(temps[1:3])) == (
        4,
        4,
        [STATES[1]],
        list(TEMPS[1:3]),
    )
    assert temps[3].amount == 0.25


def test_what_no_column_can_hold_is_late_and_no_fault() -> None:
    states, temps = PackedStates(), PackedTemps()
    states.extend(STATES)
    temps.extend(TEMPS)
    enacted, end = states[2].enacted_ms, temps[3].end_ms
    assert enacted is not None
    assert min(enacted, end) > NOW * 1000


def test_they_are_put_in_order_as_a_list_would_be() -> None:
    states, temps = PackedStates(), PackedTemps()
    states.extend(one for one in STATES if one.enacted_ms != 10**30)
    temps.extend(TEMPS[:3])
    expected = sorted((one for one in STATES if one.enacted_ms != 10**30), key=lambda one: one.at_ms)
    assert list(states.in_order()) == expected
    assert list(temps.in_order()) == sorted(TEMPS[:3], key=lambda one: (one.start_ms, one.end_ms))


def test_the_same_rows_make_the_same_material_and_the_same_summary() -> None:
    whole, packed = read_material(**rows()), read_packed(**rows())
    assert len(whole.loop_states) > 1000
    assert len(whole.temp_basals) > 100
    assert list(packed.loop_states) == list(whole.loop_states)
    assert list(packed.temp_basals) == list(whole.temp_basals)
    for name in ("readings", "doses", "carbs", "events", "therapies", "switches", "mode_changes"):
        assert getattr(packed, name) == getattr(whole, name), name
    made = [summarise(one, start_ms=START, end_ms=NOW, zone=ZONE, now_ms=NOW) for one in (whole, packed)]
    assert made[0] == made[1]


@pytest.mark.parametrize("of", [PackedStates(), PackedTemps()])
def test_of_nothing_there_is_nothing(of: PackedStates | PackedTemps) -> None:
    assert (len(of), list(of), list(of.in_order())) == (0, [], [])


def held_of(days: int) -> tuple[int, int]:
    """Read a loop of so many days; give how many states and temp basals there are, and the bytes that are held of them."""
    step, start = 300_000, NOW - days * 86_400_000

    def states() -> Iterator[dict[str, Any]]:
        for at in range(start, NOW, step):
            yield {"date": at, "openaps": {"enacted": {"timestamp": at - 1000}, "suggested": {"bg": 100}}}

    def temps() -> Iterator[dict[str, Any]]:
        for at in range(start, NOW, step):
            yield {"eventType": "Temp Basal", "date": at, "duration": 30, "rate": at % 7 / 10}

    tracemalloc.start()
    try:
        material = read_packed(devicestatus=states(), treatments=temps())
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return len(material.loop_states) + len(material.temp_basals), held


def test_of_a_year_of_a_loop_columns_are_held_and_no_objects() -> None:
    held_of(1)  # what is loaded at first use is none of it
    (rows, held), (more_rows, more_held) = held_of(3), held_of(12)
    # 20 and 40 bytes; while a column grows, some more. As objects, 170 each.
    assert more_rows - rows == 9 * 288 * 2
    assert (more_held - held) / (more_rows - rows) < 60
