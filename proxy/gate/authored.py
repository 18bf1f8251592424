"""Answers that are ours alone: what Nightscout's clients ask for before they read data.

Nothing here comes from the site: a title may be the patient's name, thresholds are their settings, and
Nightscout's own answers hold its token.
"""

from typing import Any

import msgspec

from proxy.core.doors import V3_COLLECTIONS
from proxy.core.errors import QueryError
from proxy.core.ports import Session
from proxy.core.query import IGNORED
from proxy.core.ticket import is_ticket, new_ticket, ticket_key
from proxy.core.tidy import written
from proxy.core.view import View
from proxy.core.widgets import shown_forecasts, shown_plugins
from proxy.gate.asking import Asking
from proxy.gate.body import Body
from proxy.gate.turn import Turn
from proxy.gate.units import units_of
from proxy.locale.marked import _

VERSION = "15.0.7"
"""The Nightscout that our answers follow."""
API3 = "3.0.3-alpha"
NOTIFIES = "/api/{v}/adminnotifies"
"""The door that pages ask every minute, and that says the same on every site: counted, not recorded."""
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
_TEXTS = {"txt": ("text/plain", "STATUS OK"), "html": ("text/html", "<h1>STATUS OK</h1>")}


def author(turn: Turn) -> Body:
    """Write the answer of an authored door. Raises QueryError for parameters that Nightscout's pages don't send."""
    entrance = turn.entrance
    name = entrance.door.name
    if any(key not in IGNORED | {"token"} for key, _ in turn.asked.parameters()):
        raise QueryError(_("This filter is not available here."))
    if name.endswith("/status") and entrance.format in _TEXTS:
        content_type, text = _TEXTS[entrance.format]
        return Body(content_type, text.encode())
    if name == "/api/{v}/status" and entrance.format == "js":
        script = b"this.serverSettings = " + msgspec.json.encode(_status(turn)) + b" ;"
        return Body("application/javascript", script, secret=turn.session is not None)
    if name.startswith("/api/v2/authorization"):
        return Body("application/json", msgspec.json.encode(_ticket(turn)), secret=True)
    holds_ticket = turn.session is not None and name.endswith("/status")
    return Body("application/json", msgspec.json.encode(_facts(turn)), secret=holds_ticket)


def _facts(turn: Turn) -> Any:
    name = turn.entrance.door.name
    match name:
        case "/api/{v}/status":
            return _status(turn)
        case "/api/{v}/verifyauth":
            return {"status": 200, "message": _READER}
        case _ if name == NOTIFIES:
            return {"status": 200, "message": {"notifies": [], "notifyCount": 0}}
        case "/api/versions":
            return [
                {"version": "1.0.0", "url": "/api/v1"},
                {"version": "2.0.0", "url": "/api/v2"},
                {"version": API3, "url": "/api/v3"},
            ]
        case _:
            return {"status": 200, "result": _v3(name, turn.asked, turn.view)}


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


def _status(turn: Turn) -> dict[str, Any]:
    plugins = shown_plugins(turn.view.policy)
    settings = {
        "units": units_of(turn),
        "enable": plugins,
        "showPlugins": " ".join(plugins),
        "showForecast": " ".join(shown_forecasts(turn.view.policy)),
    }
    return {
        "status": "ok",
        "name": "nightscout",
        "version": VERSION,
        "serverTime": written(turn.asked.at),
        "serverTimeEpoch": turn.asked.at,
        "apiEnabled": True,
        "careportalEnabled": False,
        "boluscalcEnabled": False,
        "settings": _SETTINGS | settings,
        "extendedSettings": {"devicestatus": {"advanced": True}, "basal": {"render": "default"}},
        "authorized": None if turn.session is None else _of_session(turn, turn.session),
        "runtimeState": "loaded",
    }


def _ticket(turn: Turn) -> dict[str, Any]:
    """Give a page a new ticket; a tool its own token back, in the form in which Nightscout exchanges tokens."""
    if turn.session is not None and is_ticket(turn.entrance.arg):
        return _of_session(turn, turn.session)
    return _reader(turn.entrance.arg, turn.grant.minted_at, turn.grant.expires_at)


def _of_session(turn: Turn, session: Session) -> dict[str, Any]:
    ticket = new_ticket(ticket_key(turn.gate.entry_key), session.key, now=turn.asked.at)
    return _reader(ticket.text, ticket.issued_at, ticket.told_end)


def _reader(token: str, issued_at: int, ends: int) -> dict[str, Any]:
    return {
        "token": token,
        "sub": "clinician",
        "permissionGroups": [["*:*:read"]],
        "iat": issued_at // 1000,
        "exp": ends // 1000,
    }
