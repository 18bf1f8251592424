"""What uploaders say every five minutes: AAPS (oref), Loop, xdrip-js."""

import math
from typing import Any

from proxy.demo import canary
from proxy.demo.body import SLOTS, body, rate, slope
from proxy.demo.moment import DAY, MINUTE, SLOT, iso, object_id, offset_minutes
from proxy.demo.therapy import basal_at

Row = dict[str, Any]
_FADE = tuple(1 - math.exp(-step / 14) for step in range(42))


def devicestatus_of_day(seed: str, day: int) -> list[Row]:
    """All rows of a UTC day, oldest first: about 430, of 2 kB each."""
    return [row for slot in range(SLOTS) for row in _slot(seed, day * DAY + slot * SLOT)]


def _slot(seed: str, at: int) -> list[Row]:
    number = at // SLOT
    rows = [_aaps(seed, at, number)]
    if number % 3 == 0:
        rows.append(_loop(seed, at, number))
    if number % 6 == 0:
        rows.append(_xdripjs(seed, at))
    return rows


def _figures(seed: str, at: int) -> tuple[float, float, float]:
    day, slot = body(seed, at // DAY), at % DAY // SLOT
    return day.glucose[slot], day.iob[slot], day.cob[slot]


def _prediction(value: float, change: float) -> list[int]:
    return [max(39, round(value + change * fade)) for fade in _FADE]


def _suggested(seed: str, at: int) -> Row:
    value, iob, cob = _figures(seed, at)
    change = slope(seed, at)
    units = rate(seed, at)
    reason = (
        f"COB: {cob}, Dev: {change * 2:.0f}, BGI: {-iob:.1f}, ISF: {canary.ISF[0]}, CR: {canary.CARB_RATIO[0]}, "
        f"Target: {canary.TARGET}, minPredBG {value - 9:.0f}, minGuardBG {value - 12:.0f}; "
        f"Eventual BG {value + 12:.0f} &gt;= {canary.TARGET_LOW}, temp {units}&lt;{units + 0.2:.2f}U/hr. "
    )
    return {
        "temp": "absolute",
        "bg": round(value),
        "tick": f"{change:+.0f}",
        "eventualBG": round(value + 20 - iob * 8),
        "targetBG": canary.TARGET,
        "insulinReq": round(max(0, iob / 9), 2),
        "deliverAt": iso(at + 3000),
        "sensitivityRatio": 1.07,
        "variable_sens": canary.ISF[1],
        "ISF": canary.ISF[0],
        "CR": canary.CARB_RATIO[0],
        "reason": reason,
        "COB": cob,
        "IOB": iob,
        "duration": 30,
        "rate": units,
        "timestamp": iso(at + 4000),
        "predBGs": {
            "IOB": _prediction(value, -6 * iob),
            "ZT": _prediction(value, -14 * iob),
            "COB": _prediction(value, 2 * cob - 5 * iob),
            "UAM": _prediction(value, -4 * iob),
        },
    }


def _aaps(seed: str, at: int, number: int) -> Row:
    suggested = _suggested(seed, at)
    enacted = {key: value for key, value in suggested.items() if key != "predBGs"}
    enacted |= {"received": True, "timestamp": iso(at + 7000)}
    iob, units = suggested["IOB"], suggested["rate"]
    last = {"rate": units, "date": at - SLOT, "duration": 5}
    on_board = {"iob": iob, "basaliob": round(iob / 3, 2), "activity": round(iob / 90, 4), "time": iso(at)}
    row = {
        "_id": object_id(seed, at + 9000, ("aaps", at)),
        "device": f"openaps://{canary.ANDROID}",
        "created_at": iso(at + 9000),
        "date": at + 9000,
        "openaps": {
            "suggested": suggested,
            "enacted": enacted,
            "iob": on_board | {"lastBolusTime": at - 30 * MINUTE, "lastTemp": last},
        },
        "pump": _dash(at, number, units),
        "uploaderBattery": 100 - number % 70,
        "isCharging": False,
        "utcOffset": 0,
    }
    if number % 24 == 0:
        row["configuration"] = _configuration()
    if number % 48 == 0:
        row["preferences"] = {"max_iob": canary.MAX_IOB, "rig_name": canary.RIG, "curve": "rapid-acting"}
    return row


def _dash(at: int, number: int, units: float) -> Row:
    minute = at // MINUTE % 1440 + offset_minutes(at)
    return {
        "manufacturer": "Insulet",
        "model": "OMNIPOD_DASH",
        "pumpID": canary.PUMP_SERIAL,
        "serial": canary.PUMP_SERIAL,
        "clock": iso(at),
        "reservoir": round(180 - at % (3 * DAY) / (3 * DAY) * 150, 1),
        "battery": {"percent": 100 - number // 40 % 80, "voltage": 1.45, "status": "normal"},
        "status": {"status": "normal", "bolusing": False, "suspended": units == 0, "timestamp": iso(at)},
        "extended": {
            "Version": canary.AAPS_BUILD,
            "ActiveProfile": canary.DEFAULT_PROFILE,
            "BaseBasalRate": basal_at(minute % 1440),
            "LastBolus": iso(at - 30 * MINUTE)[:16],
            "LastBolusAmount": 2.7,
            "TempBasalAbsoluteRate": units,
            "TempBasalRemaining": 27,
        },
    }


def _configuration() -> Row:
    """AAPS tells a new client all that it was set to."""
    return {
        "insulin": 5,
        "insulinConfiguration": {"insulin_oref_peak": 55, "dia": canary.DIA},
        "aps": "SMB",
        "apsConfiguration": {"openapsma_max_basal": canary.MAX_BASAL, "openapsmb_max_iob": canary.MAX_IOB},
        "overviewConfiguration": {
            "units": "mg/dl",
            "low_mark": canary.SUSPEND_BELOW,
            "high_mark": 180,
            "statuslights_cage_warning": 48,
        },
        "safetyConfiguration": {"age": "adult", "treatmentssafety_maxbolus": canary.MAX_BOLUS},
        "pump": "OMNIPOD_DASH",
        "version": canary.AAPS_BUILD,
    }


def _loop(seed: str, at: int, number: int) -> Row:
    value, iob, cob = _figures(seed, at)
    units = rate(seed, at)
    status = {
        "name": "Loop",
        "version": "3.4.1",
        "timestamp": iso(at + 20_000),
        "iob": {"iob": iob, "timestamp": iso(at)},
        "cob": {"cob": cob, "timestamp": iso(at)},
        "predicted": {"startDate": iso(at), "values": _prediction(value, -5 * iob)},
        "enacted": {"rate": units, "duration": 30, "timestamp": iso(at), "received": True, "bolusVolume": 0},
        "recommendedBolus": round(max(0, iob / 12), 2),
        "automaticDoseRecommendation": {
            "bolusVolume": 0,
            "timestamp": iso(at),
            "tempBasalAdjustment": {"rate": units, "duration": 1800},
        },
    }
    if number % 12 == 0:
        status["rileylinks"] = [
            {"name": canary.mark("NAME", "rileylink-kitchen"), "state": "connected", "signal": -71}
        ]
        status["currentCorrectionRange"] = {"minValue": canary.TARGET_LOW, "maxValue": canary.TARGET_HIGH}
    if number % 60 == 0:
        status["failureReason"] = f"{canary.mark('ERR', number)} pump {canary.PUMP_SERIAL} unreachable"
    return {
        "_id": object_id(seed, at + 20_000, ("loop", at)),
        "device": f"loop://{canary.IPHONE}",
        "created_at": iso(at + 20_000),
        "loop": status,
        "pump": _loop_pump(at),
        "uploader": {"name": canary.IPHONE, "battery": 80 - number % 50, "timestamp": iso(at)},
        "override": _override(at, number),
        "utcOffset": 0,
    }


def _loop_pump(at: int) -> Row:
    return {
        "clock": iso(at),
        "pumpID": canary.PUMP_SERIAL,
        "manufacturer": "Insulet",
        "model": "Dash",
        "reservoir": 91.3,
        "suspended": False,
        "bolusing": False,
        "secondsFromGMT": offset_minutes(at) * 60,
    }


def _override(at: int, number: int) -> Row:
    if number % 36:
        return {"active": False, "timestamp": iso(at)}
    return {
        "active": True,
        "name": canary.mark("REASON", "override-hike with Theo"),
        "timestamp": iso(at),
        "currentCorrectionRange": {"minValue": 140, "maxValue": 160},
        "multiplier": canary.OVERRIDE_FACTOR,
        "duration": 3600,
    }


def _xdripjs(seed: str, at: int) -> Row:
    state = {
        "state": 6,
        "stateString": "OK",
        "stateStringShort": "OK",
        "txId": canary.TRANSMITTER,
        "txStatus": 0,
        "txStatusString": "OK",
        "txStatusStringShort": "OK",
        "txActivation": at - 35 * DAY,
        "mode": "not expired",
        "timestamp": at,
        "rssi": -66,
        "unfiltered": 131072,
        "filtered": 130000,
        "noise": 1,
        "noiseString": "Clean",
        "slope": 1000,
        "intercept": 9000,
        "calType": "Native",
        "lastCalibrationDate": at - DAY,
        "sessionStart": at - 3 * DAY,
        "batteryTimestamp": at,
        "voltagea": 311,
        "voltageb": 297,
        "temperature": 31,
        "resistance": 900,
    }
    return {
        "_id": object_id(seed, at + 30_000, ("xdripjs", at)),
        "device": f"xdripjs://{canary.mark('NAME', 'lookout-alma')}",
        "created_at": iso(at + 30_000),
        "xdripjs": state,
        "utcOffset": 0,
    }
