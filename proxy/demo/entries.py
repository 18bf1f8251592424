"""Sensor readings, finger pricks and calibrations, as xDrip, AAPS, Loop and Trio write them."""

from random import Random
from typing import Any

from proxy.demo import canary
from proxy.demo.body import SLOTS, body, glucose
from proxy.demo.moment import DAY, HOUR, MINUTE, SLOT, iso, local, object_id, offset_minutes, unit, uuid_like

Row = dict[str, Any]
SENSOR_DAYS = 10
_TRENDS = (
    (-15, "DoubleDown", 7),
    (-10, "SingleDown", 6),
    (-5, "FortyFiveDown", 5),
    (5, "Flat", 4),
    (10, "FortyFiveUp", 3),
    (15, "SingleUp", 2),
)
_XDRIP = f"xDrip-DexcomG6 {canary.TRANSMITTER}"


def sensor_change(day: int) -> int | None:
    """Epoch ms at which a new sensor goes in, if it does on this day; the warm-up takes two hours."""
    return local(day, 9) if day % SENSOR_DAYS == 3 else None


def entries_of_day(seed: str, day: int) -> list[Row]:
    """All entries of a UTC day, oldest first."""
    rows = [row for slot in range(SLOTS) for row in _readings(seed, day * DAY + slot * SLOT)]
    rows += _fingers(seed, day)
    return sorted(rows, key=lambda row: row["date"])


def reading_between(seed: str, at: int) -> Row:
    """Make what the sensor measures at any moment, between two of its readings: on the straight line from one to the other."""
    value = _between(seed, at)
    return _xdrip(seed, at, value, value - _between(seed, at - SLOT))


def _between(seed: str, at: int) -> float:
    before, after = glucose(seed, at), glucose(seed, at + SLOT)
    return before + (after - before) * (at % SLOT) / SLOT


def second_uploader(day: int) -> str | None:
    """Who else writes the readings that xDrip writes: by the week, on some days of it."""
    return ("AAPS", "Loop", "Trio", None)[day // 7 % 4] if day % 7 < 3 else None


def _is_gap(seed: str, at: int) -> bool:
    changed = sensor_change(at // DAY)
    if changed is not None and changed <= at < changed + 2 * HOUR:
        return True
    if unit(seed, "phone at home", at // DAY) < 0.03 and 10 * HOUR <= at % DAY < 15 * HOUR:
        return True
    return unit(seed, "signal", at // (30 * MINUTE)) < 0.006


def _trend(change: float) -> tuple[str, int]:
    for limit, name, number in _TRENDS:
        if change < limit:
            return name, number
    return "DoubleUp", 1


def _readings(seed: str, at: int) -> list[Row]:
    if _is_gap(seed, at):
        return []
    value = glucose(seed, at)
    change = value - glucose(seed, at - SLOT)
    changed = sensor_change(at // DAY)
    # A sensor that is not ready says so by a code below 39, not by a glucose value.
    if changed is not None and 0 <= at - changed - 2 * HOUR < 2 * SLOT:
        value, change = 10.0, 0.0
    first = _xdrip(seed, at, value, change)
    other = second_uploader(at // DAY)
    return [first, _SECOND[other](seed, at, value, change)] if other else [first]


def _xdrip(seed: str, at: int, value: float, change: float) -> Row:
    time = iso(at)
    name, number = _trend(change)
    raw = round(value * 990) + at // SLOT * 7919 % 4001
    noisy = unit(seed, "noisy", at // HOUR) < 0.05
    return {
        "_id": object_id(seed, at, ("sgv", at)),
        "sysTime": time,
        "type": "sgv",
        "sgv": round(value),
        "date": at,
        "dateString": time,
        "direction": name,
        "noise": 2 if noisy else 1,
        "device": _XDRIP,
        "filtered": raw,
        "unfiltered": round(raw * 1.01),
        "rssi": 100,
        "trend": number,
        "delta": round(change, 2),
        "utcOffset": offset_minutes(at),
    }


def _aaps(seed: str, at: int, value: float, change: float) -> Row:
    return {
        "_id": object_id(seed, at + 4000, ("aaps", at)),
        "app": "AAPS",
        "date": at,
        "utcOffset": offset_minutes(at),
        "device": f"AndroidAPS-DexcomG6 {canary.ANDROID}",
        "identifier": uuid_like(seed, ("sgv", at)),
        "isValid": unit(seed, "struck out", at) >= 0.004,
        "type": "sgv",
        "sgv": round(value),
        "direction": _trend(change)[0],
        "noise": 1,
        "dateString": iso(at),
        "created_at": iso(at),
        "srvCreated": at + 4000,
        "srvModified": at + 4000,
        "subject": canary.SUBJECT,
    }


def _loop(seed: str, at: int, value: float, change: float) -> Row:
    time = at + 2000  # Loop stamps the moment of arrival
    name, number = _trend(change)
    return {
        "_id": object_id(seed, time, ("loop", at)),
        "sysTime": iso(time),
        "type": "sgv",
        "sgv": round(value),
        "date": time,
        "dateString": iso(time),
        "direction": name,
        "trend": number,
        "trendRate": round(change / 5, 1),
        "isCalibration": False,
        "device": f"loop://{canary.IPHONE}",
        "utcOffset": 0,
    }


def _trio(seed: str, at: int, value: float, change: float) -> Row:
    return {
        "_id": object_id(seed, at + 3000, ("trio", at)),
        "identifier": uuid_like(seed, ("trio", at)),
        "sysTime": iso(at + 1000),
        "type": "sgv",
        "sgv": round(value),
        "glucose": round(value),
        "date": at + 1000,
        "dateString": iso(at + 1000),
        "direction": _trend(change)[0],
        "device": "Trio",
        "transmitterID": canary.TRANSMITTER,
        "sessionStartDate": iso(local((at // DAY - 3) // SENSOR_DAYS * SENSOR_DAYS + 3, 9)),
        "utcOffset": 0,
    }


_SECOND = {"AAPS": _aaps, "Loop": _loop, "Trio": _trio}


def _fingers(seed: str, day: int) -> list[Row]:
    rng = Random(f"{seed}-fingers-{day}")
    rows = [_mbg(seed, day * DAY + rng.randrange(DAY), rng.randint(-7, 7)) for _ in range(rng.randint(1, 3))]
    at = local(day, 8)
    common = {"slope": 1000 + rng.randint(-80, 80), "intercept": 9000, "scale": 1}
    rows.append(_stamped(seed, at, "cal", canary.TRANSMITTER) | common)
    return rows


def _mbg(seed: str, at: int, error: int) -> Row:
    at -= at % 1000
    value = round(body(seed, at // DAY).glucose[at % DAY // SLOT]) + error
    return _stamped(seed, at, "mbg", canary.METER) | {"mbg": value}


def _stamped(seed: str, at: int, kind: str, device: str) -> Row:
    return {
        "_id": object_id(seed, at, (kind, at)),
        "sysTime": iso(at),
        "type": kind,
        "date": at,
        "dateString": iso(at),
        "device": device,
        "utcOffset": offset_minutes(at),
    }
