"""Therapy settings: profile documents of a profile editor, of Loop and of AAPS, and the JSON in switches."""

import json
from typing import Any

from proxy.demo import canary
from proxy.demo.moment import DAY, ZONE, iso, object_id, uuid_like

Row = dict[str, Any]
BLOCK = 30  # days between two profile documents


def _schedule(values: tuple[float, ...], hours: tuple[int, ...]) -> list[Row]:
    pairs = zip(hours, values, strict=True)
    return [{"time": f"{hour:02d}:00", "timeAsSeconds": hour * 3600, "value": value} for hour, value in pairs]


def profile(number: int, *, sick: bool = False) -> Row:
    """One therapy profile as Nightscout stores it; the number picks which of the values are in use."""
    ratios = canary.CARB_RATIO[number % 3], canary.CARB_RATIO[(number + 1) % 3]
    factors = canary.ISF[number % 3], canary.ISF[(number + 1) % 3]
    return {
        "dia": canary.DIA,
        "carbs_hr": canary.CARBS_PER_HOUR,
        "delay": 20,
        "timezone": ZONE,
        "carbratio": _schedule(ratios, (0, 11)),
        "sens": _schedule(factors, (0, 6)),
        "basal": _schedule(canary.SICK_BASAL if sick else canary.BASAL, (0, 4, 8, 12, 20)),
        "target_low": _schedule((canary.TARGET_LOW,), (0,)),
        "target_high": _schedule((canary.TARGET_HIGH,), (0,)),
        "startDate": "1970-01-01T00:00:00.000Z",
        "units": "mg/dl",
    }


def profile_json(number: int, *, sick: bool = False) -> str:
    """Write a whole profile as text, as AAPS puts it into a Profile Switch."""
    return json.dumps(profile(number, sick=sick), separators=(",", ":"))


def basal_at(minute: int) -> float:
    """Give the scheduled basal rate (U/h) at a minute of the local day."""
    starts = (0, 240, 480, 720, 1200)
    return next(
        rate for start, rate in zip(reversed(starts), reversed(canary.BASAL), strict=True) if minute >= start
    )


def profile_document(seed: str, number: int) -> Row:
    """Make the profile document that starts on day ``number * BLOCK``."""
    at = number * BLOCK * DAY
    store = {canary.DEFAULT_PROFILE: profile(number), canary.SICK_PROFILE: profile(number, sick=True)}
    row = {
        "_id": object_id(seed, at, ("profile", number)),
        "defaultProfile": canary.DEFAULT_PROFILE,
        "store": store,
        "startDate": iso(at),
        "mills": at,
        "units": "mg/dl",
        "created_at": iso(at),
    }
    return row | _WRITERS[number % 3](seed, number)


def _by_editor(_seed: str, _number: int) -> Row:
    return {"enteredBy": "CANARY-BY-profile-editor-Ines"}


def _by_aaps(seed: str, number: int) -> Row:
    at = number * BLOCK * DAY
    return {
        "identifier": uuid_like(seed, ("profile", number)),
        "app": "AAPS",
        "date": at,
        "utcOffset": 60,
        "isValid": True,
        "subject": canary.SUBJECT,
        "srvCreated": at + 5000,
        "srvModified": at + 5000,
    }


def _by_loop(_seed: str, number: int) -> Row:
    preset = {
        "name": canary.mark("REASON", f"preset-hike with Theo {number}"),
        "symbol": "🥾",
        "duration": 5400,
        "targetRange": [140, 160],
        "insulinNeedsScaleFactor": canary.OVERRIDE_FACTOR,
    }
    settings = {
        "deviceToken": "CANARY-SECRET-apns-device-token-9f31",
        "bundleIdentifier": "com.CANARY-SECRET-TEAM.loopkit.Loop",
        "dosingEnabled": True,
        "dosingStrategy": "automaticBolus",
        "maximumBasalRatePerHour": canary.MAX_BASAL,
        "maximumBolus": canary.MAX_BOLUS,
        "minimumBGGuard": canary.SUSPEND_BELOW,
        "preMealTargetRange": [canary.TARGET_LOW, canary.TARGET],
        "overridePresets": [preset],
        "scheduleOverride": preset,
    }
    return {"enteredBy": "Loop", "timezone": ZONE, "loopSettings": settings}


_WRITERS = (_by_editor, _by_loop, _by_aaps)
