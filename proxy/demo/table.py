"""Meals, and what is given for them: boluses, calculators, carbs against a low."""

import json
from typing import Any

from proxy.demo import canary
from proxy.demo.body import Meal, body, glucose
from proxy.demo.diary import PUMP, Diary
from proxy.demo.moment import MINUTE, SLOT, iso, uuid_like

_MEAL_BY = ("CANARY-BY-alma.invented@example.org", f"loop://{canary.IPHONE}", "openaps://AndroidAPS", "Trio")


def write_table(diary: Diary) -> None:
    for meal in body(diary.seed, diary.day).meals:
        _WRITERS[int(meal.style * len(_WRITERS))](diary, meal)
    _against_a_low(diary)
    _by_hand(diary)


def _dose(meal: Meal) -> float:
    return round(meal.carbs / canary.CARB_RATIO[0] * 0.9, 2)


def _with_calculator(diary: Diary, meal: Meal) -> None:
    value = round(glucose(diary.seed, meal.at))
    food = {
        "_id": f"f00d{diary.day % 7:020x}",
        "name": diary.mark("FOOD"),
        "category": diary.mark("FOOD"),
        "carbs": meal.carbs,
        "portion": 1,
        "portions": 1,
        "unit": "pcs",
        "gi": 2,
    }
    calculator = {
        "profile": canary.DEFAULT_PROFILE,
        "notes": diary.mark("CALC"),
        "eventTime": iso(meal.at),
        "targetBGLow": canary.TARGET_LOW,
        "targetBGHigh": canary.TARGET_HIGH,
        "isf": canary.ISF[0],
        "ic": canary.CARB_RATIO[0],
        "iob": _iob(diary, meal.at),
        "bgused": True,
        "bg": value,
        "carbsused": True,
        "carbs": meal.carbs,
        "insulin": _dose(meal),
        "insulincarbs": _dose(meal),
        "foods": [food],
    }
    diary.add(
        meal.at,
        "Meal Bolus",
        by=canary.PARENT,
        **_eaten(diary, meal),
        boluscalc=calculator,
        notes=_note(diary, meal),
        foodType=diary.mark("FOOD"),
        preBolus=15,
    )


def _with_aaps(diary: Diary, meal: Meal) -> None:
    diary.add_v3(
        meal.at,
        "Meal Bolus",
        insulin=_dose(meal),
        type="NORMAL",
        pumpId=meal.at,
        isBasalInsulin=False,
        isSMB=False,
        notes=_note(diary, meal),
        **PUMP,
    )
    diary.add_v3(meal.at + 1000, "Carb Correction", carbs=meal.carbs, notes=_note(diary, meal))
    diary.add_v3(
        meal.at + 2000,
        "Bolus Wizard",
        bolusCalculatorResult=_result(diary),
        glucose=round(glucose(diary.seed, meal.at)),
        glucoseType="Sensor",
        units="mg/dl",
        notes=diary.mark("CALC"),
    )


def _result(diary: Diary) -> str:
    """AAPS's calculator, as text."""
    result = {
        "ic": canary.CARB_RATIO[0],
        "isf": canary.ISF[0],
        "targetBGLow": canary.TARGET_LOW,
        "targetBGHigh": canary.TARGET_HIGH,
        "profileName": canary.DEFAULT_PROFILE,
        "note": diary.mark("CALC"),
    }
    return json.dumps(result)


def _with_loop(diary: Diary, meal: Meal) -> None:
    by = f"loop://{canary.IPHONE}"
    diary.add(
        meal.at,
        "Carb Correction",
        by=by,
        carbs=meal.carbs,
        absorptionTime=180,
        foodType=f"🍕 {diary.mark('FOOD')}",
        syncIdentifier=uuid_like(diary.seed, ("carbs", meal.at)),
        timestamp=iso(meal.at),
        userEnteredAt=iso(meal.at),
    )
    diary.add(
        meal.at + 30_000,
        "Correction Bolus",
        by=by,
        insulin=_dose(meal),
        programmed=_dose(meal),
        unabsorbed=0,
        duration=1.5,
        type="normal",
        automatic=False,
        insulinType="Fiasp",
        syncIdentifier=uuid_like(diary.seed, ("bolus", meal.at)),
        timestamp=iso(meal.at),
    )


def _by_careportal(diary: Diary, meal: Meal) -> None:
    event = "Snack Bolus" if meal.name == "Snack" else "Meal Bolus"
    diary.add(
        meal.at,
        event,
        by=diary.rng.choice(_MEAL_BY),
        **_eaten(diary, meal),
        protein=9,
        fat=11,
        notes=_note(diary, meal),
        bolusCalculatorResult=_result(diary),
        **PUMP,
    )


def _combo(diary: Diary, meal: Meal) -> None:
    now, later = round(_dose(meal) * 0.6, 2), round(_dose(meal) * 0.2, 2)
    diary.add(
        meal.at,
        "Combo Bolus",
        by=canary.PARENT,
        insulin=now,
        enteredinsulin=_dose(meal),
        carbs=meal.carbs,
        splitNow=60,
        splitExt=40,
        duration=120,
        relative=later,
        notes=f"pizza with Theo {diary.mark('NOTE')}",
    )


_WRITERS = (
    _with_calculator,
    _with_aaps,
    _by_careportal,
    _with_loop,
    _with_calculator,
    _by_careportal,
    _with_aaps,
    _combo,
)


def _eaten(diary: Diary, meal: Meal) -> dict[str, Any]:
    value = round(glucose(diary.seed, meal.at))
    return {
        "insulin": _dose(meal),
        "carbs": meal.carbs,
        "glucose": value,
        "units": "mg/dl",
        "glucoseType": "Sensor",
    }


def _note(diary: Diary, meal: Meal) -> str:
    return f"{meal.name} at grandma's, call {diary.mark('PHONE')} {diary.mark('NOTE')}"


def _iob(diary: Diary, at: int) -> float:
    slot = (at - diary.start) // SLOT
    return body(diary.seed, diary.day).iob[max(0, min(slot, 287))]


def _against_a_low(diary: Diary) -> None:
    values = body(diary.seed, diary.day).glucose
    lows = [slot for slot, value in enumerate(values) if value < 68 and values[slot - 1] >= 68 and slot]
    for slot in lows:
        at = diary.start + slot * SLOT + 2 * MINUTE
        diary.add(
            at,
            "Carb Correction",
            by="xDrip4iOS",
            carbs=diary.rng.choice((5, 8, 12)),
            notes=f"juice {diary.mark('NOTE')}",
            uuid=uuid_like(diary.seed, at),
        )


def _by_hand(diary: Diary) -> None:
    if diary.chance(0.3):
        pens = json.dumps([{"insulin": "Fiasp", "units": 1.5, "note": diary.mark("NOTE")}])
        diary.add(
            diary.sometime(),
            "Correction Bolus",
            by="xdrip",
            insulin=1.5,
            insulinInjections=pens,
            notes=diary.mark("NOTE"),
            uuid=uuid_like(diary.seed, ("pen", diary.day)),
        )
    if diary.chance(0.05):
        row = diary.add_v3(
            diary.sometime(),
            "Correction Bolus",
            insulin=3.2,
            type="NORMAL",
            notes=f"entered twice {diary.mark('NOTE')}",
            **PUMP,
        )
        diary.strike_out(row)
