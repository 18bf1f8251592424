"""Frames: what Nightscout's pages are sent over the socket, built from filtered rows and from nothing else.

Nightscout's own frames hold figures that its server computed from rows that a view may not show. Ours are made of
the rows that the HTTP doors give, in the shapes that the pages expect (Nightscout 15.0.7: data/dataloader.js,
data/calcdelta.js, client/receiveddata.js).
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import msgspec

from proxy.core.lens import Dated
from proxy.live.packets import event
from proxy.live.parcel import Parcel

NOT_SHARED: Final = "not shared"
"""Stands where the pages look for a device's name: the hole is labelled, in tooltips too."""
_NAMELESS: Final = {False: b"", True: b',"profile":"' + NOT_SHARED.encode() + b'"'}
STATUSES: Final = ("uploader", "pump", "openaps", "loop", "xdripjs")
_STATUSES_AT_FIRST: Final = 10
_READING: Final = ("direction", "filtered", "unfiltered", "noise", "rssi")
_CALIBRATION: Final = ("scale", "intercept", "slope")
_MINUTE: Final = 60_000
_NEAR: Final = 15 * _MINUTE
_LOWEST: Final = 39
_NO_HEIGHT: Final = 180
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it is sent: its moment in epoch milliseconds, and its JSON."""

    mills: int
    text: bytes
    kinds: tuple[str, ...] = ()
    """Of a device status: what it tells of."""


Lines = Mapping[str, Line]
"""By the row's pseudonymous id, oldest first."""


@dataclass(frozen=True, slots=True)
class State:
    """Everything that one view shows at one moment."""

    lines: Mapping[str, Lines]
    """By their name in a frame: sgvs, mbgs, cals, treatments, devicestatus."""
    profiles: bytes
    floors: Mapping[str, int]
    """From when on rows are kept, by name in a frame; older ones age out, and nothing is said of that."""
    lasting: frozenset[str]
    """Ids of older treatments that still count: the last site change and the like."""


@dataclass(frozen=True)
class Frame:
    """One event, ready to be sent, and how many rows it holds."""

    door: str
    text: str
    rows: int
    what: str
    """What it brings, for the record."""

    @cached_property
    def parcel(self) -> Parcel:
        """Give it as it goes out, made ready once for all who receive it."""
        return Parcel("4" + self.text)

    @property
    def bytes(self) -> int:
        """Count its bytes, for the record."""
        return len(self.parcel.body) - 1


class Curve:
    """The shown readings, to place treatments on (Nightscout 15.0.7: data/treatmenttocurve.js)."""

    def __init__(self, rows: Sequence[Dated]) -> None:
        shown = [
            (at, sgv) for at, row in reversed(rows) if (sgv := getattr(row, "sgv", None)) and sgv >= _LOWEST
        ]
        self._moments = [at for at, _ in shown]
        self._values = [sgv for _, sgv in shown]

    def height(self, at: int) -> int:
        """Give the last reading of the quarter of an hour before; Nightscout's 180 where there is none."""
        index = bisect_right(self._moments, at) - 1
        near = index >= 0 and at - self._moments[index] <= _NEAR
        return round(self._values[index]) if near else _NO_HEIGHT


def entry_lines(rows: Sequence[Dated]) -> dict[str, dict[str, Line]]:
    """Write entries as readings, meter values and calibrations; `rows` newest first."""
    found: dict[str, dict[str, Line]] = {"sgvs": {}, "mbgs": {}, "cals": {}}
    for at, row in reversed(rows):
        shape = _entry(at, row)
        if shape is not None:
            name, fields = shape
            _put(found[name], at, _encode(fields), getattr(row, "_id", None))
    return found


def _entry(at: int, row: Any) -> tuple[str, dict[str, Any]] | None:
    known = {"_id": getattr(row, "_id", None), "mills": at}
    device = {"device": getattr(row, "device", None) or NOT_SHARED}
    if (mbg := getattr(row, "mbg", None)) is not None:
        return "mbgs", {**known, "mgdl": mbg, **device, "type": "mbg"}
    if (sgv := getattr(row, "sgv", None)) is not None:
        return "sgvs", {**known, "mgdl": sgv, **device, **_held(row, _READING), "type": "sgv"}
    if row.type == "cal":
        return "cals", {**known, **_held(row, _CALIBRATION), "type": "cal"}
    return None


def _held(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(row, name, None)) is not None}


def treatment_lines(rows: Iterable[Dated], curve: Curve) -> dict[str, Line]:
    """Write treatments, with what the pages need to draw them: two moments, and their height on the curve.

    The moments come from the row's own date and duration, the height from the shown reading before it.
    """
    found: dict[str, Line] = {}
    for at, row in sorted(rows, key=_moment):
        if row.eventType == "Temporary Target" and getattr(row, "targetTop", None) is None:
            continue  # the pages draw it at its target, and without one at nowhere
        row.mills, row.endmills = at, _end(at, row)
        text = (
            _encode(row)[:-1]
            + b',"mgdl":'
            + str(curve.height(at)).encode()
            + _NAMELESS[_is_nameless(row)]
            + b"}"
        )
        _put(found, at, text, row._id)  # noqa: SLF001 - Nightscout's name for it
    return found


def _is_nameless(row: Any) -> bool:
    """Tell a change of profiles whose name the policy leaves out: the pages would print it as program text."""
    return row.eventType == "Profile Switch" and not hasattr(row, "profile")


def _end(at: int, row: Any) -> int | None:
    minutes: float | None = row.duration
    lasts: int | None = row.durationInMilliseconds
    if minutes is not None:
        return at + round(minutes * _MINUTE)
    return at + lasts if lasts else None


