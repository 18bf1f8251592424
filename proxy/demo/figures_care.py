"""Figures from treatments and profile: bwp, basal, and the ages of site, sensor, insulin, battery."""

from typing import Any

from proxy.demo.latest import Latest
from proxy.demo.moment import DAY, HOUR, MINUTE

Row = dict[str, Any]


def care_figures(latest: Latest, insulin: Row) -> Row:
    """Figures by name, each as ``/api/v2/properties`` gives it; `insulin` is the figure `iob`."""
    sensor = {name: _age(latest, name) | {"displayLong": ""} for name in ("Sensor Start", "Sensor Change")}
    figures = {
        "bwp": _preview(latest, insulin),
        "cage": _age(latest, "Site Change") | {"checkForAlert": False, "level": 0},
        "sage": sensor | {"min": _younger(sensor)},
        "iage": _age(latest, "Insulin Change") | {"level": 0},
        "bage": _age(latest, "Pump Battery Change") | {"checkForAlert": False, "level": -3},
        "basal": _basal(latest),
    }
    size = {"maxSize": 496, "dataSize": 48.58}
    figures["dbsize"] = {
        "display": "9%",
        "status": "current",
        "totalDataSize": 48.58,
        "dataPercentage": 9,
        "notificationLevel": 0,
        "details": size,
    }
    return figures | {"runtimestate": {"state": "booted"}}


def _age(latest: Latest, event: str) -> Row:
    row = latest.newest(event)
    if row is None:
        return {
            "found": False,
            "age": 0,
            "treatmentDate": 0,
            "days": 0,
            "hours": 0,
            "notes": "",
            "minFractions": 0,
            "display": "n/a",
        }
    past = latest.now - row["mills"]
    hours, minutes = past // HOUR, past % HOUR // MINUTE
    figures = {
        "found": True,
        "age": hours,
        "treatmentDate": row["mills"],
        "days": past // DAY,
        "hours": hours % 24,
    }
    return figures | {
        "notes": row.get("notes"),
        "minFractions": minutes,
        "display": f"{past // DAY}d{hours % 24}h",
    }


def _younger(ages: dict[str, Row]) -> str:
    for age in ages.values():
        age["displayLong"] = f"{age['days']} days {age['hours']} hours"
    start, change = ages["Sensor Start"], ages["Sensor Change"]
    start["level"] = -3
    return "Sensor Start" if start["treatmentDate"] >= change["treatmentDate"] else "Sensor Change"


def _preview(latest: Latest, insulin: Row) -> Row:
    """Preview a bolus wizard: what the insulin on board will do, by the profile's factors."""
    sens, low, high = (latest.setting(name) for name in ("sens", "target_low", "target_high"))
    if not latest.sgvs or sens is None or low is None or high is None:
        return {"effect": 0, "outcome": 0, "bolusEstimate": 0}
    value, iob = latest.sgvs[0]["mgdl"], insulin.get("iob", 0)
    outcome = value - iob * sens
    figures: Row = {
        "effect": iob * sens,
        "outcome": outcome,
        "bolusEstimate": 0.0,
        "scaledSGV": value,
        "iob": iob,
    }
    recent = next(iter(latest.doses("carbs", 1)), None)
    figures |= {"recentCarbs": recent} if recent else {}
    if outcome > high:
        figures |= {
            "bolusEstimate": (outcome - high) / sens,
            "aimTarget": high,
            "aimTargetString": "above high",
        }
    figures["belowLowTarget"] = value < low
    if outcome < low:
        figures |= {"bolusEstimate": (outcome - low) / sens, "aimTarget": low, "aimTargetString": "below low"}
    return figures | _adjustment(latest, figures["bolusEstimate"]) | _displays(figures)


def _adjustment(latest: Latest, units: float) -> Row:
    basal = latest.setting("basal")
    if not units or not basal:
        return {}
    half, whole = round((basal / 2 + units) / (basal / 2) * 100), round((basal + units) / basal * 100)
    return {"tempBasalAdjustment": {"thirtymin": half, "onehour": whole}}


def _displays(figures: Row) -> Row:
    units = f"{figures['bolusEstimate']:.2f}"
    return {
        "bolusEstimateDisplay": units,
        "outcomeDisplay": round(figures["outcome"]),
        "displayIOB": f"{figures['iob']:.2f}",
        "effectDisplay": round(figures["effect"]),
        "displayLine": f"BWP: {units}U",
    }


def _basal(latest: Latest) -> Row:
    scheduled = latest.setting("basal")
    if scheduled is None:
        return {}
    running = next((row for row in latest.treatments if row.get("eventType") == "Temp Basal"), None)
    lasts = running is not None and running.get("endmills", 0) > latest.now and "absolute" in running
    rate = running["absolute"] if running is not None and lasts else scheduled
    current: Row = {"basal": scheduled}
    current |= (
        {"treatment": running | {"mgdl": _glucose_at(latest, running["mills"])}} if running and lasts else {}
    )
    current |= {"combobolustreatment": None, "tempbasal": rate, "combobolusbasal": 0, "totalbasal": rate}
    return {"display": f"{'T: ' if lasts else ''}{rate:.3f}U", "current": current}


def _glucose_at(latest: Latest, at: int) -> int | None:
    """Find the reading before a treatment, which the server writes into it."""
    return next((row["mgdl"] for row in latest.sgvs if row["mills"] <= at), None)
