"""Figures from device status: iob, cob, pump, openaps, loop, sensorState, upbat."""

from typing import Any

from proxy.demo.latest import Latest
from proxy.demo.moment import HOUR, MINUTE, iso, parse_iso

Row = dict[str, Any]
_DIA = 6 * HOUR
_ENACTED = {"symbol": "⌁", "code": "enacted", "label": "Enacted"}
_LEVELS = ((75, 100), (50, 75), (25, 50))


def loop_figures(latest: Latest) -> Row:
    """Figures by name, each as ``/api/v2/properties`` gives it; a recent status counts before treatments."""
    return {
        "upbat": _batteries(latest),
        "iob": _insulin(latest),
        "cob": _carbs(latest),
        "pump": _pump(latest),
        "openaps": _openaps(latest),
        "sensorState": _sensor(latest),
        "loop": _loop(latest),
    }


def _insulin(latest: Latest) -> Row:
    given = latest.doses("insulin", _DIA / HOUR)
    left = round(sum(row["insulin"] * (1 - (latest.now - row["mills"]) / _DIA) for row in given), 3)
    told = _told_insulin(latest)
    if told:
        told |= {"treatmentIob": left} if left else {}
    elif latest.treatments:
        told = {
            "iob": left,
            "activity": round(left / 90, 4),
            "lastBolus": given[0] if given else None,
            "source": "Care Portal",
        }
    else:
        return {}
    return told | {"display": f"{told['iob']:.2f}", "displayLine": f"IOB: {told['iob']:.2f}U"}


def _told_insulin(latest: Latest) -> Row:
    """By Loop if it spoke within half an hour, else by whoever did."""
    for row in latest.statuses_with("loop", 0.5):
        if row["loop"].get("iob"):
            said = row["loop"]["iob"]
            return {
                "iob": said["iob"],
                "source": "Loop",
                "device": row["device"],
                "mills": parse_iso(said["timestamp"]),
            }
    for row in latest.statuses_with("openaps", 0.5):
        said = row["openaps"].get("iob")
        if said:
            known = {name: said[name] for name in ("iob", "basaliob", "activity") if name in said}
            return known | {"source": "OpenAPS", "device": row["device"], "mills": parse_iso(said["time"])}
    return {}


def _carbs(latest: Latest) -> Row:
    if latest.setting("sens") is None or latest.setting("carbratio") is None:
        return {}
    told = _told_carbs(latest)
    if not told:
        figures = _carbs_of_treatments(latest)
        told = figures | {"source": "Care Portal", "treatmentCOB": dict(figures)}
    shown = round(told["cob"], 1)
    return told | {"display": shown, "displayLine": f"COB: {shown:g}g"}


def _told_carbs(latest: Latest) -> Row:
    found = []
    for row in latest.statuses_with("loop", 1 / 6):
        if row["loop"].get("cob"):
            said = row["loop"]["cob"]
            found.append(
                {
                    "cob": said["cob"],
                    "source": "Loop",
                    "device": row["device"],
                    "mills": parse_iso(said["timestamp"]),
                }
            )
    for row in latest.statuses_with("openaps", 1 / 6):
        said = row["openaps"].get("enacted") or row["openaps"].get("suggested")
        if said and "COB" in said:
            found.append(
                {
                    "cob": said["COB"],
                    "source": "OpenAPS",
                    "device": row["device"],
                    "mills": parse_iso(said["timestamp"]),
                }
            )
    return max(found, key=lambda row: row["mills"], default={})


def _carbs_of_treatments(latest: Latest) -> Row:
    eaten = latest.doses("carbs", 3)
    left = sum(max(0, row["carbs"] - 20 * (latest.now - row["mills"]) / HOUR) for row in eaten)
    figures: Row = {
        "decayedBy": iso(latest.now + HOUR),
        "isDecaying": int(left > 0),
        "carbs_hr": latest.store.get("carbs_hr"),
    }
    return figures | {"rawCarbImpact": 0, "cob": left, "lastCarbs": eaten[0] if eaten else None}


def _pump(latest: Latest) -> Row:
    rows = latest.statuses_with("pump", 2)
    if not rows:
        return {"data": {"level": -3, "title": "Pump Status"}}
    # Two uploaders may tell the same clock: the one that spoke first is taken.
    row = max(reversed(rows), key=lambda row: str(row["pump"].get("clock", "")))
    pump = row["pump"]
    data: Row = {"level": -3, "clock": _part(pump.get("clock"), "Last Clock", "4m ago")}
    data["reservoir"] = _part(pump.get("reservoir"), "Reservoir", f"{pump.get('reservoir')}U")
    data |= {"reservoir_display_override": None, "reservoir_level_override": None}
    data |= {name: pump[name] for name in ("manufacturer", "model", "extended") if name in pump}
    if isinstance(pump.get("status"), dict):
        data["status"] = {
            "value": pump["status"]["status"],
            "display": pump["status"]["status"],
            "label": "Status",
        }
    if "battery" in pump:
        percent = pump["battery"]["percent"]
        data["battery"] = _part(percent, "Battery", f"{percent}%") | {"unit": "percent"}
    data |= {"device": {"label": "Device", "display": row["device"]}, "title": "Pump Status"}
    return _with_uploader(row) | {"clockMills": parse_iso(pump["clock"]), "data": data}