def status_lines(rows: Sequence[Dated]) -> dict[str, Line]:
    """Write device status, `rows` newest first."""
    found: dict[str, Line] = {}
    for at, row in reversed(rows):
        row.mills = at
        text = _encode(row)
        if getattr(row, "device", None) is None:
            text = text[:-1] + b',"device":"' + NOT_SHARED.encode() + b'"}'
        kinds = tuple(name for name in STATUSES if getattr(row, name, None) is not None)
        found[row._id] = Line(at, text, kinds)  # noqa: SLF001 - Nightscout's name for it
    return found


def _recent(lines: Lines) -> list[Line]:
    """Give the newest ten device statuses of each visible kind, oldest first."""
    left = dict.fromkeys(STATUSES, _STATUSES_AT_FIRST)
    found: list[Line] = []
    for line in reversed(list(lines.values())):
        kinds = [name for name in line.kinds if left[name]]
        for name in kinds:
            left[name] -= 1
        if kinds:
            found.append(line)
    return found[::-1]


def _put(lines: dict[str, Line], at: int, text: bytes, row_id: str | None) -> None:
    lines[row_id or text.decode()] = Line(at, text)


def _moment(pair: Dated) -> int:
    return pair[0]


def full(state: State) -> Frame:
    """Give the frame that a client starts from."""
    parts = {name: list(lines.values()) for name, lines in state.lines.items()}
    parts["devicestatus"] = _recent(state.lines["devicestatus"])
    arrays = {name: _array(parts[name]) for name in ("devicestatus", "sgvs", "cals")}
    arrays |= {"profiles": state.profiles, "mbgs": _array(parts["mbgs"]), "food": b"[]"}
    arrays["treatments"] = _array(parts["treatments"])
    return _update(arrays, sum(map(len, parts.values())), "live, anew")


def retro(state: State) -> Frame:
    """Give all device status that is kept."""
    lines = state.lines["devicestatus"].values()
    body = b'{"devicestatus":' + _array(lines) + b"}"
    return Frame("socket /retroUpdate", event("retroUpdate", body), len(lines), "live, a day of status")


def delta(before: State, now: State) -> Frame | None:
    """Give the frame of what differs in what is visible; None if nothing does.

    The pages can forget a treatment when told to. Any other row they only forget with a full frame.
    """
    if any(_gone(before, now, name) for name in now.lines if name != "treatments"):
        return full(now)
    changed = {
        name: _changed(before.lines[name], lines) for name, lines in now.lines.items() if name != "treatments"
    }
    changed["treatments"] = _changed_treatments(before.lines["treatments"], now.lines["treatments"])
    changed["treatments"] += [_removal(key, line) for key, line in _gone(before, now, "treatments").items()]
    if changed["cals"]:
        changed["cals"] = list(now.lines["cals"].values())  # the pages replace these as a whole
    arrays = {name: _array(lines) for name, lines in changed.items() if lines}
    if now.profiles != before.profiles:
        arrays["profiles"] = now.profiles
    if not arrays:
        return None
    known = {"delta": b"true", "lastUpdated": str(_newest(now)).encode()}
    return _update({**known, **arrays}, sum(map(len, changed.values())), "live, changes")


def _changed(before: Lines, now: Lines) -> list[Line]:
    return [line for key, line in now.items() if before.get(key) != line]


def _changed_treatments(before: Lines, now: Lines) -> list[Line]:
    """List new treatments as they are, and those that the client knows otherwise as updates."""
    return [_updated(line) if key in before else line for key, line in now.items() if before.get(key) != line]


def _updated(line: Line) -> Line:
    return Line(line.mills, line.text[:-1] + b',"action":"update"}')


def _gone(before: State, now: State, name: str) -> dict[str, Line]:
    """Give the lines that were sent and are no more, but for those that merely grew old."""
    floor, kept = now.floors[name], now.lines[name]
    return {
        key: line
        for key, line in before.lines[name].items()
        if key not in kept and (line.mills >= floor or key in before.lasting)
    }


def onward(before: State, near: State, since: Mapping[str, int]) -> State | None:
    """Give the state that follows when only what is newer than `since` (by name) was read anew.

    None if something of that time is there no more: then all must be read, to tell what was removed from what was
    moved. `near` holds no settings and no lasting rows.
    """
    if any(
        line.mills >= since[name] and key not in near.lines[name]
        for name, lines in before.lines.items()
        for key, line in lines.items()
    ):
        return None
    lines = {name: _kept(before, near, name) | dict(near.lines[name]) for name in before.lines}
    return replace(before, lines=lines, floors=near.floors)


def _kept(before: State, near: State, name: str) -> dict[str, Line]:
    floor, newer = near.floors[name], near.lines[name]
    return {
        key: line
        for key, line in before.lines[name].items()
        if key not in newer and (line.mills >= floor or key in before.lasting)
    }


def _removal(key: str, line: Line) -> Line:
    return Line(line.mills, _encode({"_id": key, "mills": line.mills, "action": "remove"}))


def _newest(state: State) -> int:
    return max((line.mills for lines in state.lines.values() for line in lines.values()), default=0)


def _array(lines: Iterable[Line]) -> bytes:
    return b"[" + b",".join(line.text for line in lines) + b"]"


def _update(arrays: Mapping[str, bytes], rows: int, what: str) -> Frame:
    body = b",".join(f'"{name}":'.encode() + text for name, text in arrays.items())
    return Frame("socket /dataUpdate", event("dataUpdate", b"{" + body + b"}"), rows, what)
