"""Answers that are ours alone: what Nightscout's clients ask for before they read data.

Nothing here comes from the site: a title may be the patient's name, thresholds are their settings, and
Nightscout's own answers hold its token.
"""

from typing import Any

import msgspec

from proxy.core.doors import V3_COLLECTIONS, Entrance
from proxy.core.errors import QueryError
from proxy.core.grant import Grant
from proxy.core.query import IGNORED
from proxy.core.tidy import written
from proxy.core.view import View
from proxy.gate.asking import Asking
from proxy.gate.body import Body
from proxy.gate.turn import Turn

VERSION = "15.0.7"
"""The Nightscout that our answers follow."""
API3 = "3.0.3-alpha"
_STORAGE = {"storage": "mongodb", "version": "0"}
_SETTINGS: dict[str, Any] = {
    "units": "mg/dl",
    "timeFormat": 24,
    "dayStart": 7,
    "dayEnd": 21,
    "nightMode": False,
    "editMode": False,
    "showRawbg": "never",
    "customTitle": "Nightscout",
    "theme": "colors",
    "alarmUrgentHigh": False,
    "alarmHigh": False,
    "alarmLow": False,
    "alarmUrgentLow": False,
    "alarmTimeagoWarn": False,
    "alarmTimeagoUrgent": False,
    "alarmTypes": [],
    "language": "en",
    "scaleY": "log",
    "showForecast": "",
    "focusHours": 3,
    "heartbeat": 60,
    "baseURL": "",
    "authDefaultRoles": "denied",
    # Consensus targets (Battelino 2019), not the family's alarms.
    "thresholds": {"bgHigh": 250, "bgTargetTop": 180, "bgTargetBottom": 70, "bgLow": 54},
    "authenticationPromptOnLoad": False,
    "adminNotifiesEnabled": False,
    "DEFAULT_FEATURES": ["bgnow", "delta", "direction", "timeago", "devicestatus", "errorcodes", "ar2"],
}
_PLUGINS = {
    "treatments": ("bolus", "cage", "sage", "iage", "bage"),
    "devicestatus": ("iob", "cob", "pump", "upbat", "openaps", "loop"),
}
_TEXTS = {"txt": ("text/plain", "STATUS OK"), "html": ("text/html", "<h1>STATUS OK</h1>")}


def author(turn: Turn) -> Body:
    """Write the answer of an authored door. Raises QueryError for parameters that Nightscout's pages don't send."""
    asked, view, entrance = turn.asked, turn.view, turn.entrance
    name = entrance.door.name
    if any(key not in IGNORED | {"token"} for key, _ in asked.parameters()):
        raise QueryError("This filter is not available here.")
    if name.endswith("/status") and entrance.format in _TEXTS:
        content_type, text = _TEXTS[entrance.format]
        return Body(content_type, text.encode())
    if name == "/api/{v}/status" and entrance.format == "js":
        script = b"this.serverSettings = " + msgspec.json.encode(_status(asked, view)) + b" ;"
        return Body("application/javascript", script)
    if name.startswith("/api/v2/authorization"):
        return Body("application/json", msgspec.json.encode(_ticket(turn.grant, entrance)), secret=True)
    return Body("application/json", msgspec.json.encode(_facts(name, asked, view)))


def _facts(name: str, asked: Asking, view: View) -> Any:
    match name:
        case "/api/{v}/status":
            return _status(asked, view)
        case "/api/{v}/verifyauth":
            return {"status": 200, "message": _READER}
        case "/api/{v}/adminnotifies":
            return {"status": 200, "message": {"notifies": [], "notifyCount": 0}}
        case "/api/versions":
            return [
                {"version": "1.0.0", "url": "/api/v1"},
                {"version": "2.0.0", "url": "/api/v2"},
                {"version": API3, "url": "/api/v3"},
            ]
        case _:
            return {"status": 200, "result": _v3(name, asked, view)}


_READER = {
    "canRead": True,
    "canWrite": False,
    "isAdmin": False,
    "message": "OK",
    "rolefound": "FOUND",
    "permissions": "ROLE",
}


def _v3(name: str, asked: Asking, view: View) -> dict[str, Any]:
    if name.endswith("lastModified"):
        # The moment of asking: when something hidden was last changed is not told.
        return {"srvDate": asked.at, "collections": dict.fromkeys(_v3_shown(view), asked.at)}
    facts: dict[str, Any] = {"version": VERSION, "apiVersion": API3, "srvDate": asked.at, "storage": _STORAGE}
    if name.endswith("/status"):
        facts["apiPermissions"] = dict.fromkeys(_v3_shown(view), "r")
    return facts


def _v3_shown(view: View) -> list[str]:
    return [each for each in sorted(V3_COLLECTIONS) if each in view.lenses]


def _status(asked: Asking, view: View) -> dict[str, Any]:
    plugins = ["bgnow", "delta", "direction", "timeago", "ar2"]
    for collection, names in _PLUGINS.items():
        plugins += names if collection in view.lenses else ()
    return {
        "status": "ok",
        "name": "nightscout",
        "version": VERSION,
        "serverTime": written(asked.at),
        "serverTimeEpoch": asked.at,
        "apiEnabled": True,
        "careportalEnabled": False,
        "boluscalcEnabled": False,
        "settings": _SETTINGS | {"enable": plugins, "showPlugins": " ".join(plugins)},
        "extendedSettings": {"devicestatus": {"advanced": True}},
        "authorized": None,
        "runtimeState": "loaded",
    }


def _ticket(grant: Grant, entrance: Entrance) -> dict[str, Any]:
    """Give a tool its own token back, in the form in which Nightscout exchanges tokens."""
    return {
        "token": entrance.arg,
        "sub": "clinician",
        "permissionGroups": [["*:*:read"]],
        "iat": grant.minted_at // 1000,
        "exp": grant.expires_at // 1000,
    }
