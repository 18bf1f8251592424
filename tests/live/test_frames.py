"""Frames as pure data: what differs is told, and nothing else."""

from dataclasses import replace
from typing import Any

import msgspec

from proxy.live.frames import Line, State, delta, full, onward, retro

FLOOR = 1_000


def line(at: int, **fields: Any) -> Line:
    return Line(at, msgspec.json.encode({"mills": at, **fields}))


def state(**lines: dict[str, Line]) -> State:
    names = ("sgvs", "mbgs", "cals", "treatments", "devicestatus")
    return State(
        lines={name: lines.get(name, {}) for name in names},
        profiles=b"[]",
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


SINCE = dict.fromkeys(("sgvs", "mbgs", "cals", "treatments", "devicestatus"), 5_000)


def test_a_first_frame_holds_the_newest_ten_statuses_of_each_kind() -> None:
    kinds = {n: ("loop",) if n % 3 else ("pump", "uploader") for n in range(40)} | {40: ()}
    shown = {str(n): replace(line(2000 + n), kinds=each) for n, each in kinds.items()}
    told = [row["mills"] - 2000 for row in body(full(state(devicestatus=shown)))["devicestatus"]]
    loops, others = [n for n in range(40) if n % 3][-10:], [n for n in range(40) if n % 3 == 0][-10:]
    assert told == sorted(loops + others)


def test_news_are_put_behind_what_was_there_and_what_grew_old_is_left_out() -> None:
    before = state(sgvs={"old": line(999), "a": line(2000), "b": line(6000)})
    near = state(sgvs={"b": line(6000, n=1), "c": line(7000)})
    now = onward(before, near, SINCE)
    assert now is not None
    assert list(now.lines["sgvs"].items()) == [
        ("a", line(2000)),
        ("b", line(6000, n=1)),
        ("c", line(7000)),
    ]


def test_news_keep_settings_and_treatments_that_still_count() -> None:
    before = replace(state(treatments={"t": line(10)}), lasting=frozenset({"t"}), profiles=b"[1]")
    now = onward(before, state(treatments={"u": line(6000)}), SINCE)
    assert now is not None
    assert (now.profiles, now.lasting) == (before.profiles, before.lasting)
    assert list(now.lines["treatments"]) == ["t", "u"]


def test_what_is_missing_among_the_news_needs_all_to_be_read() -> None:
    before = state(treatments={"t": line(6000)})
    assert onward(before, state(), SINCE) is None
    assert onward(state(treatments={"t": line(4000)}), state(), SINCE) is not None