def _part(value: Any, label: str, display: str) -> Row:
    return {"value": value, "label": label, "display": display, "level": -3}


def _with_uploader(row: Row) -> Row:
    """As the server turns the old ``uploaderBattery`` into an uploader."""
    if "uploaderBattery" not in row:
        return row
    kept = {name: value for name, value in row.items() if name != "uploaderBattery"}
    return kept | {"uploader": _battery({"battery": row["uploaderBattery"]})}


def _battery(uploader: Row) -> Row:
    percent = uploader["battery"]
    level = next((name for floor, name in _LEVELS if percent > floor), 25)
    return uploader | {"value": percent, "display": f"{percent}%", "level": level}


def _batteries(latest: Latest) -> Row:
    rows = [_with_uploader(row) for row in latest.statuses if row["mills"] > latest.now - 30 * MINUTE]
    rows = [row for row in rows if "battery" in row.get("uploader", {})]
    if not rows:
        return {"level": None, "display": "?%"}
    devices: Row = {}
    for row in rows:
        device = devices.setdefault(row["device"], _device(row["device"]) | {"statuses": []})
        kept = {name: row[name] for name in ("created_at", "mills", "_id")}
        device["statuses"].append({"uploader": _battery(row["uploader"]), **kept})
    for device in devices.values():
        device["min"] = min(
            (said["uploader"] for said in device["statuses"]), key=lambda said: int(said["battery"])
        )
    low = min((device["min"] for device in devices.values()), key=lambda said: int(said["battery"]))
    return {
        "level": low["level"],
        "display": low["display"],
        "status": "current",
        "devices": devices,
        "min": low,
    }


def _device(uri: str) -> Row:
    scheme, _, name = uri.partition("://")
    return {"name": uri if scheme == "loop" else name, "uri": uri}


def _openaps(latest: Latest) -> Row:
    rows = latest.statuses_with("openaps", 6)
    if not rows:
        return {"seenDevices": {}, "lastEnacted": None, "lastNotEnacted": None, "lastSuggested": None}
    last = rows[0]["openaps"]
    suggested, enacted, iob = (last.get(name) for name in ("suggested", "enacted", "iob"))
    seen = {
        row["device"]: _device(row["device"]) | {"status": _ENACTED | {"when": row["created_at"]}}
        for row in rows[:12]
    }
    figures = {
        "seenDevices": seen,
        "lastEnacted": enacted,
        "lastNotEnacted": None,
        "lastSuggested": suggested,
        "lastIOB": iob,
    }
    figures |= {
        "lastMMTune": None,
        "lastPredBGs": suggested and suggested.get("predBGs"),
    }
    figures["lastLoopMoment"] = enacted and enacted["moment"]
    return figures | {"lastEventualBG": suggested and suggested.get("eventualBG"), "status": dict(_ENACTED)}


def _loop(latest: Latest) -> Row:
    rows = latest.statuses_with("loop", 6)
    if not rows:
        return {"lastLoop": None, "display": {"symbol": "⚠", "code": "warning", "label": "Warning"}}
    last = rows[0]
    status = last["loop"]
    return {
        "lastLoop": status,
        "lastEnacted": status.get("enacted"),
        "lastPredicted": status.get("predicted"),
        "lastOkMoment": status["moment"],
        "lastOverride": last.get("override"),
        "display": dict(_ENACTED),
    }


_XDRIPJS = {
    "lastState": "state",
    "lastStateString": "stateString",
    "lastStateStringShort": "stateStringShort",
    "lastSessionStart": "sessionStart",
    "lastTxId": "txId",
    "lastTxStatus": "txStatus",
    "lastTxStatusString": "txStatusString",
    "lastTxStatusStringShort": "txStatusStringShort",
    "lastTxActivation": "txActivation",
    "lastMode": "mode",
    "lastRssi": "rssi",
    "lastUnfiltered": "unfiltered",
    "lastFiltered": "filtered",
    "lastNoise": "noise",
    "lastNoiseString": "noiseString",
    "lastSlope": "slope",
    "lastIntercept": "intercept",
    "lastCalType": "calType",
    "lastCalibrationDate": "lastCalibrationDate",
    "lastBatteryTimestamp": "batteryTimestamp",
    "lastVoltageA": "voltagea",
    "lastVoltageB": "voltageb",
    "lastTemperature": "temperature",
    "lastResistance": "resistance",
}


def _sensor(latest: Latest) -> Row:
    rows = latest.statuses_with("xdripjs", 6)
    if not rows:
        return {"seenDevices": {}, "latest": None, "lastDevice": None}
    last = rows[0]
    seen = {row["device"]: _device(row["device"]) for row in rows}
    said = {name: last["xdripjs"].get(source) for name, source in _XDRIPJS.items()}
    when = {"lastStateTime": iso(last["xdripjs"]["timestamp"]), "level": -3}
    return {"seenDevices": seen, "latest": last, "lastDevice": None} | said | when
