"""What the loop and the pump write by themselves: temp basals, micro boluses, suspends, raw pump events."""

from typing import Any

from proxy.demo.body import rate, slope
from proxy.demo.canary import PUMP_SERIAL
from proxy.demo.diary import PUMP, Diary
from proxy.demo.moment import DAY, MINUTE, uuid_like

_PAUSES = (10, 15, 20, 20, 25, 30, 30)


def write_pump_log(diary: Diary) -> None:
    at = diary.start + diary.rng.randrange(900) * 1000
    while at < diary.start + DAY:
        _temp_basal(diary, at)
        if slope(diary.seed, at) > 1.5:
            _micro_bolus(diary, at + 61_000)
        at += diary.rng.choice(_PAUSES) * MINUTE + diary.rng.randrange(40) * 1000
    _suspend(diary)
    _raw_events(diary)


def _temp_basal(diary: Diary, at: int) -> None:
    units = rate(diary.seed, at)
    minutes = diary.rng.choice((30, 30, 30, 60, 120))
    common: dict[str, Any] = {"duration": minutes, "durationInMilliseconds": minutes * MINUTE}
    dose: dict[str, Any] = {"rate": units, "absolute": units, "temp": "absolute"}
    if diary.day % 5 < 2:
        row = diary.add_v3(at, "Temp Basal", **common, **dose, type="NORMAL", pumpId=at, **PUMP)
    elif diary.day % 5 == 2:
        key = uuid_like(diary.seed, ("temp", at))
        row = diary.add(
            at,
            "Temp Basal",
            by="loop://CANARY-NAME-iPhone-of-Alma",
            **common,
            **dose,
            automatic=True,
            amount=round(units * minutes / 60, 2),
            syncIdentifier=key,
            insulinType="Fiasp",
        )
    elif diary.chance(0.1):
        row = diary.add(
            at,
            "Temp Basal",
            **common,
            percent=-100 if units < 0.3 else 20,
            **PUMP,
            pumpId=at // 1000,
            isValid=True,
        )
    else:
        row = diary.add(at, "Temp Basal", **common, **dose, pumpId=at // 1000, **PUMP, isValid=True)
    if diary.chance(0.01):
        diary.strike_out(row)


def _micro_bolus(diary: Diary, at: int) -> None:
    units = round(min(1.2, 0.1 + slope(diary.seed, at) / 14), 2)
    fields: dict[str, Any] = {"insulin": units, "type": "SMB", "isSMB": True, "isBasalInsulin": False, **PUMP}
    if diary.day % 5 < 2:
        row = diary.add_v3(at, "Correction Bolus", **fields, pumpId=at)
    elif diary.day % 5 == 2:
        row = diary.add(
            at,
            "Correction Bolus",
            by="Trio",
            insulin=units,
            type="SMB",
            automatic=True,
            bolusOrigin="smb",
            fpuID=uuid_like(diary.seed, ("fpu", at)),
        )
    else:
        row = diary.add(at, "Correction Bolus", **fields, pumpId=at // 1000 + 1, isValid=True)
    if diary.chance(0.01):
        diary.strike_out(row)


def _suspend(diary: Diary) -> None:
    if diary.chance(0.2):
        at = diary.sometime()
        diary.add(
            at,
            "Suspend Pump",
            by="CANARY-BY-rig-alma",
            raw_rate={"_type": "PumpSuspend", "serial": PUMP_SERIAL},
        )
        diary.add(at + 20 * MINUTE, "Resume Pump", by="CANARY-BY-rig-alma", notes=diary.mark("NOTE"))
    if diary.chance(0.2):
        fields = {
            "duration": diary.rng.choice((30, 60)),
            "reason": "DISCONNECTED_PUMP",
            "mode": "DISCONNECTED_PUMP",
        }
        diary.add_v3(
            diary.sometime(),
            "OpenAPS Offline",
            **fields,
            enteredBy="openaps://AndroidAPS",
            autoForced=False,
            reasons=diary.mark("REASON"),
            notes=diary.mark("NOTE"),
        )


def _raw_events(diary: Diary) -> None:
    """oref0 rigs copy the pump's own events; AAPS nests a whole second treatment."""
    if diary.chance(0.15):
        at = diary.sometime()
        raw = {
            "_type": "Bolus",
            "amount": 1.3,
            "programmed": 1.3,
            "serial": PUMP_SERIAL,
            "appended": diary.mark("FIELD"),
        }
        diary.add(
            at,
            "Bolus Wizard",
            by="openaps://CANARY-NAME-rig-alma",
            insulin=1.3,
            programmed=1.3,
            unabsorbed=0.4,
            bolus=raw,
        )
    if diary.chance(0.1):
        at = diary.sometime()
        nested = {
            "eventType": "Combo Bolus",
            "enteredinsulin": 1.7,
            "pumpSerial": PUMP_SERIAL,
            "notes": diary.mark("NOTE"),
        }
        diary.add_v3(
            at,
            "Temp Basal",
            duration=60,
            durationInMilliseconds=60 * MINUTE,
            rate=1.4,
            absolute=1.4,
            type="FAKE_EXTENDED",
            extendedEmulated=nested,
            **PUMP,
        )
