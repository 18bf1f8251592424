"""What must never leave, marked: every private text of the demo site says ``CANARY-<CLASS>-``.

Therapy settings are numbers, so they are rare ones instead: a leak test greps for those of `numbers`.
No other figure of the site is written with so many decimals, so that none meets them by chance.
"""

from typing import Any

CLASSES = {
    "ACT": "notes and devices of activity rows",
    "BY": "enteredBy: people, logins and apps of the family",
    "CALC": "bolus calculator notes",
    "CHAT": "announcements, questions and alerts",
    "EMAIL": "e-mail addresses",
    "ERR": "failure reasons of the loop",
    "EVENT": "event types that somebody made up",
    "FIELD": "fields that no catalogue knows",
    "FOOD": "food names and categories",
    "FRAME": "names and addresses of other families' sites",
    "IDENT": "identifiers that an app chose",
    "LOC": "places",
    "NAME": "names of people, phones and builds",
    "NOTE": "free text in notes",
    "PHONE": "telephone numbers",
    "PROFILE": "names of profiles",
    "REASON": "reasons of targets and overrides, preset names",
    "SECRET": "device tokens, one-time passwords, addresses of remote commands",
    "SERIAL": "serial numbers of pump, transmitter, meter, sensor",
    "SETTING": "the settings collection",
    "SITE": "notes at site, sensor and battery changes",
    "TITLE": "the site's title",
}

PUMP_SERIAL = "CANARY-SERIAL-PUMP-730021"
TRANSMITTER = "CANARY-SERIAL-TX-4RK9W1"
METER = "CANARY-SERIAL-METER-5520917"
SENSOR_CODE = "CANARY-SERIAL-CODE-7315"
ANDROID = "CANARY-NAME-Pixel-of-Alma"
IPHONE = "CANARY-NAME-iPhone-of-Alma"
RIG = "CANARY-NAME-rig-alma"
EMAIL = "CANARY-EMAIL-alma.invented@example.org"
AAPS_BUILD = "3.3.1-CANARY-NAME-build-alma"
DEFAULT_PROFILE = "CANARY-PROFILE-Alma everyday"
SICK_PROFILE = "CANARY-PROFILE-Alma sick day"
PARENT = "CANARY-BY-careportal-Ines"
SUBJECT = "CANARY-NAME-subject-phone"
TITLE = "Invented data CANARY-TITLE-Alma"

ISF = (47.319, 51.937, 58.613)
CARB_RATIO = (8.371, 9.619, 11.237)
BASAL = (0.7193, 0.8371, 1.0639, 0.6917, 0.6137)
SICK_BASAL = (0.8633, 1.0047, 1.2767, 0.8303, 0.7367)
DIA = 6.173
CARBS_PER_HOUR = 21.373
TARGET_LOW, TARGET_HIGH = 93.171, 109.733
TARGET = round((TARGET_LOW + TARGET_HIGH) / 2, 3)
MAX_BOLUS, MAX_BASAL, MAX_IOB = 11.371, 3.9173, 9.713
SUSPEND_BELOW = 71.391
OVERRIDE_FACTOR = 0.6379


def mark(kind: str, key: object) -> str:
    """Make a private text of a class: ``mark("NOTE", "20260301-2")`` is ``CANARY-NOTE-20260301-2``."""
    return f"CANARY-{kind}-{key}"


def numbers() -> dict[str, list[float]]:
    """Therapy settings by name; every one is written nowhere but where the setting stands."""
    return {
        "isf": list(ISF),
        "carb_ratio": list(CARB_RATIO),
        "basal": [*BASAL, *SICK_BASAL],
        "dia": [DIA],
        "carbs_per_hour": [CARBS_PER_HOUR],
        "target": [TARGET_LOW, TARGET_HIGH, TARGET],
        "limits": [MAX_BOLUS, MAX_BASAL, MAX_IOB, SUSPEND_BELOW],
        "override": [OVERRIDE_FACTOR],
    }


def manifest() -> dict[str, Any]:
    """Classes (name to meaning) and therapy numbers (name to list) that the site is full of."""
    return {"marker": "CANARY-", "classes": dict(CLASSES), "numbers": numbers()}
