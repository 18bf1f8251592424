"""What the live feed carries: everything of two days at first, then what came. Shapes as Nightscout 15 sends them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from proxy.demo.feed import Arrived
from proxy.demo.latest import calibration, latest, reading, runtime, status
from proxy.demo.moment import DAY, iso, moment_of
from proxy.demo.site import Site
from proxy.demo.status import status as told

Row = dict[str, Any]
_TYPES: Final = ("uploader", "pump", "openaps", "loop", "xdripjs")
_STATUSES_OF_EACH: Final = 10
_QUARTER: Final = 900_000
_NO_HEIGHT: Final = 180
_LASTING: Final = (
    "Sensor Start",
    "Sensor Change",
    "Sensor Stop",
    "Site Change",
    "Insulin Change",
    "Pump Battery Change",
)
_VERSION_NUMBER: Final = 150007
_SIZES: Final = {"dataSize": 44_296_200, "indexSize": 6_644_430}
_PUSH_KEYS: Final = {
    "apnsKeyId": "CANARY-SECRET-apns-key-id",
    "apnsKey": "CANARY-SECRET-apns-key",
    "developerTeamId": "CANARY-SECRET-team",
}


def full(site: Site, now: int) -> Row:
    """Give the first `dataUpdate` of a client."""
    known = latest(site, now)
    sgvs = known.sgvs[::-1]
    entries = [row for row in site.collections["entries"] if now - 2 * DAY <= _date(row) <= now]
    return {
        "devicestatus": _recent(retro(site, now)["devicestatus"]),
        "sgvs": [{name: value for name, value in row.items() if name != "scaled"} for row in sgvs],
        "cals": known.cals[::-1],
        "profiles": [known.profile] if known.profile else [],
        "mbgs": _meters(entries),
        "food": site.collections["food"],
        "treatments": _placed(_counting(known.treatments, now)[::-1], sgvs),
        "dbstats": _SIZES,
    }


def delta(site: Site, arrived: Arrived) -> Row | None:
    """Give the `dataUpdate` of what came; None if it is of nothing that is sent."""
    entries = arrived.get("entries", [])
    readings = [row for row in entries if row.get("type") == "sgv" and "sgv" in row]
    changes = {
        "sgvs": [reading(row) for row in readings],
        "mbgs": _meters(entries),
        "cals": [calibration(row) for row in entries if row.get("type") == "cal"],
        "treatments": _placed(
            [row | runtime(row) for row in arrived.get("treatments", [])], _last_readings(site)
        ),
        "devicestatus": [status(row) for row in arrived.get("devicestatus", [])],
        "profiles": _newest_profile(site) if "profile" in arrived else [],
    }
    filled = {name: rows for name, rows in changes.items() if rows}
    return {"delta": True, "lastUpdated": site.until, **filled} if filled else None


def retro(site: Site, now: int) -> Row:
    """Give `retroUpdate`: the device status of a day, oldest first."""
    rows = [status(row) for row in site.devicestatus(now - DAY, now)]
    return {"devicestatus": rows[::-1]}


def whole_status(site: Site, now: int) -> Row:
    """Give the status that `authorize` with ``status: true`` asks for, which keeps nothing back."""
    shown = told(site.settings | {"customTitle": site.title}, now_ms=now, authorized=None)
    shown["extendedSettings"]["loop"] = dict(_PUSH_KEYS)
    profiles = _newest_profile(site)
    kept = ("status", "name", "version", "careportalEnabled", "boluscalcEnabled", "settings")
    return {
        **{name: shown[name] for name in kept},
        "versionNum": _VERSION_NUMBER,
        "serverTime": iso(now),
        "extendedSettings": shown["extendedSettings"],
        **({"activeProfile": profiles[0]["defaultProfile"]} if profiles else {}),
    }


def _date(row: Mapping[str, Any]) -> int:
    return moment_of(row.get("date")) or 0


def _meters(entries: Iterable[Row]) -> list[Row]:
    return [
        {
            "_id": row["_id"],
            "mgdl": row["mbg"],
            "mills": row["date"],
            "device": row["device"],
            "type": "mbg",
        }
        for row in entries
        if row.get("type") == "mbg"
    ]


def _recent(rows: list[Row]) -> list[Row]:
    """Of every device, the newest ten of each kind of status."""
    kept: dict[str, Row] = {}
    seen: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in reversed(rows):
        for kind in _TYPES:
            device = str(row.get("device"))
            if kind in row and seen[device, kind] < _STATUSES_OF_EACH:
                seen[device, kind] += 1
                kept[row["_id"]] = row
    return list(kept.values())[::-1]


def _counting(treatments: list[Row], now: int) -> list[Row]:
    """Two days and a half of treatments (newest first), and the last of those that go on counting."""
    floor, left = now - 60 * 3_600_000, set(_LASTING)
    kept = []
    for row in treatments:
        event = row.get("eventType")
        if row["mills"] >= floor or event in left:
            kept.append(row)
            left.discard(str(event))
    return kept


def _placed(treatments: list[Row], sgvs: list[Row]) -> list[Row]:
    """Put treatments at their height on the curve; `sgvs` oldest first."""
    return [row | {"mgdl": _height(row["mills"], sgvs)} for row in treatments]


def _height(at: int, sgvs: list[Row]) -> int:
    near = (row["mgdl"] for row in reversed(sgvs) if row["mills"] <= at and row["mgdl"] > 39)
    return int(next(near, _NO_HEIGHT))


def _last_readings(site: Site) -> list[Row]:
    floor = site.until - _QUARTER
    rows = [row for row in site.collections["entries"] if "sgv" in row and _date(row) >= floor]
    return sorted(map(reading, rows), key=lambda row: int(row["mills"]))


def _newest_profile(site: Site) -> list[Row]:
    rows = sorted(site.collections["profile"], key=lambda row: str(row.get("startDate", "")))
    return rows[-1:]
