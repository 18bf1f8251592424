"""The same allow-list as a mitmproxy addon, with the standard library's JSON. Runs in mitmproxy's own environment."""

import json
import os
from typing import Any

TYPES = frozenset({"sgv", "mbg", "cal"})
FIELDS = (
    "_id",
    "identifier",
    "type",
    "date",
    "dateString",
    "mills",
    "created_at",
    "sgv",
    "mbg",
    "mgdl",
    "glucose",
    "units",
    "direction",
    "trend",
    "trendRate",
    "delta",
    "isCalibration",
    "noise",
    "filtered",
    "unfiltered",
    "rssi",
    "slope",
    "intercept",
    "scale",
    "sensorMgdlAtPairing",
)


def request(flow: Any) -> None:
    """Ask Nightscout with its own credential, not with the client's."""
    flow.request.headers["api-secret"] = os.environ["BENCH_SECRET"]
    flow.request.headers.pop("Authorization", None)


def response(flow: Any) -> None:
    """Filter the entries of every answer."""
    rows = json.loads(flow.response.content)
    shown = [
        {name: row[name] for name in FIELDS if name in row}
        for row in rows
        if row.get("type") in TYPES and row.get("isValid") is not False
    ]
    flow.response.content = json.dumps(shown, separators=(",", ":")).encode()
