"""What the site says of itself: settings, title, versions."""

from typing import Any

from proxy.demo.canary import TITLE
from proxy.demo.moment import iso

Row = dict[str, Any]
VERSION = "15.0.7"
API_VERSION = "3.0.3-alpha"
NAME = "nightscout"
VERSIONS = [
    {"version": "1.0.0", "url": "/api/v1"},
    {"version": "2.0.0", "url": "/api/v2"},
    {"version": API_VERSION, "url": "/api/v3"},
]
_DEFAULTS = "bgnow delta direction timeago devicestatus upbat errorcodes profile bolus dbsize runtimestate basal careportal"
_ENABLED = (
    "careportal iob cob bwp cage sage iage bage basal openaps loop pump override rawbg treatmentnotify delta direction "
    "upbat food profile cors boluscalc xdripjs bgnow timeago devicestatus errorcodes bolus dbsize runtimestate simplealarms ar2"
)
_SHOWN = (
    "careportal iob cob bwp cage sage iage bage basal openaps loop pump override rawbg delta direction upbat dbsize profile "
    "xdripjs delta direction upbat"
)


def _alarms() -> Row:
    return {
        "alarmUrgentHigh": True,
        "alarmUrgentHighMins": [30, 60, 90, 120],
        "alarmHigh": True,
        "alarmHighMins": [30, 60, 90, 120],
        "alarmLow": True,
        "alarmLowMins": [15, 30, 45, 60],
        "alarmUrgentLow": True,
        "alarmUrgentLowMins": [15, 30, 45],
        "alarmUrgentMins": [30, 60, 90, 120],
        "alarmWarnMins": [30, 60, 90, 120],
        "alarmTimeagoWarn": True,
        "alarmTimeagoWarnMins": 15,
        "alarmTimeagoUrgent": True,
        "alarmTimeagoUrgentMins": 30,
        "alarmPumpBatteryLow": False,
        "alarmTypes": ["simple", "predict"],
    }


def _frames() -> Row:
    """Other families' sites, shown side by side: their addresses may hold their tokens."""
    addresses = {f"frameUrl{number}": "" for number in range(1, 9)}
    names = {f"frameName{number}": "" for number in range(1, 9)}
    first = {
        "frameUrl1": "https://canary.example/?token=CANARY-FRAME-token",
        "frameName1": "CANARY-FRAME-cousin",
    }
    return addresses | names | first


def settings() -> Row:
    """Make the `settings` object of status.json; tests may change it."""
    shown = {
        "units": "mg/dl",
        "timeFormat": 24,
        "dayStart": 7,
        "dayEnd": 21,
        "nightMode": False,
        "editMode": True,
        "showRawbg": "never",
        "customTitle": TITLE,
        "theme": "colors",
        "language": "en",
        "scaleY": "log",
        "showPlugins": _SHOWN,
        "showForecast": "ar2 openaps loop",
        "focusHours": 3,
        "heartbeat": 60,
        "baseURL": "",
        "authDefaultRoles": "denied",
        "thresholds": {"bgHigh": 260, "bgTargetTop": 180, "bgTargetBottom": 70, "bgLow": 55},
        "insecureUseHttp": True,
        "secureHstsHeader": False,
        "secureHstsHeaderIncludeSubdomains": False,
        "secureHstsHeaderPreload": False,
        "secureCsp": False,
        "deNormalizeDates": False,
        "showClockDelta": False,
        "showClockLastTime": False,
        "authFailDelay": 5000,
        "adminNotifiesEnabled": True,
        "authenticationPromptOnLoad": False,
        "DEFAULT_FEATURES": _DEFAULTS.split(),
        "enable": _ENABLED.split(),
    }
    return shown | _alarms() | _frames()


def status(shown: Row, *, now_ms: int, authorized: Row | None) -> Row:
    """Make the answer of status.json: `shown` are the site's settings, `authorized` is for ``?token=`` only."""
    return {
        "status": "ok",
        "name": NAME,
        "version": VERSION,
        "serverTime": iso(now_ms),
        "serverTimeEpoch": now_ms,
        "apiEnabled": True,
        "careportalEnabled": True,
        "boluscalcEnabled": True,
        "settings": shown,
        "extendedSettings": {
            "pump": {"retroFields": "battery reservoir clock", "fields": "battery reservoir clock status"},
            "openaps": {
                "enableAlerts": True,
                "fields": "status-symbol status-label iob meal-assist freq rssi",
                "colorPredictionLines": True,
            },
            "loop": {},
            "devicestatus": {"advanced": True, "days": 1},
        },
        "authorized": authorized,
        "runtimeState": "loaded",
    }
