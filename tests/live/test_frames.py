"""Frames as pure data: what differs is told, and nothing else."""

from dataclasses import replace
from typing import Any

import msgspec

from proxy.live.frames import Line, State, delta, full, retro

FLOOR = 1_000


def line(at: int, **fields: Any) -> Line:
    return Line(at, msgspec.json.encode({"mills": at, **fields}))


def state(**lines: dict[str, Line]) -> State:
    names = ("sgvs", "mbgs", "cals", "treatments", "devicestatus")
    return State(
        lines={name: lines.get(name, {}) for name in names},
        profiles=b"[]",
        recent=(),
        floors=dict.fromkeys(names, FLOOR),
        lasting=frozenset(),
    )


def body(frame: Any) -> Any:
    assert frame.text.startswith('2["')
    return msgspec.json.decode(frame.text[1:])[1]


def test_no_visible_change_is_no_frame() -> None:
    assert delta(state(sgvs={"a": line(2000)}), state(sgvs={"a": line(2000)})) is None


def test_a_new_row_is_told_with_the_newest_moment() -> None:
    frame = delta(state(sgvs={"a": line(2000)}), state(sgvs={"a": line(2000), "b": line(3000)}))
    assert frame is not None
    assert body(frame) == {"delta": True, "lastUpdated": 3000, "sgvs": [{"mills": 3000}]}
    assert frame.rows == 1


def test_changed_treatments_are_updates_and_changed_readings_are_not() -> None:
    before = state(sgvs={"a": line(2000)}, treatments={"t": line(2000)})
    frame = delta(before, state(sgvs={"a": line(2000, n=1)}, treatments={"t": line(2000, n=1)}))
    assert body(frame)["sgvs"] == [{"mills": 2000, "n": 1}]
    assert body(frame)["treatments"] == [{"mills": 2000, "n": 1, "action": "update"}]


def test_a_treatment_that_is_gone_is_removed() -> None:
    frame = delta(state(treatments={"t": line(2000, notes="x")}), state())
    assert body(frame)["treatments"] == [{"_id": "t", "mills": 2000, "action": "remove"}]


def test_a_row_that_merely_grew_old_is_not_spoken_of() -> None:
    assert delta(state(treatments={"t": line(999)}, sgvs={"a": line(999)}), state()) is None


def test_an_old_row_that_still_counted_is_removed() -> None:
    before = replace(state(treatments={"t": line(10)}), lasting=frozenset({"t"}))
    assert body(delta(before, state()))["treatments"][0]["action"] == "remove"


def test_a_reading_that_is_gone_needs_a_full_frame() -> None:
    frame = delta(state(sgvs={"a": line(2000), "b": line(3000)}), state(sgvs={"b": line(3000)}))
    assert frame == full(state(sgvs={"b": line(3000)}))
    assert body(frame)["food"] == []
    assert "delta" not in body(frame)


def test_calibrations_are_told_as_a_whole_since_the_pages_replace_them() -> None:
    frame = delta(state(cals={"a": line(2000)}), state(cals={"a": line(2000), "b": line(3000)}))
    assert body(frame)["cals"] == [{"mills": 2000}, {"mills": 3000}]


def test_other_settings_are_told() -> None:
    frame = delta(state(), replace(state(), profiles=b'[{"x":1}]'))
    assert body(frame) == {"delta": True, "lastUpdated": 0, "profiles": [{"x": 1}]}


def test_retro_is_device_status_alone() -> None:
    frame = retro(state(devicestatus={"a": line(2000)}, sgvs={"b": line(1)}))
    assert (frame.door, body(frame), frame.rows) == (
        "socket /retroUpdate",
        {"devicestatus": [{"mills": 2000}]},
        1,
    )
