"""Figures from readings: bgnow, delta, buckets, rawbg, direction, ar2."""

from typing import Any

from proxy.demo.latest import Latest
from proxy.demo.moment import MINUTE, SLOT

Row = dict[str, Any]
_ARROWS = {
    "DoubleUp": ("⇈", "&#8648;"),
    "SingleUp": ("↑", "&#8593;"),
    "FortyFiveUp": ("↗", "&#8599;"),
    "Flat": ("→", "&#8594;"),
    "FortyFiveDown": ("↘", "&#8600;"),
    "SingleDown": ("↓", "&#8595;"),
    "DoubleDown": ("⇊", "&#8650;"),
}
_NOISE = {1: "Clean", 2: "Light", 3: "Medium", 4: "Heavy"}
_PLACE = ("index", "fromMills", "toMills")


def glucose_figures(latest: Latest) -> Row:
    """Figures by name, each as ``/api/v2/properties`` gives it; none without a reading."""
    if not latest.sgvs:
        return {}
    buckets = [_bucket(latest.sgvs, number) for number in range(4)]
    filled = [bucket for bucket in buckets if bucket["sgvs"]]
    now = {name: value for name, value in filled[0].items() if name not in _PLACE}
    figures = {"bgnow": now, "delta": _delta(filled), "buckets": buckets, "rawbg": _raw(latest)}
    return figures | {"direction": _direction(latest.sgvs[0]), "ar2": _forecast(latest)}


def _bucket(sgvs: list[Row], number: int) -> Row:
    since = sgvs[0]["mills"] - SLOT // 2 - number * SLOT
    inside = [row for row in sgvs if since < row["mills"] <= since + SLOT]
    place = {"index": number, "fromMills": since, "toMills": since + SLOT, "sgvs": inside}
    valid = [row["mgdl"] for row in inside if row["mgdl"] > 39]
    if not inside:
        return place | {"isEmpty": True}
    if not valid:
        return place | {"mills": inside[0]["mills"], "errors": inside}
    return {"mean": sum(valid) / len(valid), "last": valid[0], "mills": inside[0]["mills"]} | place


def _delta(filled: list[Row]) -> Row | None:
    measured = [bucket for bucket in filled if "mean" in bucket]
    if len(measured) < 2:
        return None
    recent, previous = measured[0], measured[1]
    minutes = (recent["mills"] - previous["mills"]) / MINUTE
    interpolated = minutes > 9
    absolute = recent["last"] - previous["last"]
    change = round(absolute / minutes * 5) if interpolated else round(recent["mean"] - previous["mean"])
    return {
        "absolute": absolute,
        "elapsedMins": minutes,
        "interpolated": interpolated,
        "mean5MinsAgo": recent["mean"] - change,
        "times": {"recent": recent["mills"], "previous": previous["mills"]},
        "mgdl": change,
        "scaled": change,
        "display": f"{change:+d}",
        "previous": {name: value for name, value in previous.items() if name not in _PLACE},
    }


def _raw(latest: Latest) -> Row:
    sgv = latest.sgvs[0]
    if not latest.cals or "unfiltered" not in sgv:
        return {}
    cal = latest.cals[0]
    raw = round(cal["scale"] * (sgv["unfiltered"] - cal["intercept"]) / cal["slope"])
    label = _NOISE.get(sgv.get("noise", 0), "---")
    return {
        "mgdl": raw,
        "noiseLabel": label,
        "sgv": sgv,
        "cal": cal,
        "displayLine": f"Raw BG: {raw} mg/dl {label}",
    }


def _direction(sgv: Row) -> Row:
    label, entity = _ARROWS.get(sgv.get("direction", ""), ("-", "&#45;"))
    return {"display": None, "value": sgv.get("direction"), "label": label, "entity": entity}


def _forecast(latest: Latest) -> Row:
    """Nightscout's own forecast for half an hour: here a straight line."""
    newest, before = latest.sgvs[0], latest.sgvs[min(3, len(latest.sgvs) - 1)]
    step = (newest["mgdl"] - before["mgdl"]) / 6
    points = [_point(latest.now, newest["mgdl"] + step * number, number) for number in range(1, 7)]
    line = f"BG 15m: {points[2]['mgdl']} mg/dl"
    return {"forecast": {"predicted": points, "avgLoss": 0.01}, "displayLine": line}


def _point(now: int, value: float, number: int) -> Row:
    value = max(36, min(400, round(value)))
    return {"mills": now + number * SLOT, "mgdl": value, "color": "cyan", "scaled": value}
